/**
 * Boxes as one line of Unicode text, for the terminal: `min_{f ∈ M} L_tr(f, D_tr)`.
 * Scripts use raised and lowered digits where there are some, `_{...}` and `^{...}` otherwise.
 */
import type { Box } from './math.ts';

const raised: Readonly<Record<string, string>> = {
  ...{ 0: '⁰', 1: '¹', 2: '²', 3: '³', 4: '⁴', 5: '⁵', 6: '⁶', 7: '⁷', 8: '⁸', 9: '⁹' },
  ...{ '+': '⁺', '−': '⁻', '(': '⁽', ')': '⁾', n: 'ⁿ', i: 'ⁱ', '⊤': 'ᵀ' },
};
const lowered: Readonly<Record<string, string>> = {
  ...{ 0: '₀', 1: '₁', 2: '₂', 3: '₃', 4: '₄', 5: '₅', 6: '₆', 7: '₇', 8: '₈', 9: '₉' },
};

const glyphs = (text: string, table: Readonly<Record<string, string>>): string | undefined => {
  const out = [...text].map((c) => table[c]);
  return out.every((c) => c !== undefined) ? out.join('') : undefined;
};

const script = (mark: '_' | '^', content: string): string => {
  const small = glyphs(content, mark === '_' ? lowered : raised);
  if (small !== undefined) return small;
  return /^[\p{L}\p{N}_]+$/u.test(content) ? `${mark}${content}` : `${mark}{${content}}`;
};

const operatorText = (b: Extract<Box, { kind: 'operator' }>, tight: boolean): string => {
  if (b.role === 'prefix') return b.text;
  if (b.role === 'punctuation') return `${b.text} `;
  return tight && b.text === '∼' ? b.text : ` ${b.text} `;
};

const write = (b: Box, tight: boolean): string => {
  const inner = (x: Box): string => write(x, tight);
  switch (b.kind) {
    case 'identifier':
      return b.text + '′'.repeat(b.primes);
    case 'number':
    case 'text':
      return b.text;
    case 'space':
      return ' ';
    case 'operator':
      return operatorText(b, tight);
    case 'row':
      return b.items.map(inner).join('');
    case 'fraction': {
      const part = (x: Box, fenced: boolean): string => (fenced ? `(${inner(x)})` : inner(x));
      return `${part(b.top, b.fenced[0])}/${part(b.bottom, b.fenced[1])}`;
    }
    case 'root':
      return b.fenced ? `√(${inner(b.body)})` : `√${inner(b.body)}`;
    case 'script':
      return (
        inner(b.base) +
        (b.sub ? script('_', write(b.sub, true).trim()) : '') +
        (b.sup ? script('^', write(b.sup, true).trim()) : '')
      );
    case 'big':
      return (
        b.text +
        (b.under ? script('_', write(b.under, true).trim()) : '') +
        (b.over ? script('^', write(b.over, true).trim()) : '')
      );
    case 'fence':
      return `${b.open}${inner(b.body)}${b.close}`;
    case 'cases':
      return `{ ${b.rows.map((r) => `${inner(r.value)} ${inner(r.condition)}`).join('; ')} }`;
  }
};

export const toUnicode = (b: Box): string => write(b, false).replace(/ {2,}/g, ' ').trim();
