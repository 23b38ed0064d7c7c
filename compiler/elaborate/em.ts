/**
 * `by em`: a problem whose objective has log densities of mixtures enters, a solver leaves that alternates. Every mixture has put its
 * bound in place of its log density (see mixtures.ts); here what it holds is made to depend on copies of the parameters.
 */
import type { ProblemExpr, Span } from '../../grammar/tree.ts';
import { gradients } from '../differentiate.ts';
import * as ir from '../ir/build.ts';
import { graphOf } from '../ir/graph.ts';
import type { Node } from '../ir/graph.ts';
import { substitute } from '../ir/rebuild.ts';
import { fail } from '../messages.ts';
import type { Solver, Variable } from '../program.ts';
import type { Context, ProblemContext } from './context.ts';
import { identityGraph, registerVariable, variableInput } from './members.ts';
import { commonInputs, feedsOf } from './objectives.ts';

/** The copy of a parameter that the posteriors are of. */
const heldOf = (variable: Variable, ctx: Context): Variable => {
  const id = `${variable.id}!em`;
  const known = ctx.shared.variables.get(id);
  if (known) return known;
  const { dtype, shape, space } = variable;
  return registerVariable(
    {
      id,
      name: `${variable.name} (em)`,
      role: 'optimiser',
      dtype,
      shape,
      initial: graphOf(
        [{ name: id, node: ir.input(`var:${variable.id}`, dtype, shape) }],
        [ir.input('key', 'int32', [2])],
      ),
      value: identityGraph(id, ir.input(`var:${id}`, dtype, shape)),
      space,
    },
    ctx,
  );
};

/** The objective with every posterior by the copies. */
const holding = (loss: Node, posteriors: readonly Node[], copies: ReadonlyMap<Node, Node>): Node => {
  const held = substitute(posteriors, copies);
  return substitute([loss], new Map(posteriors.map((p, i) => [p, held[i]])))[0];
};

interface Whole {
  readonly loss: Node;
  readonly span: Span;
  readonly state: ProblemContext;
  readonly variables: readonly Variable[];
}

export const emSolver = (
  { loss, span, state, variables }: Whole,
  maximised: boolean,
  steps: number | undefined,
  problem: ProblemExpr,
  ctx: Context,
): Solver => {
  const posteriors = state.posteriors ?? [];
  if (posteriors.length === 0)
    fail(
      'L0602',
      problem.by[0]?.span ?? span,
      { what: '`em` without a latent variable: the objective has no log density of a mixture' },
      { help: 'leave `by` out, and the compiler chooses a solver' },
    );
  const held = variables.map((v) => heldOf(v, ctx));
  const wrt = variables.map((v) => variableInput(v, ctx));
  const bound = holding(loss, posteriors, new Map(wrt.map((w, i) => [w, variableInput(held[i], ctx)])));
  const small = maximised ? ir.neg(bound) : bound;
  const slopes = gradients(small, wrt);
  return {
    kind: 'em',
    graph: graphOf(
      [{ name: 'loss', node: small }, ...variables.map((v, i) => ({ name: `grad:${v.id}`, node: slopes[i] }))],
      commonInputs,
    ),
    feeds: feedsOf(state.feeds.values()),
    over: variables.map((v) => v.id),
    held: held.map((v) => v.id),
    sense: maximised ? 'maximize' : 'minimize',
    steps,
  };
};
