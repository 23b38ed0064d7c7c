/** Mathematics from a keyboard: `\theta`, and the Unicode form of what is written in ASCII, from the grammar's own table. */
import { symbols, wordSpellings } from '../grammar/tokens.ts';

const greek =
  'alpha α beta β gamma γ delta δ epsilon ε zeta ζ eta η theta θ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω';

const signs =
  'in ∈ sum Σ prod Π grad ∇ nabla ∇ R ℝ E 𝔼 to → rightarrow → leadsto ⇝ sim ∼ le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ cdot · times · circ ∘ parallel ‖';

const pairs = (text: string): [string, string][] => {
  const words = text.split(' ');
  return words.flatMap((w, i): [string, string][] => (i % 2 === 0 ? [[w, words[i + 1]]] : []));
};

/** `theta` -> `θ`: what may stand behind a backslash. */
const abbreviations: ReadonlyMap<string, string> = new Map([...pairs(greek), ...pairs(signs)]);

/** `->` -> `→`, for symbols that have both. */
const unicodeOf: ReadonlyMap<string, string> = new Map([
  ...Object.values(symbols).flatMap((row): [string, string][] => ('unicode' in row ? [[row.ascii, row.unicode]] : [])),
  ...Object.entries(wordSpellings).map(([word, spellings]): [string, string] => [word, spellings[0]]),
]);

export interface Abbreviation {
  /** From the backslash, or the symbol, to the cursor. */
  readonly start: number;
  readonly written: string;
  readonly offers: readonly { readonly label: string; readonly insert: string }[];
}

const isSymbol = /[-~|<>=!*.+@#^]/;

export const abbreviationAt = (text: string, offset: number): Abbreviation | undefined => {
  const before = text.slice(Math.max(0, offset - 40), offset);
  const command = /\\([A-Za-z]*)$/.exec(before);
  if (command) {
    const offers = [...abbreviations]
      .filter(([name]) => name.startsWith(command[1]))
      .map(([name, sign]) => ({ label: `\\${name} ${sign}`, insert: sign }));
    return { start: offset - command[0].length, written: command[0], offers };
  }
  let length = 0;
  while (length < 3 && length < before.length && isSymbol.test(before[before.length - 1 - length])) length++;
  const written = before.slice(before.length - length);
  const sign = unicodeOf.get(written);
  return length === 0 || sign === undefined
    ? undefined
    : { start: offset - length, written, offers: [{ label: `${written} ${sign}`, insert: sign }] };
};
