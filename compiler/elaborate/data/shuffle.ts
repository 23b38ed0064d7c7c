/** A random order as part of a graph: the places of uniform numbers when they are sorted. */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import type { Context } from '../context.ts';

/** int32 [n]: 0 .. n-1, each once. */
export const permuted = (n: number, ctx: Context): Node =>
  ir.argsort(ir.random('uniform', [n], ctx.shared.counters.site++, ctx.key));
