/**
 * Boxes as MathML (the Core that browsers render without a library): the report's formulas.
 */
import type { Box } from './math.ts';

const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? '&quot;');

const operator = (text: string, attributes = ''): string => `<mo${attributes}>${escapeXml(text)}</mo>`;

const identifierMl = (b: Extract<Box, { kind: 'identifier' }>): string => {
  const upright = b.upright && [...b.text].length === 1 ? ' mathvariant="normal"' : '';
  const plain = `<mi${upright}>${escapeXml(b.text)}</mi>`;
  return b.primes > 0 ? `<msup>${plain}<mo>${'′'.repeat(b.primes)}</mo></msup>` : plain;
};

const scriptMl = (b: Extract<Box, { kind: 'script' }>): string => {
  const base = group(b.base);
  if (b.sub && b.sup) return `<msubsup>${base}${group(b.sub)}${group(b.sup)}</msubsup>`;
  if (b.sub) return `<msub>${base}${group(b.sub)}</msub>`;
  return b.sup ? `<msup>${base}${group(b.sup)}</msup>` : base;
};

const bigMl = (b: Extract<Box, { kind: 'big' }>): string => {
  const sign = /^[∑∏⋀⋁]$/u.test(b.text)
    ? operator(b.text, ' largeop="true" movablelimits="false"')
    : `<mi mathvariant="normal">${escapeXml(b.text)}</mi>`;
  if (b.under && b.over) return `<munderover>${sign}${group(b.under)}${group(b.over)}</munderover>`;
  return b.under ? `<munder>${sign}${group(b.under)}</munder>` : sign;
};

/** One element, also where the box is a row. */
const group = (b: Box): string =>
  b.kind === 'row' || b.kind === 'fence' || b.kind === 'cases' ? `<mrow>${toMathML(b)}</mrow>` : toMathML(b);

export const toMathML = (b: Box): string => {
  switch (b.kind) {
    case 'identifier':
      return identifierMl(b);
    case 'number':
      return `<mn>${escapeXml(b.text)}</mn>`;
    case 'text':
      return `<mtext>${escapeXml(b.text.replace(/^ | $/g, '\u00a0'))}</mtext>`;
    case 'space':
      return '<mspace width="0.17em"/>';
    case 'operator':
      if (b.role === 'prefix') return operator(b.text, ' form="prefix"');
      return b.role === 'punctuation' ? operator(b.text, ' separator="true"') : operator(b.text, ' form="infix"');
    case 'row':
      return b.items.map(toMathML).join('');
    case 'fraction':
      return `<mfrac>${group(b.top)}${group(b.bottom)}</mfrac>`;
    case 'root':
      return `<msqrt>${toMathML(b.body)}</msqrt>`;
    case 'script':
      return scriptMl(b);
    case 'big':
      return bigMl(b);
    case 'fence':
      return `${operator(b.open, ' form="prefix" stretchy="true"')}${group(b.body)}${operator(b.close, ' form="postfix" stretchy="true"')}`;
    case 'cases': {
      const cell = (x: Box): string => `<mtd style="text-align:left">${toMathML(x)}</mtd>`;
      const rows = b.rows.map((r) => `<mtr>${cell(r.value)}${cell(r.condition)}</mtr>`).join('');
      return `${operator('{', ' form="prefix" stretchy="true"')}<mtable>${rows}</mtable>`;
    }
  }
};
