/**
 * A fused loop as a WebAssembly function. Its parameters are addresses: of the loads, the stores, the results of reductions.
 *
 * The last axis is taken four numbers at a time, a few vectors in a row; what does not fill a vector is done in its first lanes. Axes
 * that are summed away run inside those that stay: over the last axis in as many partial sums as there are vectors in a row.
 */
import type { DType, ReductionOp } from '../../../compiler/ir/operations.ts';
import type { Writer } from './assembler.ts';
import { load, stepOf, store } from './element.ts';
import type { Access, Fused, Operand } from './fuse.ts';
import type { simd } from './opcodes.ts';
import { vectorsOf, type Vectors } from './vector.ts';
import { widthOf } from './views.ts';

/** Neighbouring axes that everything steps through evenly are one. */
const collapsed = (fused: Fused): Fused => {
  const accesses = [...fused.loads, ...fused.stores, ...fused.reductions];
  const kept: number[] = [];
  const dims: number[] = [];
  fused.dims.forEach((n, i) => {
    const last = kept[kept.length - 1];
    const joins =
      kept.length > 0 &&
      fused.reduced[last] === fused.reduced[i] &&
      accesses.every(({ strides }) => strides[last] === strides[i] * n);
    if (joins) {
      dims[dims.length - 1] *= n;
      kept[kept.length - 1] = i;
    } else {
      dims.push(n);
      kept.push(i);
    }
  });
  const pick = <A extends Access>(access: A): A => ({ ...access, strides: kept.map((i) => access.strides[i]) });
  if (dims.length === 0)
    return {
      ...fused,
      dims: [1],
      reduced: [false],
      loads: fused.loads.map((x) => ({ ...x, strides: [0] })),
      stores: fused.stores.map((x) => ({ ...x, strides: [1] })),
      reductions: fused.reductions.map((x) => ({ ...x, strides: [1] })),
    };
  return {
    ...fused,
    dims,
    reduced: kept.map((i) => fused.reduced[i]),
    loads: fused.loads.map(pick),
    stores: fused.stores.map(pick),
    reductions: fused.reductions.map(pick),
  };
};

const combine: { readonly [K in ReductionOp]: { readonly [D in 'float32' | 'int32']: keyof typeof simd } } = {
  sum: { float32: 'f32x4Add', int32: 'i32x4Add' },
  prod: { float32: 'f32x4Mul', int32: 'i32x4Mul' },
  max_over: { float32: 'f32x4Max', int32: 'i32x4MaxS' },
  min_over: { float32: 'f32x4Min', int32: 'i32x4MinS' },
};
/** The bits of what changes nothing. */
const neutral: { readonly [K in ReductionOp]: { readonly [D in 'float32' | 'int32']: number } } = {
  sum: { float32: 0, int32: 0 },
  prod: { float32: 0x3f800000, int32: 1 },
  max_over: { float32: 0xff800000 | 0, int32: 0x80000000 | 0 },
  min_over: { float32: 0x7f800000, int32: 0x7fffffff },
};
const kindOf = (dtype: DType): 'float32' | 'int32' => (dtype === 'float32' ? 'float32' : 'int32');

const literal = (v: Vectors, x: number, dtype: DType): number =>
  dtype === 'float32' ? v.number(x) : v.bits(dtype === 'bool' ? (x !== 0 ? -1 : 0) : x);

/** Vectors in a row: short loops want several for the processor to overlap, long ones have enough to do. */
const rowLength = (steps: number): number => (steps <= 10 ? 4 : steps <= 30 ? 2 : 1);

/** The address parameters, in order. */
export const accessesOf = (fused: Fused): readonly Access[] => [...fused.loads, ...fused.stores, ...fused.reductions];

/** The same text for loops that differ in places only, which can be one function. */
export const keyOf = (fused: Fused): string => {
  const bare = (access: Access) => ({ ...access, place: 0, offset: 0 });
  const { loads, stores, reductions } = fused;
  return JSON.stringify({
    ...fused,
    loads: loads.map(bare),
    stores: stores.map(bare),
    reductions: reductions.map(bare),
  });
};

