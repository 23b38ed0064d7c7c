/**
 * Calls one intrinsic on arrays, without the language around it: on one example, and on a batch under binders' axes, so that
 * tests can ask for values, for agreement of the two, and for gradients.
 */
import { gradients } from '../compiler/differentiate.ts';
import type { Context } from '../compiler/elaborate/context.ts';
import { runIntrinsic } from '../compiler/elaborate/intrinsics/index.ts';
import { tensor } from '../compiler/elaborate/values/tensors.ts';
import type { Axis, Tensor, Value } from '../compiler/elaborate/values/values.ts';
import * as ir from '../compiler/ir/build.ts';
import { prepare } from '../compiler/ir/evaluate.ts';
import type { Node } from '../compiler/ir/graph.ts';
import type { DType, Shape } from '../compiler/ir/operations.ts';
import { sizeOf } from '../compiler/ir/shape.ts';
import { R } from '../compiler/spaces/space.ts';
import type { TensorSpace } from '../compiler/spaces/space.ts';

const span = { file: 'test', start: 0, end: 0 };

/** Different numbers in (low, high), the same in every run. */
export const numbers = (shape: Shape, low = -1, high = 1, seed = 1): number[] =>
  Array.from({ length: sizeOf(shape) }, (_, i) => {
    const u = Math.abs(Math.sin((i + 1) * 12.9898 * seed + seed * 78.233) * 43758.5453) % 1;
    return low + (high - low) * u;
  });

export const number = (x: number): Value => tensor(ir.scalar(x), [], R());
export const text = (s: string): Value => ({ kind: 'text', text: s });
export const vector = (...xs: number[]): Value => tensor(ir.array(xs), [], R(xs.length));

const fakeContext = (axes: readonly Axis[]): Context =>
  ({ shared: { counters: { site: 0, axis: 1000 } }, axes, key: ir.input('key', 'int32', [2]) }) as unknown as Context;

export interface Call {
  readonly name: string;
  readonly args: Readonly<Record<string, Value>>;
  readonly statics?: readonly Value[];
}

export const call = ({ name, args, statics = [] }: Call, axes: readonly Axis[] = []): Value => {
  const ctx = fakeContext(axes);
  const scope = { names: new Map() };
  return runIntrinsic(name, { ctx, caller: ctx, args: new Map(Object.entries(args)), statics, span, scope });
};

export const callTensor = (c: Call): Tensor => {
  const v = call(c);
  if (v.kind !== 'tensor') throw new Error(`${c.name} gave ${v.kind}`);
  return v;
};

/** An argument that varies: its shape for one example, its numbers, and its space if not R. */
export interface Varied {
  readonly shape: Shape;
  readonly data: readonly number[];
  readonly space?: TensorSpace;
  readonly dtype?: DType;
}

const arrayOf = (v: Varied, shape: Shape, data: readonly number[]) => {
  const dtype = v.dtype ?? 'float32';
  const store = dtype === 'float32' ? Float64Array : dtype === 'int32' ? Int32Array : Uint8Array;
  return { dtype, shape, data: store.from(data) };
};

/** The call with these arguments as graph inputs, under `axes[k]` each, and a function that computes it. */
const build = (
  c: Call,
  varied: Readonly<Record<string, Varied>>,
  axes: readonly (readonly Axis[])[] = Object.keys(varied).map(() => []),
) => {
  const names = Object.keys(varied);
  const inputs = names.map((name, k) => {
    const v = varied[name];
    return ir.input(name, v.dtype ?? 'float32', [...axes[k].map((a) => a.size), ...v.shape]);
  });
  const args = Object.fromEntries(
    names.map((name, k) => [name, tensor(inputs[k], axes[k], varied[name].space ?? R(...varied[name].shape))]),
  );
  const result = call({ ...c, args: { ...c.args, ...args } });
  if (result.kind !== 'tensor') throw new Error(`${c.name} gave ${result.kind}`);
  const run = prepare({ inputs, outputs: [{ name: 'y', node: result.node }] });
  const compute = (data: readonly (readonly number[])[]): number[] =>
    Array.from(run(inputs.map((x, k) => arrayOf(varied[names[k]], x.shape, data[k])))[0].data);
  return { inputs, result, compute, names };
};

