/**
 * Four float32 numbers at a time: the arithmetic that functions are written over, as WebAssembly. A value is the local that holds it;
 * numbers written down are locals too, set once before all loops.
 */
import type { Arithmetic } from '../functions/arithmetic.ts';
import type { Writer } from './assembler.ts';
import type { simd } from './opcodes.ts';

type Op = keyof typeof simd;

export interface Vectors extends Arithmetic<number, number> {
  /** A local with four equal lanes of these 32 bits. */
  bits(bits: number): number;
  apply(op: Op, ...args: readonly number[]): number;
  /** What was computed so far may not hold any more: locals have changed, or it was computed on another branch. */
  forget(): void;
}

const bitsOf = (x: number): number => new Int32Array(Float32Array.of(x).buffer)[0];

/** `fused`: products and sums in one instruction. */
export const vectorsOf = (f: Writer, fused: boolean): Vectors => {
  const constants = new Set<number>();
  let computed = new Map<string, number>();
  /** The local that holds what `write` leaves; what was computed already is not written again. */
  const once = (key: string, write: () => void): number => {
    const known = computed.get(key);
    if (known !== undefined) return known;
    write();
    const result = f.local('v128');
    f.set(result);
    computed.set(key, result);
    return result;
  };
  const apply = (op: Op, ...args: readonly number[]): number =>
    once(`${op} ${args.join(' ')}`, () => {
      for (const local of args) f.get(local);
      f.simd(op);
    });
  const bits = (value: number): number => {
    const local = f.constant([value, value, value, value]);
    constants.add(local);
    return local;
  };
  const number = (x: number): number => bits(bitsOf(x));
  const shift = (op: Op, a: number, by: number): number =>
    once(`${op} ${a} by ${by}`, () => {
      f.get(a);
      f.i32(by);
      f.simd(op);
    });
  const madd = (a: number, b: number, c: number): number =>
    fused ? apply('relaxedMadd', a, b, c) : apply('f32x4Add', apply('f32x4Mul', a, b), c);
  const select = (c: number, a: number, b: number): number => {
    if (constants.has(a) && a === number(0)) return apply('andNot', b, c);
    return fused ? apply('relaxedLaneSelect', a, b, c) : apply('bitselect', a, b, c);
  };
  const sign = (): number => bits(0x80000000 | 0);
  return {
    bits,
    apply,
    forget: () => void (computed = new Map()),
    number,
    add: (a, b) => apply('f32x4Add', a, b),
    sub: (a, b) => apply('f32x4Sub', a, b),
    mul: (a, b) => apply('f32x4Mul', a, b),
    div: (a, b) => apply('f32x4Div', a, b),
    madd,
    // V8 makes the masks of its own instructions anew each time
    neg: (a) => apply('xor', a, sign()),
    abs: (a) => apply('and', a, bits(0x7fffffff)),
    sqrt: (a) => apply('f32x4Sqrt', a),
    // one machine instruction where the second is a number written down: NaN comes from the first then, and stays
    min: (a, b) => apply(constants.has(b) ? 'f32x4Pmin' : 'f32x4Min', a, b),
    max: (a, b) => apply(constants.has(b) ? 'f32x4Pmax' : 'f32x4Max', a, b),
    floor: (a) => apply('f32x4Floor', a),
    ceil: (a) => apply('f32x4Ceil', a),
    nearest: (a) => apply('f32x4Nearest', a),
    copySign: (a, b) => apply('bitselect', b, a, sign()),
    // 1.5 · 2²³ - 1 is added: the low bits of the sum are those of n - 1
    whole: (x, y) => {
      const shifted = number(12582911);
      const power = madd(x, y, shifted);
      return { n: apply('f32x4Sub', power, shifted), power };
    },
    halved: (x, power) => apply('i32x4Add', x, shift('i32x4Shl', power, 23)),
    split: (x) => {
      const fraction = apply('or', apply('and', x, bits(0x007fffff)), bits(0x3f000000));
      const exponent = apply('i32x4Sub', apply('and', shift('i32x4ShrU', x, 23), bits(0xff)), bits(126));
      return { fraction, exponent: apply('f32x4ConvertI32x4S', exponent) };
    },
    eq: (a, b) => apply('f32x4Eq', a, b),
    ne: (a, b) => apply('f32x4Ne', a, b),
    lt: (a, b) => apply('f32x4Lt', a, b),
    le: (a, b) => apply('f32x4Le', a, b),
    isNaN: (a) => apply('f32x4Ne', a, a),
    and: (a, b) => apply('and', a, b),
    or: (a, b) => apply('or', a, b),
    not: (a) => apply('not', a),
    select,
  };
};
