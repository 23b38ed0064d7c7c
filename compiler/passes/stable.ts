/**
 * Forms that lose digits or overflow in float32, replaced by the ones that do not. Written as people write them, computed as they mean them.
 */
import * as ir from '../ir/build.ts';
import type { Node } from '../ir/graph.ts';
import { rewrite, type Pass } from './pass.ts';
import { any, applier, exactly, p } from './pattern.ts';

const x = any('x');
const y = any('y');

const apply = applier([
  [p('log', p('sigmoid', x)), ({ x }) => ir.neg(ir.softplus(ir.neg(x)))], // log σ(x) = -softplus(-x)
  [p('log', p('add', exactly(1), x)), ({ x }) => ir.log1p(x)], // log(1 + x)
  [p('log', p('div', p('exp', x), y)), ({ x, y }) => ir.sub(x, ir.log(y))], // log(eˣ / y) = x - log y
  [p('log1p', p('exp', x)), ({ x }) => ir.softplus(x)], // log(1 + eˣ)
  [p('log1p', p('neg', p('sigmoid', x))), ({ x }) => ir.neg(ir.softplus(x))], // log(1 - σ(x)) = -softplus(x)
  [p('log', p('sub', exactly(1), x)), ({ x }) => ir.log1p(ir.neg(x))], // log(1 - x)
  [p('sub', p('exp', x), exactly(1)), ({ x }) => ir.expm1(x)], // eˣ - 1
  [p('add', p('exp', x), exactly(-1)), ({ x }) => ir.expm1(x)], // eˣ - 1
  [p('sub', exactly(1), p('sub', exactly(1), x)), ({ x }) => x], // 1 - (1 - x) = x
  [p('sub', exactly(1), p('neg', p('expm1', x))), ({ x }) => ir.exp(x)], // 1 + (eˣ - 1) = eˣ
  [p('log', p('exp', x)), ({ x }) => x], // log eˣ = x
  [p('sub', exactly(1), p('sigmoid', x)), ({ x }) => ir.sigmoid(ir.neg(x))], // 1 - σ(x) = σ(-x)
  [p('reciprocal', p('add', exactly(1), p('exp', x))), ({ x }) => ir.sigmoid(ir.neg(x))], // 1/(1 + eˣ) = σ(-x)
]);

export const stable: Pass = {
  name: 'stable',
  why: 'The textbook form of a likelihood overflows or cancels in float32.',
  run: (graph, settled) => rewrite(graph, apply, settled),
};

/** The same values in forms whose slopes neither overflow nor cancel: what is differentiated. `wrt` and what is behind it stay. */
export const stabilised = (outputs: readonly Node[], wrt: readonly Node[]): readonly Node[] => {
  const graph = { inputs: [], outputs: outputs.map((node) => ({ name: '', node })) };
  return rewrite(graph, apply, undefined, new Set(wrt)).outputs.map(({ node }) => node);
};
