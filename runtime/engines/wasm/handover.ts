/**
 * Products that are handed over: somebody outside of WebAssembly multiplies large matrices faster, in the same memory. What is not worth
 * the call is multiplied here.
 */
import type { Shape } from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import type { Module } from './assembler.ts';
import type { Products, ProductSpec } from './product.ts';

/** Multiplies what lies at three addresses. */
export type Multiply = (a: number, b: number, c: number) => void;

/** As many products as `count`: numbers from one a, b and c to the next, 0 where it is the same one. */
export interface Batch {
  readonly count: number;
  readonly steps: readonly number[];
}

/** undefined: not worth a call, or not possible. */
export type Multiplier = (spec: ProductSpec, batch: Batch) => Multiply | undefined;

export interface Handover {
  readonly products: Products;
  /** What the import `multiply` is called with: which, and three addresses. */
  readonly multiply: readonly Multiply[];
}

const single: Batch = { count: 1, steps: [0, 0, 0] };

/** One step for all axes of a batch, if they follow each other evenly. */
const evenStep = (steps: readonly number[], batch: Shape): number | undefined => {
  let step: number | undefined;
  let inner = 1;
  for (let axis = batch.length - 1; axis >= 0; axis--) {
    if (batch[axis] === 1) continue;
    step ??= steps[axis];
    if (steps[axis] !== step * inner) return undefined;
    inner *= batch[axis];
  }
  return step ?? 0;
};

/** Imports come before functions: `call` is the number of the import `multiply`. */
export const handOver = (module: Module, call: number, multiplier: Multiplier, own: Products): Handover => {
  const multiply: Multiply[] = [];
  const known = new Map<string, number>();
  const handed = (spec: ProductSpec, batch: Batch): number | undefined => {
    const key = JSON.stringify([spec, batch]);
    const old = known.get(key);
    if (old !== undefined) return old;
    const given = multiplier(spec, batch);
    if (!given) return undefined;
    const id = multiply.push(given) - 1;
    const index = module.func(['i32', 'i32', 'i32'], [], (f) => {
      f.i32(id);
      for (let i = 0; i < 3; i++) f.get(i);
      f.call(call);
    });
    known.set(key, index);
    return index;
  };
  return {
    multiply,
    products: {
      product: (spec) => handed(spec, single) ?? own.product(spec),
      batched: (spec, batch, steps) => {
        const even = steps.map((list) => evenStep(list, batch));
        const count = sizeOf(batch);
        if (count < 2 || even.some((step) => step === undefined)) return undefined;
        return handed(spec, { count, steps: even as number[] });
      },
    },
  };
};
