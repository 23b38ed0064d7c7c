/**
 * `by em`: every mixture has put its bound in place of its log density (see mixtures.ts); here what the bound holds, the posteriors
 * of the components, is made to depend on copies of the parameters, which the solver renews in turns.
 */
import { substitute } from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import type { Variable } from '../../program.ts';
import { inputsOf } from '../problems/built.ts';
import type { Built } from '../problems/built.ts';
import type { Context } from '../context.ts';
import { makeVariable, variableInput } from '../members/variables.ts';

/** The copy of a parameter that the posteriors are of. */
const heldOf = (variable: Variable, ctx: Context): Variable => {
  const id = `${variable.id}!em`;
  const { name, dtype, shape, space } = variable;
  return (
    ctx.shared.variables.get(id) ??
    makeVariable(
      { id, name: `${name} (em)`, role: 'optimiser', dtype, shape, space },
      variableInput(variable, ctx),
      ctx,
    )
  );
};

/** The objective with every posterior by the copies. */
export const boundOf = (
  { loss, variables }: Built,
  posteriors: readonly Node[],
  ctx: Context,
): { readonly bound: Node; readonly held: readonly Variable[] } => {
  const held = variables.map((v) => heldOf(v, ctx));
  const copies = inputsOf(held, ctx);
  const then = substitute(posteriors, new Map(inputsOf(variables, ctx).map((now, i) => [now, copies[i]])));
  const [bound] = substitute([loss], new Map(posteriors.map((p, i) => [p, then[i]])));
  return { bound, held };
};
