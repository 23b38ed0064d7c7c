/** Variables of a program: how they are made, named and read. */
import * as ir from '../../ir/build.ts';
import { graphOf } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import type { Variable } from '../../program.ts';
import type { Context } from '../context.ts';
import { keyInput } from './inputs.ts';

/** The node through which graphs read a variable. */
export const variableInput = (variable: Variable, ctx: Context): Node => {
  let node = ctx.shared.inputs.get(variable.id);
  if (!node) {
    node = ir.input(`var:${variable.id}`, variable.dtype, variable.shape);
    ctx.shared.inputs.set(variable.id, node);
  }
  return node;
};

/** The same where a member's body is run, which may read its variables as they are at another time. */
export const readInput = (variable: Variable, ctx: Context): Node =>
  variableInput(ctx.reading?.at?.(variable) ?? variable, ctx);

export const uniqueId = (name: string, ctx: Context): string => {
  if (!ctx.shared.variables.has(name)) return name;
  for (let i = 2; ; i++) if (!ctx.shared.variables.has(`${name}'${i}`)) return `${name}'${i}`;
};

/**
 * A variable that starts as `initial`, which may read the key of its draws and variables made before. `meaning` takes its numbers
 * to the value in its space.
 */
export const makeVariable = (
  what: Omit<Variable, 'initial' | 'value'>,
  initial: Node,
  ctx: Context,
  meaning: (own: Node) => Node = (own) => own,
): Variable => {
  const { id, dtype, shape } = what;
  const own = ir.input(`var:${id}`, dtype, shape);
  const variable: Variable = {
    ...what,
    initial: graphOf([{ name: id, node: initial }], [keyInput]),
    value: graphOf([{ name: id, node: meaning(own) }], [own]),
  };
  ctx.shared.variables.set(id, variable);
  ctx.created?.push(variable);
  return variable;
};

/** What `variable` makes of its numbers, for another that holds such numbers. */
export const meaningOf =
  ({ value }: Variable) =>
  (own: Node): Node =>
    ir.substitute([value.outputs[0].node], new Map([[value.inputs[0], own]]))[0];