export const writeLoop = (f: Writer, given: Fused, fusedProducts: boolean): void => {
  const fused = collapsed(given);
  const { dims, reduced, loads, stores, reductions, steps } = fused;
  const v = vectorsOf(f, fusedProducts);
  const accesses = accessesOf(fused);
  const pointers = accesses.map((_, i) => i); // parameters come first
  const rank = dims.length;
  const across = rank - 1; // the axis of the vectors
  const summing = reductions.length > 0;
  const sumsAcross = summing && reduced[across];
  const outer = dims.map((_, i) => i).filter((i) => i !== across && !reduced[i]);
  const inner = dims.map((_, i) => i).filter((i) => i !== across && reduced[i]);
  const unroll = rowLength(steps.length);

  const bytes = (access: number, axis: number): number =>
    accesses[access].strides[axis] * widthOf(accesses[access].dtype);

  /** Loops over `axes` from the outside in; leaves every pointer where it was. */
  const walk = (axes: readonly number[], body: () => void): void => {
    if (axes.length === 0) return body();
    const [axis, ...rest] = axes;
    const count = dims[axis];
    f.times(count, 1, () => {
      walk(rest, body);
      if (count > 1) for (const p of pointers) f.advance(p, bytes(p, axis));
    });
    if (count > 1) for (const p of pointers) f.advance(p, -count * bytes(p, axis));
  };

  /** Loads that are the same along the vectors' axis, read once before it. */
  const spread = (): Map<number, number> => {
    const known = new Map<number, number>();
    loads.forEach(({ strides, dtype }, i) => {
      if (strides[across] === 0) known.set(i, load(f, v, dtype, i, 0, 0, 4));
    });
    return known;
  };

  /**
   * The vectors of a row: everything is loaded, computed, stored, and handed to `take` for its reductions. Stores come last, so that
   * nothing keeps one vector's computation waiting for the one before: they are long chains, and run side by side.
   */
  const vectors = (
    count: number,
    lanes: number,
    known: ReadonlyMap<number, number>,
    take: (values: readonly number[], at: number, lanes: number) => void,
  ): void => {
    v.forget();
    const row = Array.from({ length: count }, (_, at) => ({ at, lanes: at === count - 1 ? lanes : 4 }));
    const loaded = row.map(({ at, lanes: here }) =>
      loads.map(
        ({ strides, dtype }, i) =>
          known.get(i) ?? load(f, v, dtype, i, 4 * at * bytes(i, across), strides[across], here),
      ),
    );
    const valueIn =
      (at: number, computed: readonly number[]) =>
      (operand: Operand): number =>
        'load' in operand
          ? loaded[at][operand.load]
          : 'step' in operand
            ? computed[operand.step]
            : literal(v, operand.number, operand.dtype);
    const values = row.map(({ at }) => {
      const computed: number[] = [];
      const value = valueIn(at, computed);
      for (const { operation, args, argTypes } of steps) computed.push(stepOf(v, operation, args.map(value), argTypes));
      return value;
    });
    for (const { at, lanes: here } of row) {
      const value = values[at];
      stores.forEach(({ strides, dtype, value: what }, k) => {
        const pointer = loads.length + k;
        store(f, v, dtype, value(what), pointer, 4 * at * bytes(pointer, across), strides[across], here);
      });
      take(
        reductions.map(({ value: what }) => value(what)),
        at,
        here,
      );
    }
  };

  /** Along the vectors' axis: rows of vectors, then the rest. `row` gets how many vectors, and how many lanes of the last. */
  const along = (row: (count: number, lanes: number) => void): void => {
    const n = dims[across];
    const full = Math.floor(n / (4 * unroll));
    const step = 4 * unroll;
    if (full > 0) {
      f.times(full, 1, () => {
        row(unroll, 4);
        for (const p of pointers) f.advance(p, step * bytes(p, across));
      });
    }
    const rest = n - full * step;
    if (rest > 0) row(Math.ceil(rest / 4), ((rest - 1) % 4) + 1);
    if (full > 0) for (const p of pointers) f.advance(p, -full * step * bytes(p, across));
  };

  const accumulators = (count: number): number[][] =>
    reductions.map(({ op, dtype }) =>
      Array.from({ length: count }, () => {
        const local = f.local('v128');
        f.get(v.bits(neutral[op][kindOf(dtype)]));
        f.set(local);
        return local;
      }),
    );
  const accumulate = (k: number, into: number, value: number): void => {
    const { op, dtype } = reductions[k];
    f.get(into);
    f.get(value);
    f.simd(combine[op][kindOf(dtype)]);
    f.set(into);
  };
  const joined = (k: number, a: number, b: number): number =>
    v.apply(combine[reductions[k].op][kindOf(reductions[k].dtype)], a, b);

  /** Lanes beyond `lanes` made neutral. */
  const masked = (k: number, value: number, lanes: number): number => {
    if (lanes === 4) return value;
    const { op, dtype } = reductions[k];
    const mask = f.constant([-1, lanes > 1 ? -1 : 0, lanes > 2 ? -1 : 0, 0]);
    return v.apply('bitselect', value, v.bits(neutral[op][kindOf(dtype)]), mask);
  };

  const lane = (value: number, index: number, dtype: DType): number => {
    f.get(value);
    f.extract(dtype === 'float32' ? 'f32x4Extract' : 'i32x4Extract', index);
    f.simd(dtype === 'float32' ? 'f32x4Splat' : 'i32x4Splat');
    const local = f.local('v128');
    f.set(local);
    return local;
  };

  if (!summing) {
    walk(outer, () => {
      const known = spread();
      along((count, lanes) => vectors(count, lanes, known, () => {}));
    });
    return;
  }

  if (sumsAcross) {
    walk(outer, () => {
      const sums = accumulators(unroll);
      walk(inner, () => {
        const known = spread();
        along((count, lanes) =>
          vectors(count, lanes, known, (values, at, here) =>
            values.forEach((value, k) => accumulate(k, sums[k][at], masked(k, value, here))),
          ),
        );
      });
      v.forget();
      reductions.forEach(({ dtype }, k) => {
        let list = sums[k];
        while (list.length > 1)
          list = list.flatMap((a, i) => (i % 2 === 0 ? [i + 1 < list.length ? joined(k, a, list[i + 1]) : a] : []));
        const [a, b, c, d] = [0, 1, 2, 3].map((i) => lane(list[0], i, dtype));
        store(f, v, dtype, joined(k, joined(k, a, b), joined(k, c, d)), loads.length + stores.length + k, 0, 1, 1);
      });
    });
    return;
  }

  walk(outer, () => {
    along((count, lanes) => {
      const sums = accumulators(count);
      walk(inner, () => {
        const known = spread();
        vectors(count, lanes, known, (values, at) => values.forEach((value, k) => accumulate(k, sums[k][at], value)));
      });
      reductions.forEach(({ dtype, strides }, k) => {
        const pointer = loads.length + stores.length + k;
        sums[k].forEach((sum, u) =>
          store(
            f,
            v,
            dtype,
            sum,
            pointer,
            4 * u * bytes(pointer, across),
            strides[across],
            u === count - 1 ? lanes : 4,
          ),
        );
      });
    });
  });
};
