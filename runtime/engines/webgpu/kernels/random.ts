/**
 * The counter-based generator of compiler/ir/random.ts in WGSL: the same words, so the same uniform draws bit for bit; normal draws by
 * the same inversion in float32, a few ulp from the host's.
 */
import type { WgslTable } from './rule.ts';

const rotations = [
  [13, 15, 26, 6],
  [17, 29, 16, 24],
  [13, 15, 26, 6],
];

const word = (bits: number): string => `${bits >>> 0}u`;

/** 13 rounds: after every four, key words and a counter are added. */
const threefry = (): string => {
  const lines: string[] = [];
  const round = (by: number): number => lines.push(`x = x + y; y = ((y << ${by}u) | (y >> ${32 - by}u)) ^ x;`);
  rotations[0].forEach(round);
  lines.push('x = x + k1; y = y + k2 + 1u;');
  rotations[1].forEach(round);
  lines.push('x = x + k2; y = y + k0 + 2u;');
  rotations[2].forEach(round);
  lines.push('x = x + k0; y = y + k1 + 3u;');
  round(17);
  return `
fn threefry(k0 : u32, k1 : u32, tweak : u32, c0 : u32, c1 : u32) -> vec2<u32> {
  let k2 = ${word(0x1bd11bda)} ^ tweak ^ k0 ^ k1;
  var x = c0 + k0;
  var y = c1 + k1;
  ${lines.join('\n  ')}
  return vec2<u32>(x + k1, y + k2 + 4u);
}`;
};

const ratio = (above: readonly number[], below: readonly number[], x: string): string => {
  const horner = (c: readonly number[]): string =>
    c.slice(1).reduce((sum, next) => `fma(${sum}, ${x}, ${Math.fround(next)}f)`, `${Math.fround(c[0])}f`);
  return `(${horner(above)}) / (${horner(below)})`;
};

/** Wichura's AS 241, as on the host: the middle, and two pieces of the tail. */
const middle = ratio(
  [
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457, 13731.693765509461125,
    1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
  ],
  [
    5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867, 5394.1960214247511077,
    687.1870074920579083, 42.313330701600911252, 1,
  ],
  'r',
);
const near = ratio(
  [
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
  ],
  [
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1,
  ],
  '(s - 1.6f)',
);
const far = ratio(
  [
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
  ],
  [
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1,
  ],
  '(s - 5.0f)',
);

/** From a word: distances to the middle and to the ends are taken in integers, so that none loses digits. */
const quantile = `
fn quantile(w : u32) -> f32 {
  let q = (f32(bitcast<i32>(w ^ 0x80000000u)) + 0.5f) / 4294967296.0f;
  if (abs(q) < 0.425f) {
    let r = 0.180625f - q * q;
    return q * (${middle});
  }
  let p = (f32(select(w, ~w, q > 0.0f)) + 0.5f) / 4294967296.0f;
  let s = sqrt(-log(p));
  var tail = ${near};
  if (s > 5.0f) { tail = ${far}; }
  return select(tail, -tail, q < 0.0f);
}`;

export const random = {
  random: ({ law, site }) => {
    const words = `let words = threefry(u32(x0[0]), u32(x0[1]), 0u, u32(index >> 1u), ${word(site)});
  let w = select(words.x, words.y, (index & 1) == 1);`;
    if (law === 'uniform')
      return {
        functions: threefry(),
        body: `${words}
  let top = w >> 8u;
  result[index] = select(f32(top), 0.5f, top == 0u) / 16777216.0f;`,
      };
    return { functions: threefry() + quantile, body: `${words}\n  result[index] = quantile(w);` };
  },
  derive_key: () => ({
    functions: threefry(),
    body: `let words = threefry(u32(x0[0]), u32(x0[1]), ${word(0x2545f491)}, u32(x1[0]), ${word(0x5bf03635)});
  result[index] = i32(select(words.x, words.y, index == 1));`,
  }),
} satisfies WgslTable;
