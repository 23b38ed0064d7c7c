/**
 * Algebra one number at a time: [pattern, replacement], and in the comment the identity. No rule makes more work, none turns a finite
 * number into NaN, and x · 0 = 0 only where x is known to be finite.
 */
import * as ir from '../ir/build.ts';
import type { Node } from '../ir/graph.ts';
import { rewrite, type Pass } from './pass.ts';
import { any, applier, exactly, number, p, type Rule } from './pattern.ts';

const x = any('x');
const y = any('y');
const z = any('z');
const c = number('c');
const d = number('d');

const real = (node: Node): boolean => node.dtype === 'float32';

const signs: readonly Rule[] = [
  [p('add', x, p('neg', y)), ({ x, y }) => ir.sub(x, y)], // x + -y = x - y
  [p('sub', x, p('neg', y)), ({ x, y }) => ir.add(x, y)], // x - -y = x + y
  [p('sub', exactly(0), x), ({ x }) => (real(x) ? ir.neg(x) : undefined)], // 0 - x = -x
  [p('neg', p('sub', x, y)), ({ x, y }) => ir.sub(y, x)], // -(x - y) = y - x
  [p('mul', p('neg', x), p('neg', y)), ({ x, y }) => ir.mul(x, y)], // -x · -y = x y
  [p('mul', exactly(-1), x), ({ x }) => (real(x) ? ir.neg(x) : undefined)], // -1 x = -x
  [p('mul', c, p('neg', x)), ({ x }, { c }) => ir.mul(ir.scalar(-c), x)], // c · -x = -c x
  [p('neg', p('mul', c, x)), ({ x }, { c }) => ir.mul(ir.scalar(-c), x)], // -(c x) = -c x
  [p('mul', p('neg', x), y), ({ x, y }) => ir.neg(ir.mul(x, y))], // -x · y = -(x y)
  [p('div', p('neg', x), y), ({ x, y }) => ir.neg(ir.div(x, y))], // -x / y = -(x / y)
  [p('square', p('neg', x)), ({ x }) => ir.square(x)], // (-x)² = x²
  [p('square', p('abs', x)), ({ x }) => ir.square(x)], // |x|² = x²
  [p('abs', p('neg', x)), ({ x }) => ir.abs_(x)], // |-x| = |x|
  [p('abs', p('abs', x)), ({ x }) => ir.abs_(x)], // ||x|| = |x|
  [p('abs', p('square', x)), ({ x }) => ir.square(x)], // |x²| = x²
  [p('sqrt', p('square', x)), ({ x }) => ir.abs_(x)], // √x² = |x|
  [p('cos', p('neg', x)), ({ x }) => ir.cos(x)], // cos -x = cos x
];

const products: readonly Rule[] = [
  [p('mul', c, p('mul', d, x)), ({ x }, { c, d }) => (real(x) ? ir.mul(ir.scalar(c * d), x) : undefined)], // c (d x) = (c d) x
  [p('add', c, p('add', d, x)), ({ x }, { c, d }) => (real(x) ? ir.add(ir.scalar(c + d), x) : undefined)], // c + (d + x) = (c + d) + x
  [p('sub', x, c), ({ x }, { c }) => (real(x) ? ir.add(x, ir.scalar(-c)) : undefined)], // x - c = x + -c
  [p('div', x, c), ({ x }, { c }) => (real(x) && c !== 0 ? ir.mul(x, ir.scalar(1 / c)) : undefined)], // x / c = x (1/c)
  [p('div', c, x), ({ x }, { c }) => (real(x) && c === 1 ? ir.reciprocal(x) : undefined)], // 1 / x
  [p('mul', x, p('reciprocal', y)), ({ x, y }) => ir.div(x, y)], // x · 1/y = x / y
  [p('div', x, p('reciprocal', y)), ({ x, y }) => ir.mul(x, y)], // x / (1/y) = x y
  [p('reciprocal', p('reciprocal', x)), ({ x }) => x], // 1 / (1/x) = x
  [p('mul', x, x), ({ x }) => (real(x) ? ir.square(x) : undefined)], // x x = x²
  [p('mul', exactly(0), x), ({ x }, _, node) => (isFinite(x) ? ir.zerosLike(node) : undefined)], // 0 x = 0 for finite x
  [p('log', p('exp', x)), ({ x }) => x], // log eˣ = x
  [p('relu', p('relu', x)), ({ x }) => ir.relu(x)], // relu twice
  [p('max', x, x), ({ x }) => x], // max(x, x) = x
  [p('min', x, x), ({ x }) => x], // min(x, x) = x
  [p('max', x, exactly(0)), ({ x }) => (real(x) ? ir.relu(x) : undefined)], // max(x, 0)
  [p('floor', p('floor', x)), ({ x }) => ir.floor(x)], // whole numbers are whole
];

