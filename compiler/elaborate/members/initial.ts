/** Parameters replaced by what they start at: an expression that mentions a model is about a fresh member of it. */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import type { Shared } from '../context.ts';

const inputName = ({ operation }: Node): string => (operation.op === 'input' ? operation.name : '');

/** The nodes with every variable that has been made at its initial value, drawn from `key`. */
export const atStart = (nodes: readonly Node[], shared: Shared, key: Node): Node[] => {
  // What a problem in the expression trains is an input: the host solves it first.
  const trained = new Set(shared.stages.flatMap((s) => s.variables));
  const starts = new Map<Node, Node>();
  const byName = new Map<string, Node>();
  for (const [id, { initial, dtype, shape }] of shared.variables) {
    const input = shared.inputs.get(id);
    if (trained.has(id)) {
      byName.set(`var:${id}`, input ?? ir.input(`var:${id}`, dtype, shape));
      continue;
    }
    const own = ir.deriveKey(key, ir.scalar(byName.size, 'int32'));
    // An initial value may read variables that were made before it.
    const given = initial.inputs.flatMap((x): [Node, Node][] => {
      const value = inputName(x) === 'key' ? own : byName.get(inputName(x));
      return value ? [[x, value]] : [];
    });
    const [start] = ir.substitute([initial.outputs[0].node], new Map(given));
    byName.set(`var:${id}`, start);
    if (input) starts.set(input, start);
  }
  return ir.substitute(nodes, starts);
};