export const values = (c: Call, varied: Readonly<Record<string, Varied>>): number[] =>
  build(c, varied).compute(Object.values(varied).map((v) => v.data));

/** Each example of a batch gives what it gives alone, whichever of the arguments vary over the batch. */
export const batchDifference = (c: Call, varied: Readonly<Record<string, Varied>>): string | undefined => {
  const entries = Object.values(varied);
  const rows = 3;
  const others = entries.map((v, k) =>
    Array.from({ length: rows }, (_, r) =>
      v.data.map((x, i) => (r === 0 || v.dtype ? x : x * (1 - 0.05 * r) + 0.003 * (((i + k) % 3) * r))),
    ),
  );
  const alone = build(c, varied);
  const all = (1 << entries.length) - 1;
  for (let mask = 1; mask <= all; mask++) {
    // Under one axis together, and each argument under an axis of its own.
    for (const separate of entries.length > 1 ? [false, true] : [false]) {
      const axis = entries.map((_, k): Axis => ({ size: rows, order: separate ? 10 - k : 1, name: 'row' }));
      const shared = axis[0];
      const under = entries.map((_, k) => ((mask >> k) & 1 ? [separate ? axis[k] : shared] : []));
      const batch = build(c, varied, under);
      const seen = batch.compute(entries.map((_, k) => (under[k].length > 0 ? others[k].flat() : others[k][0])));
      const present = batch.result.axes;
      const sizes = present.map((a) => a.size);
      const one = seen.length / sizeOf(sizes);
      for (let place = 0; place < sizeOf(sizes); place++) {
        const digits = sizes.map((n, i) => Math.floor(place / sizeOf(sizes.slice(i + 1))) % n);
        const rowOf = (k: number): number => (under[k].length > 0 ? digits[present.indexOf(under[k][0])] : 0);
        const expected = alone.compute(entries.map((_, k) => others[k][rowOf(k)]));
        for (let i = 0; i < one; i++) {
          const [a, b] = [seen[place * one + i], expected[i]];
          if (!(Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(b))) && !Object.is(a, b))
            return `mask ${mask}${separate ? ' separate' : ''}, example ${digits}, entry ${i}: ${a}, alone ${b}`;
        }
      }
    }
  }
  return undefined;
};

/** Gradient of a weighted sum of the result by each argument, and the sum itself as a function. */
export const slopes = (c: Call, varied: Readonly<Record<string, Varied>>) => {
  const entries = Object.values(varied);
  const { inputs, result } = build(c, varied);
  const weights = ir.array(numbers(result.node.shape, 0.3, 1.3, 7), result.node.shape);
  const loss = ir.sum(ir.mul(result.node, weights));
  const named = (nodes: readonly Node[]) => nodes.map((node, i) => ({ name: `${i}`, node }));
  const give = (data: readonly (readonly number[])[]) => data.map((d, k) => arrayOf(entries[k], entries[k].shape, d));
  const slope = prepare({ inputs, outputs: named(gradients(loss, inputs)) })(give(entries.map((v) => v.data)));
  const value = prepare({ inputs, outputs: named([loss]) });
  return {
    slope: slope.map((g) => Array.from(g.data)),
    value: (data: readonly (readonly number[])[]): number => value(give(data))[0].data[0],
  };
};

/** Against central differences. */
export const gradientDifference = (c: Call, varied: Readonly<Record<string, Varied>>): string | undefined => {
  const data = Object.values(varied).map((v) => v.data);
  const { slope, value } = slopes(c, varied);
  const h = 1e-5;
  for (const [k, own] of data.entries())
    for (const [i, y] of own.entries()) {
      const at = (z: number): number => value(data.map((d, n) => (n === k ? d.with(i, z) : d)));
      const difference = (at(y + h) - at(y - h)) / (2 * h);
      if (!(Math.abs(slope[k][i] - difference) <= 2e-6 * Math.max(1, Math.abs(difference))))
        return `argument ${k}, entry ${i}: gradient ${slope[k][i]}, difference ${difference}`;
    }
  return undefined;
};
