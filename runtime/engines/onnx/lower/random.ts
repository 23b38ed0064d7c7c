/**
 * The generator of compiler/ir/random.ts in ONNX's integers: Threefry-2x32, 13 rounds. Only for keys that a step itself computes from its
 * numbers; all others are drawn by the host beforehand (onnx/draws.ts).
 */
import { sizeOf } from '../../../../compiler/ir/shape.ts';
import { elementTypes } from '../model.ts';
import type { Writer } from '../writer.ts';
import { reshaped } from './rearrange.ts';
import type { Lowering } from './rule.ts';

/** Integers of 32 bits that wrap around: added signed, shifted unsigned. */
const words = (w: Writer) => {
  const signed = (x: string): string => w.add('Cast', [x], { to: elementTypes.int32 });
  const unsigned = (x: string): string => w.add('Cast', [x], { to: elementTypes.uint32 });
  const shift = (x: string, by: number, direction: 'LEFT' | 'RIGHT'): string =>
    w.add('BitShift', [x, w.number(by, 'uint32')], { direction });
  return {
    add: (x: string, y: string): string => w.add('Add', [x, y]),
    xor: (x: string, y: string): string => w.add('BitwiseXor', [x, y]),
    number: (x: number): string => w.number(x, 'int32'),
    rotate: (x: string, by: number): string => {
      const u = unsigned(x);
      return signed(w.add('BitwiseOr', [shift(u, by, 'LEFT'), shift(u, 32 - by, 'RIGHT')]));
    },
    unsigned,
    shiftRight: (x: string, by: number): string => shift(x, by, 'RIGHT'),
  };
};

const keySchedule = 0x1bd11bda;
const drawing = 0;
const deriving = 0x2545f491;
const rotations = [13, 15, 26, 6, 17, 29, 16, 24, 13, 15, 26, 6, 17];

/** Two words for every counter. `key`: int32 [2]. */
const threefry = (w: Writer, key: string, tweak: number, c0: string, c1: string): [string, string] => {
  const { add, xor, number, rotate } = words(w);
  const part = (i: number): string => w.add('Gather', [key, number(i)]);
  const [k0, k1] = [part(0), part(1)];
  const keys = [k0, k1, xor(number(keySchedule ^ tweak), xor(k0, k1))];
  let x = add(c0, k0);
  let y = add(c1, k1);
  rotations.forEach((by, round) => {
    x = add(x, y);
    y = xor(rotate(y, by), x);
    if (round % 4 !== 3) return;
    const turn = (round + 1) / 4;
    x = add(x, keys[turn % 3]);
    y = add(y, add(keys[(turn + 1) % 3], number(turn)));
  });
  return [add(x, k1), add(y, add(keys[2], number(4)))];
};

/** Φ⁻¹ by Wichura's rational functions (AS 241), as in compiler/ir/random.ts: middle, tail, far tail. */
const quotients = [
  [
    [3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125, 45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727],
    [1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867, 39307.89580009271061, 28729.085735721942674, 5226.495278852545925],
  ],
  [
    [1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504, 1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833, 7.7454501427834140764e-4],
    [1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459, 0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9],
  ],
  [
    [6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123, 0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5, 2.01033439929228813265e-7],
    [1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525, 7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7, 2.04426310338993978564e-15],
  ],
] as const; // prettier-ignore

const normalQuantile = (w: Writer, p: string): string => {
  const number = (x: number): string => w.number(x, 'float64');
  const add = (a: string, b: string): string => w.add('Add', [a, b]);
  const sub = (a: string, b: string): string => w.add('Sub', [a, b]);
  const mul = (a: string, b: string): string => w.add('Mul', [a, b]);
  const horner = (r: string, c: readonly number[]): string =>
    c.reduceRight((sum, x) => (sum === '' ? number(x) : add(mul(sum, r), number(x))), '');
  const quotient = (r: string, which: 0 | 1 | 2): string =>
    w.add('Div', [horner(r, quotients[which][0]), horner(r, quotients[which][1])]);
  const q = sub(p, number(0.5));
  const middle = mul(q, quotient(sub(number(0.180625), mul(q, q)), 0));
  const low = w.add('Less', [q, number(0)]);
  const nearest = w.add('Where', [low, p, sub(number(1), p)]);
  const s = w.add('Sqrt', [w.add('Neg', [w.add('Log', [nearest])])]);
  const beyond = w.add('Less', [number(5), s]);
  const tail = w.add('Where', [beyond, quotient(sub(s, number(5)), 2), quotient(sub(s, number(1.6)), 1)]);
  const signed = w.add('Where', [low, w.add('Neg', [tail]), tail]);
  const inside = w.add('Less', [w.add('Abs', [q]), number(0.425)]);
  return w.add('Where', [inside, middle, signed]);
};

const random: Lowering<'random'> = ({ law, site }, [key], { shape }, w) => {
  const { number, unsigned, shiftRight } = words(w);
  const size = sizeOf(shape);
  const pairs = Math.ceil(size / 2);
  const counters = w.tensor('int32', [pairs, 1], Array.from({ length: pairs }, (_, i) => i)); // prettier-ignore
  const both = w.add('Concat', [...threefry(w, key.name, drawing, counters, number(site))], { axis: 1 });
  const flat = reshaped(w, both, [2 * pairs]);
  const draws = size === 2 * pairs ? flat : w.add('Slice', [flat, w.list([0]), w.list([size])]);
  const double = (x: string): string => w.add('Cast', [x], { to: elementTypes.float64 });
  const constant = (x: number): string => w.number(x, 'float64');
  const bits = unsigned(draws);
  const half = constant(0.5);
  const scaled = (): string => {
    const high = double(shiftRight(bits, 8));
    const positive = w.add('Where', [w.add('Equal', [high, constant(0)]), half, high]);
    return w.add('Mul', [positive, constant(1 / 16777216)]);
  };
  const numbers =
    law === 'uniform'
      ? scaled()
      : normalQuantile(w, w.add('Mul', [w.add('Add', [double(bits), half]), constant(1 / 4294967296)]));
  return reshaped(w, w.add('Cast', [numbers], { to: elementTypes.float32 }), shape);
};

const deriveKey: Lowering<'derive_key'> = (_, [key, index], __, w) => {
  const made = threefry(w, reshaped(w, key.name, [2]), deriving, index.name, w.number(0x5bf03635, 'int32'));
  return w.add('Concat', made.map((word) => reshaped(w, word, [1])), { axis: 0 }); // prettier-ignore
};

export const draws = { random, derive_key: deriveKey };
