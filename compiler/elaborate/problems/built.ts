/** A player's objective as nodes: what it reads, what it is differentiated by. */
import type { Span } from '../../../grammar/span.ts';
import type { Player } from '../../../grammar/tree/problems.ts';
import { gradients } from '../../differentiate.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { sharedNode } from '../../passes/share.ts';
import type { Variable } from '../../program.ts';
import { bind, childScope, inScope } from '../context.ts';
import type { Context, ProblemContext } from '../context.ts';
import { variablesOf } from '../members/stores.ts';
import { inProblem, lossOf, newProblem } from './objectives.ts';
import { readsThrough, whereFlat, zerosAmong } from './slopes.ts';
import type { Bound } from './over.ts';
import type { Contestant } from './over.ts';
import type { Value } from '../values/values.ts';
import { variableInput } from '../members/variables.ts';

export const isMaximised = (player: Player): boolean => player.sense === 'maximize' || player.sense === 'argmax';

export interface Built {
  readonly loss: Node;
  readonly span: Span;
  readonly state: ProblemContext;
  readonly variables: readonly Variable[];
  readonly bound: readonly Bound[];
  /** Where the objective was built: its names, its rows. */
  readonly inside?: Context;
}

export const objectiveOf = (
  { player, bound }: Contestant,
  data: Value | undefined,
  batch: number | undefined,
  ctx: Context,
  more: Partial<ProblemContext> = {},
): Built => {
  const state = { ...newProblem('train', batch), ...more };
  const scope = childScope(ctx.scope);
  if (data) bind(scope, 'D_tr', data);
  const inner = inProblem(inScope(ctx, scope), state);
  for (const { name, value } of player.where) bind(scope, name.text, ctx.shared.run.evaluate(value, inner));
  const t = lossOf(player.objective, inner);
  const { span } = player.objective;
  const variables = bound.flatMap(({ name, store }) => {
    const own = variablesOf(store);
    if (own.length === 0 && store.tuning)
      fail(
        'L0401',
        span,
        { name },
        { notes: [{ message: 'no parameter is such as this restriction asks for', span: store.tuning.span }] },
      );
    return own;
  });
  return { loss: t.node, span, state, variables, bound, inside: inner };
};

/** Every member must matter. */
export const checkDependence = (built: Built, grads: readonly Node[], ctx: Context): void => {
  const zero = zerosAmong(grads);
  const loss = sharedNode(built.loss);
  const reached = readsThrough(loss);
  for (const b of built.bound) {
    const own = variablesOf(b.store);
    const moved = own.some((v) => {
      const g = grads[built.variables.indexOf(v)];
      return g && !zero.has(g) && reached.has(variableInput(v, ctx));
    });
    if (moved) continue;
    const flat = whereFlat(loss, inputsOf(own, ctx));
    fail('L0401', built.span, { name: b.name, flat: flat?.why }, { notes: flat ? [flat.note] : [] });
  }
};

export const inputsOf = (variables: readonly Variable[], ctx: Context): Node[] =>
  variables.map((v) => variableInput(v, ctx));

/** The variables, which all have directions: what is one of finitely many values is tried, in a problem that says no `by`. */
export const descended = ({ variables, span }: Built): readonly Variable[] => {
  const tried = variables.find((v) => v.choices !== undefined);
  return tried
    ? fail(
        'L0602',
        tried.span ?? span,
        { what: `a parameter in ${tried.space} cannot be trained by descent: the space has no directions` },
        { help: 'in a problem by itself, without `by`, `batch` and `for`, all its values are tried' },
      )
    : variables;
};

export const gradientsOf = (built: Built, maximised: boolean, ctx: Context): Node[] => {
  const wrt = inputsOf(descended(built), ctx);
  const grads = gradients(sharedNode(built.loss), wrt);
  return maximised ? grads.map((g) => ir.neg(g)) : grads;
};

export const parametersOf = ({ variables }: Built): number => variables.reduce((n, v) => n + sizeOf(v.shape), 0);
