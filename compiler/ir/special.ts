/**
 * Functions of one or two numbers that JavaScript's Math lacks, in double precision (about 1e-13 relative).
 */

/** erf x = 2/√π e^(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (1·3·5···(2n+1)) for small x; for large x one minus the continued fraction of erfc. */
export const erf = (x: number): number => {
  const a = Math.abs(x);
  if (Number.isNaN(x)) return NaN;
  if (a > 6) return Math.sign(x);
  if (a < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 80; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
      if (Math.abs(term) <= 1e-17 * Math.abs(sum)) break;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  }
  // erfc x = e^(-x²)/√π · 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...))))
  let fraction = 0;
  for (let n = 60; n >= 1; n--) fraction = n / 2 / (a + fraction);
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / (a + fraction));
};

/** Bernoulli numbers B₂, B₄, ... */
const bernoulli = [
  1 / 6,
  -1 / 30,
  1 / 42,
  -1 / 30,
  5 / 66,
  -691 / 2730,
  7 / 6,
  -3617 / 510,
  43867 / 798,
  -174611 / 330,
];

/** log |Γ(x)|: recurrence up to 12, then Stirling's series; reflection on the left. */
export const lgamma = (x: number): number => {
  if (x <= 0 && Number.isInteger(x)) return Infinity;
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  if (x === Infinity) return Infinity;
  // Γ(x) = Γ(x+m) / (x (x+1) ... (x+m-1))
  let product = 1;
  let z = x;
  for (; z < 12; z++) product *= z;
  // log Γ(z) ~ (z - 1/2) log z - z + log(2π)/2 + Σ B₂ₖ / (2k (2k-1) z²ᵏ⁻¹)
  let series = 0;
  let power = z;
  for (let k = 1; k <= bernoulli.length; k++, power *= z * z)
    series += bernoulli[k - 1] / (2 * k * (2 * k - 1) * power);
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - Math.log(product);
};

/** ψ(x) */
const digamma = (x: number): number => {
  if (x <= 0 && Number.isInteger(x)) return NaN;
  if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  // ψ(x) = ψ(x+1) - 1/x
  let result = 0;
  let z = x;
  for (; z < 15; z++) result -= 1 / z;
  // ψ(z) ~ log z - 1/(2z) - Σ B₂ₖ / (2k z²ᵏ)
  result += Math.log(z) - 0.5 / z;
  for (let k = 1; k <= bernoulli.length; k++) result -= bernoulli[k - 1] / (2 * k * z ** (2 * k));
  return result;
};

/** ψ⁽ⁿ⁾(x); not for x far below zero when n >= 1. */
export const polygamma = (n: number, x: number): number => {
  if (n === 0) return digamma(x);
  if (x <= 0 && Number.isInteger(x)) return n % 2 === 1 ? Infinity : NaN;
  if (x < -1e5 || Number.isNaN(x)) return NaN;
  let factorial = 1;
  for (let k = 2; k <= n; k++) factorial *= k;
  // ψ⁽ⁿ⁾(x) = ψ⁽ⁿ⁾(x+1) + (-1)ⁿ⁺¹ n! / xⁿ⁺¹
  let sum = 0;
  let z = x;
  for (; z < n + 15; z++) sum += factorial / z ** (n + 1);
  // (-1)ⁿ⁺¹ ψ⁽ⁿ⁾(z) ~ (n-1)!/zⁿ + n!/(2zⁿ⁺¹) + Σ B₂ₖ (2k+n-1)! / ((2k)! z²ᵏ⁺ⁿ)
  let coefficient = factorial / n;
  sum += coefficient / z ** n + factorial / (2 * z ** (n + 1));
  for (let k = 1; k <= bernoulli.length; k++) {
    coefficient *= ((2 * k + n - 2) * (2 * k + n - 1)) / ((2 * k - 1) * 2 * k);
    sum += (bernoulli[k - 1] * coefficient) / z ** (2 * k + n);
  }
  return n % 2 === 1 ? sum : -sum;
};

/** 1 / (1 + e⁻ˣ), exact at both ends. */
export const sigmoid = (x: number): number => {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
};

/** log(1 + eˣ) */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Half to even, as engines do. */
export const round = (x: number): number => {
  const down = Math.floor(x);
  const part = x - down;
  return part < 0.5 ? down : part > 0.5 ? down + 1 : down % 2 === 0 ? down : down + 1;
};

/** a - b ⌊a/b⌋: the sign of the divisor. */
export const mod = (a: number, b: number): number => {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
};
