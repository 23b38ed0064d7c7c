/**
 * Counter-based random numbers: element i of the draws at `site` under `key` is a function of (key, site, i) alone, so every engine
 * draws the same numbers in any order. Threefry-2x32 (Salmon, Moraes, Dror, Shaw 2011) with 13 rounds, 32-bit integers only.
 */

/** The constant of the third key word, which keeps an all-zero key from being weak. */
const keySchedule = 0x1bd11bda;

/** 13 rounds on the counter (x0, x1) under (k0, k1); writes two words to out[at], out[at + 1]. */
const threefry = (k0: number, k1: number, tweak: number, c0: number, c1: number, out: Int32Array, at: number): void => {
  const k2 = keySchedule ^ tweak ^ k0 ^ k1;
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k1) | 0;
  y = (y + k2 + 1) | 0;
  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + k2) | 0;
  y = (y + k0 + 2) | 0;
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + k0) | 0;
  y = (y + k1 + 3) | 0;
  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  out[at] = (x + k1) | 0;
  out[at + 1] = (y + k2 + 4) | 0;
};

/** Told apart from draws by the tweak, so that a derived key is never a number that was drawn. */
const drawing = 0;
const deriving = 0x2545f491;

export type Key = ArrayLike<number>;

/** A fresh key for each index. */
export const deriveKey = (key: Key, index: number): Int32Array => {
  const out = new Int32Array(2);
  threefry(key[0], key[1], deriving, index | 0, 0x5bf03635, out, 0);
  return out;
};

/** The key of a run, from its seed (any number). */
export const keyOfSeed = (seed: number): Int32Array => {
  const high = Math.floor(seed / 4294967296) | 0;
  return deriveKey([seed | 0, high], Math.round((seed - Math.floor(seed)) * 0x7fffffff));
};

/** Φ⁻¹, to 1e-15 (Wichura 1988, algorithm AS 241): a rational function of p in the middle, of sqrt(-log p) in the tails. */
const normalQuantile = (p: number): number => {
  const q = p - 0.5;
  if (q > -0.425 && q < 0.425) {
    const r = 0.180625 - q * q;
    const above =
      ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r +
        45921.953931549871457) *
        r +
        13731.693765509461125) *
        r +
        1971.5909503065514427) *
        r +
        133.14166789178437745) *
        r +
      3.387132872796366608;
    const below =
      ((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r + 21213.794301586595867) *
        r +
        5394.1960214247511077) *
        r +
        687.1870074920579083) *
        r +
        42.313330701600911252) *
        r +
      1;
    return (q * above) / below;
  }
  return q < 0 ? -tail(Math.sqrt(-Math.log(p))) : tail(Math.sqrt(-Math.log(1 - p)));
};

const tail = (s: number): number => {
  if (s <= 5) {
    const r = s - 1.6;
    const above =
      ((((((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r +
        1.27045825245236838258) *
        r +
        3.64784832476320460504) *
        r +
        5.7694972214606914055) *
        r +
        4.6303378461565452959) *
        r +
      1.42343711074968357734;
    const below =
      ((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r +
        0.14810397642748007459) *
        r +
        0.68976733498510000455) *
        r +
        1.6763848301838038494) *
        r +
        2.05319162663775882187) *
        r +
      1;
    return above / below;
  }
  const r = s - 5;
  const above =
    ((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r +
      0.026532189526576123093) *
      r +
      0.29656057182850489123) *
      r +
      1.7848265399172913358) *
      r +
      5.4637849111641143699) *
      r +
    6.6579046435011037772;
  const below =
    ((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r +
      7.868691311456132591e-4) *
      r +
      0.0148753612908506148525) *
      r +
      0.13692988092273580531) *
      r +
      0.59983220655588793769) *
      r +
    1;
  return above / below;
};

/** Fills `out` with the draws at `site`: uniform in (0, 1) with 24 bits, or standard normal by inversion of 32 bits. */
export const fillRandom = (
  law: 'uniform' | 'normal',
  key: Key,
  site: number,
  out: Float32Array | Float64Array,
): void => {
  const words = new Int32Array(2);
  const [k0, k1] = [key[0], key[1]];
  const n = out.length;
  for (let i = 0; i < n; i += 2) {
    threefry(k0, k1, drawing, i >>> 1, site, words, 0);
    // 24 bits are what float32 holds; zero becomes half a step, so that log u is finite
    if (law === 'uniform') {
      out[i] = (words[0] >>> 8 || 0.5) / 16777216;
      if (i + 1 < n) out[i + 1] = (words[1] >>> 8 || 0.5) / 16777216;
    } else {
      out[i] = Math.fround(normalQuantile(((words[0] >>> 0) + 0.5) / 4294967296));
      if (i + 1 < n) out[i + 1] = Math.fround(normalQuantile(((words[1] >>> 0) + 0.5) / 4294967296));
    }
  }
};
