/**
 * Products that are handed over: somebody outside of WebAssembly multiplies large matrices faster, in the same memory. What is not worth
 * the call is multiplied here.
 */
import type { Module } from './assembler.ts';
import type { Products, ProductSpec } from './product.ts';

/** Multiplies what lies at three addresses. */
export type Multiply = (a: number, b: number, c: number) => void;

/** undefined: not worth a call, or not possible. */
export type Multiplier = (spec: ProductSpec) => Multiply | undefined;

export interface Handover {
  readonly products: Products;
  /** What the import `multiply` is called with: which, and three addresses. */
  readonly multiply: readonly Multiply[];
}

/** Imports come before functions: `call` is the number of the import `multiply`. */
export const handOver = (module: Module, call: number, multiplier: Multiplier, own: Products): Handover => {
  const multiply: Multiply[] = [];
  const known = new Map<string, number>();
  return {
    multiply,
    products: {
      product: (spec) => {
        const key = JSON.stringify(spec);
        const old = known.get(key);
        if (old !== undefined) return old;
        const given = multiplier(spec);
        if (!given) return own.product(spec);
        const id = multiply.push(given) - 1;
        const index = module.func(['i32', 'i32', 'i32'], [], (f) => {
          f.i32(id);
          for (let i = 0; i < 3; i++) f.get(i);
          f.call(call);
        });
        known.set(key, index);
        return index;
      },
    },
  };
};
