/**
 * Names as a paper sets them: `theta` is θ, `L_tr` has a subscript, `h0` is h₀, `x'` has a prime, words are upright.
 */
import { identifier, subscript } from './math.ts';
import type { Box } from './math.ts';

const greek: Readonly<Record<string, string>> = {
  ...{ alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', epsilon: 'ε', zeta: 'ζ', eta: 'η', theta: 'θ', iota: 'ι' },
  ...{ kappa: 'κ', lambda: 'λ', mu: 'μ', nu: 'ν', xi: 'ξ', pi: 'π', rho: 'ρ', sigma: 'σ', tau: 'τ', phi: 'φ' },
  ...{ chi: 'χ', psi: 'ψ', omega: 'ω', Gamma: 'Γ', Delta: 'Δ', Theta: 'Θ', Lambda: 'Λ', Xi: 'Ξ', Pi: 'Π' },
  ...{ Sigma: 'Σ', Phi: 'Φ', Psi: 'Ψ', Omega: 'Ω' },
};

/** Names of the library that have a sign of their own. */
const signs: Readonly<Record<string, string>> = {
  Normal: '𝒩',
  Uniform: '𝒰',
  sigmoid: 'σ',
  infinity: '∞',
  inf: '∞',
};

const letters = (text: string): number => [...text].length;

const word = (text: string, primes = 0): Box => {
  const symbol = greek[text] ?? text;
  return identifier(symbol, letters(symbol) > 1, primes);
};

/** A name as a box: an identifier, perhaps with a subscript; it remembers the name. */
export const nameBox = (name: string): Box => {
  const box = written(name);
  return box.kind === 'identifier' || box.kind === 'script' ? { ...box, name } : box;
};

const written = (name: string): Box => {
  const primes = /'*$/.exec(name)?.[0].length ?? 0;
  const bare = primes > 0 ? name.slice(0, -primes) : name;
  if (signs[bare] !== undefined) return identifier(signs[bare], true, primes);
  const underscore = bare.indexOf('_');
  if (underscore > 0 && underscore < bare.length - 1) {
    const head = bare.slice(0, underscore);
    const symbol = greek[head] ?? head;
    if (letters(symbol) === 1) {
      const rest = bare.slice(underscore + 1).replaceAll('_', ' ');
      return subscript(word(head, primes), /^\d+$/.test(rest) ? { kind: 'number', text: rest } : word(rest));
    }
    return identifier(bare, true, primes);
  }
  const digits = /^(\p{L}+)(\d+)$/u.exec(bare);
  if (digits && letters(greek[digits[1]] ?? digits[1]) === 1)
    return subscript(word(digits[1], primes), { kind: 'number', text: digits[2] });
  return word(bare, primes);
};
