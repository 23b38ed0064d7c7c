/**
 * Boxes as LaTeX. Uses amsmath and amssymb only, so that what is printed can be pasted into a paper.
 */
import type { Box } from './math.ts';

const commands: Readonly<Record<string, string>> = {
  ...{ α: '\\alpha', β: '\\beta', γ: '\\gamma', δ: '\\delta', ε: '\\varepsilon', ζ: '\\zeta', η: '\\eta' },
  ...{ θ: '\\theta', ι: '\\iota', κ: '\\kappa', λ: '\\lambda', μ: '\\mu', ν: '\\nu', ξ: '\\xi', π: '\\pi' },
  ...{ ρ: '\\rho', σ: '\\sigma', τ: '\\tau', υ: '\\upsilon', φ: '\\varphi', χ: '\\chi', ψ: '\\psi', ω: '\\omega' },
  ...{ Γ: '\\Gamma', Δ: '\\Delta', Θ: '\\Theta', Λ: '\\Lambda', Ξ: '\\Xi', Π: '\\Pi', Σ: '\\Sigma', Φ: '\\Phi' },
  ...{ Ψ: '\\Psi', Ω: '\\Omega', ℝ: '\\mathbb{R}', ℕ: '\\mathbb{N}', ℤ: '\\mathbb{Z}', '𝔼': '\\mathbb{E}' },
  ...{
    ℙ: '\\mathbb{P}',
    '𝕊': '\\mathbb{S}',
    '𝔹': '\\mathbb{B}',
    '𝟙': '\\mathbf{1}',
    '𝒩': '\\mathcal{N}',
    '𝒰': '\\mathcal{U}',
  },
  ...{ '𝒫': '\\mathcal{P}', '∑': '\\sum', '∏': '\\prod', '⋀': '\\bigwedge', '⋁': '\\bigvee', '∇': '\\nabla' },
  ...{ '∞': '\\infty', '−': '-', '·': '\\cdot', '×': '\\times', '∘': '\\circ', '♯': '\\sharp', '⊤': '\\top' },
  ...{ '∈': '\\in', '∼': '\\sim', '≤': '\\le', '≥': '\\ge', '≠': '\\ne', '→': '\\to', '⇝': '\\rightsquigarrow' },
  ...{ '↦': '\\mapsto', '∧': '\\land', '∨': '\\lor', '¬': '\\lnot ', '∣': '\\mid', '‖': '\\|', '⟨': '\\langle' },
  ...{ '⟩': '\\rangle', '⌊': '\\lfloor', '⌋': '\\rfloor', '{': '\\{', '}': '\\}', '…': '\\dots', ':=': '\\coloneqq' },
  ...{ '∅': '\\varnothing', '?': '{?}', '#': '\\#', '%': '\\%', '&': '\\&' },
};

/** Words that LaTeX knows as operators. */
const operators = new Set(['min', 'max', 'log', 'exp', 'sin', 'cos', 'tan', 'tanh', 'sinh', 'cosh', 'det']);

const escape = (text: string): string => text.replace(/[\\{}$&#^_%~]/g, (c) => (c === '\\' ? '/' : `\\${c}`));
const symbol = (text: string): string => commands[text] ?? escape(text);

const bigSymbol = (text: string): string => {
  if (commands[text]) return /^[∑∏⋀⋁]$/u.test(text) ? commands[text] : `\\mathop{${commands[text]}}`;
  if (text === 'min' || text === 'max') return `\\${text}`;
  return `\\operatorname*{${escape(text).replaceAll(' ', '\\,')}}`;
};

const word = (text: string): string => (operators.has(text) ? `\\${text}` : `\\mathrm{${escape(text)}}`);

const delimiter = (text: string): string => commands[text] ?? text;
const tall = (b: Box): boolean => {
  switch (b.kind) {
    case 'fraction':
    case 'cases':
    case 'big':
      return true;
    case 'row':
      return b.items.some(tall);
    case 'script':
      return tall(b.base);
    case 'fence':
    case 'root':
      return tall(b.body);
    default:
      return false;
  }
};

/** A space behind a command that a letter would otherwise run into. */
const join = (parts: readonly string[]): string =>
  parts.reduce(
    (sofar, part) => (/\\[a-zA-Z]+$/.test(sofar) && /^[a-zA-Z]/.test(part) ? `${sofar} ${part}` : sofar + part),
    '',
  );

const scripts = (sub: Box | undefined, sup: Box | undefined, each: Each): string =>
  (sub ? `_{${each(sub)}}` : '') + (sup ? `^{${each(sup)}}` : '');

type Each = (b: Box) => string;

export const toLatex = (b: Box): string => write(b, toLatex);

/** Every name in an `\\htmlData{name=...}`, by which a page links the formula with the source (KaTeX; needs `trust`). */
export const toLinkedLatex = (b: Box): string => {
  const text = write(b, toLinkedLatex);
  return 'name' in b && b.name !== undefined ? `\\htmlData{name=${b.name}}{${text}}` : text;
};

const write = (b: Box, each: Each): string => {
  switch (b.kind) {
    case 'identifier': {
      const primes = "'".repeat(b.primes);
      if (commands[b.text]) return commands[b.text] + primes;
      return (b.upright ? word(b.text) : escape(b.text)) + primes;
    }
    case 'number':
      return b.text.replace(/^(.*)[eE]\+?(-?\d+)$/, (_, m: string, e: string) =>
        m === '1' ? `10^{${e}}` : `${m} \\cdot 10^{${e}}`,
      );
    case 'text':
      return `\\text{${escape(b.text)}}`;
    case 'space':
      return '\\,';
    case 'operator':
      if (b.role === 'punctuation') return `${b.text} `;
      return b.role === 'prefix' ? symbol(b.text) : ` ${b.text === 'mod' ? '\\bmod' : symbol(b.text)} `;
    case 'row':
      // Operators bring their own space.
      return join(b.items.filter((item, i) => !(item.kind === 'space' && b.items[i - 1]?.kind === 'big')).map(each));
    case 'fraction':
      return `\\frac{${each(b.top)}}{${each(b.bottom)}}`;
    case 'root':
      return `\\sqrt{${each(b.body)}}`;
    case 'script': {
      const base = each(b.base);
      const primed = b.base.kind === 'identifier' && b.base.primes > 0;
      return (primed && b.sup ? `{${base}}` : base) + scripts(b.sub, b.sup, each);
    }
    case 'big':
      return `${bigSymbol(b.text)}${scripts(b.under, b.over, each)} `;
    case 'fence': {
      const [l, r] = tall(b.body) ? ['\\left', '\\right'] : ['', ''];
      const body = each(b.body).trim();
      const open = delimiter(b.open);
      return `${l}${open}${/[a-zA-Z]$/.test(open) ? ' ' : ''}${body}${/\\[a-zA-Z]+$/.test(body) ? ' ' : ''}${r}${delimiter(b.close)}`;
    }
    case 'cases':
      return `\\begin{cases} ${b.rows.map((r) => `${each(r.value)} & ${each(r.condition)}`).join(' \\\\ ')} \\end{cases}`;
  }
};
