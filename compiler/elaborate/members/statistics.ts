/** What a member keeps besides its parameters, under a key: running averages, the rows that it was fitted to, trees. */
import type { Span } from '../../../grammar/span.ts';
import type { Node } from '../../ir/graph.ts';
import type { Variable } from '../../program.ts';
import type { Context } from '../context.ts';
import type { Store } from '../values/values.ts';
import { makeVariable, uniqueId } from './variables.ts';

/** Made where it is first asked for, with `start`. */
export const statistic = (store: Store, key: string, name: string, start: Node, ctx: Context, span: Span): Variable => {
  const known = store.statistics.get(key);
  if (known) return known;
  const { shape } = start;
  const space = shape.length === 0 ? 'R' : `R[${shape.join(', ')}]`;
  const what = { id: uniqueId(name, ctx), name, role: 'statistic', dtype: 'float32', shape, space, span } as const;
  const made = makeVariable(what, start, ctx);
  store.statistics.set(key, made);
  return made;
};
