/** The little Markdown that lessons need: paragraphs, lists, `code`, *stress* or _stress_, **strong**, $formulas$. Elements, not HTML. */
import { h } from './dom.ts';

/** A formula in a sentence, set when KaTeX is there; until then its source is shown. */
const formula = (latex: string): HTMLElement => {
  const element = h('span', { class: 'inline-formula' }, latex);
  void Promise.all([import('katex'), import('katex/dist/katex.min.css')]).then(([{ default: katex }]) =>
    katex.render(latex, element, { throwOnError: false, strict: false }),
  );
  return element;
};

const inline = (text: string): (Node | string)[] =>
  text.split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*|\$[^$]+\$|(?<!\w)_[^_]+_(?!\w))/).map((part) => {
    if (part.startsWith('`')) return h('code', {}, part.slice(1, -1));
    if (part.startsWith('**')) return h('strong', {}, part.slice(2, -2));
    if (/^([*_]).+\1$/.test(part)) return h('em', {}, part.slice(1, -1));
    if (part.startsWith('$')) return formula(part.slice(1, -1));
    return part;
  });

export const markdown = (text: string): HTMLElement[] =>
  text
    .split(/\n\s*\n/)
    .filter((p) => p.trim() !== '')
    .map((paragraph) => {
      if (/^[-*] /.test(paragraph)) {
        const items = paragraph
          .split(/\n(?=[-*] )/)
          .map((item) => h('li', {}, inline(item.replace(/^[-*] /, '').replace(/\n\s*/g, ' '))));
        return h('ul', {}, items);
      }
      return h('p', {}, inline(paragraph.replace(/\n\s*/g, ' ')));
    });
