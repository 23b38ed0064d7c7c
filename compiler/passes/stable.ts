/**
 * Forms that lose digits or overflow in float32, replaced by the ones that do not. Written as people write them, computed as they mean them.
 */
import * as ir from '../ir/build.ts';
import { rewrite, type Pass } from './pass.ts';
import { any, applier, exactly, p } from './pattern.ts';

const x = any('x');

const apply = applier([
  [p('log', p('sigmoid', x)), ({ x }) => ir.neg(ir.softplus(ir.neg(x)))], // log σ(x) = -softplus(-x)
  [p('log', p('add', exactly(1), x)), ({ x }) => ir.log1p(x)], // log(1 + x)
  [p('log1p', p('exp', x)), ({ x }) => ir.softplus(x)], // log(1 + eˣ)
  [p('log1p', p('neg', p('sigmoid', x))), ({ x }) => ir.neg(ir.softplus(x))], // log(1 - σ(x)) = -softplus(x)
  [p('log', p('sub', exactly(1), x)), ({ x }) => ir.log1p(ir.neg(x))], // log(1 - x)
  [p('sub', p('exp', x), exactly(1)), ({ x }) => ir.expm1(x)], // eˣ - 1
  [p('add', p('exp', x), exactly(-1)), ({ x }) => ir.expm1(x)], // eˣ - 1
  [p('sub', exactly(1), p('sigmoid', x)), ({ x }) => ir.sigmoid(ir.neg(x))], // 1 - σ(x) = σ(-x)
  [p('reciprocal', p('add', exactly(1), p('exp', x))), ({ x }) => ir.sigmoid(ir.neg(x))], // 1/(1 + eˣ) = σ(-x)
]);

export const stable: Pass = {
  name: 'stable',
  why: 'The textbook form of a likelihood overflows or cancels in float32.',
  run: (graph) => rewrite(graph, apply),
};