const choices: readonly Rule[] = [
  [p('select', p('not', x), y, z), ({ x, y, z }) => ir.select(x, z, y)], // not c ? a : b = c ? b : a
  [p('select', x, p('select', x, y, any('w')), z), ({ x, y, z }) => ir.select(x, y, z)], // c ? (c ? a : w) : b
  [p('select', x, y, p('select', x, any('w'), z)), ({ x, y, z }) => ir.select(x, y, z)], // c ? a : (c ? w : b)
  [p('and', x, x), ({ x }) => x], // c and c = c
  [p('or', x, x), ({ x }) => x], // c or c = c
  [p('and', x, c), ({ x }, { c }, node) => (c !== 0 ? x : ir.full(0, node.shape, 'bool'))], // c and true
  [p('or', x, c), ({ x }, { c }, node) => (c !== 0 ? ir.full(1, node.shape, 'bool') : x)], // c or false
  [p('not', p('eq', x, y)), ({ x, y }) => ir.ne(x, y)], // not =
  [p('not', p('ne', x, y)), ({ x, y }) => ir.eq(x, y)], // not ≠
  [p('ne', p('cast', x), exactly(0)), ({ x }) => (x.dtype === 'bool' ? x : undefined)], // [c] ≠ 0
  [p('gt', p('cast', x), exactly(0)), ({ x }) => (x.dtype === 'bool' ? x : undefined)], // [c] > 0
  [p('cast', p('cast', x)), ({ x }, _, node) => castTwice(x, node)],
];

/** Through a wider type and back, or on from a narrower one. */
const castTwice = (x: Node, node: Node): Node | undefined => {
  const between = node.inputs[0].dtype;
  if (x.dtype === 'bool') return ir.cast(x, node.dtype); // 0 and 1 are 0 and 1 everywhere
  return x.dtype === 'int32' && between === 'float32' && node.dtype === 'bool' ? ir.cast(x, 'bool') : undefined;
};

const moving = new Set(['reshape', 'transpose', 'broadcast', 'slice', 'pad', 'reverse', 'gather', 'concat']);

/** Known not to hold infinities or NaN. */
const isFinite = (start: Node): boolean => {
  const open = [start];
  for (let steps = 0; open.length > 0; steps++) {
    const node = open.pop() as Node;
    const { operation, inputs } = node;
    if (steps > 16) return false;
    if (node.dtype !== 'float32' || operation.op === 'one_hot' || operation.op === 'random') continue;
    if (operation.op === 'constant') {
      if (operation.value.data.length > 4096 || !operation.value.data.every(Number.isFinite)) return false;
    } else if (operation.op === 'cast' || moving.has(operation.op)) open.push(...inputs);
    else return false;
  }
  return true;
};

export const simplify: Pass = {
  name: 'simplify',
  why: 'Differentiation and vectorising leave signs, factors and choices behind that algebra removes.',
  run: (graph, settled) => rewrite(graph, apply, settled),
};

const apply = applier([...signs, ...products, ...choices]);
