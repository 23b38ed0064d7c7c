/** Patterns (what a binder or parameter names) as boxes: `(x, y)`, `[a, b]`, `_`. */
import type { Pattern } from '../../grammar/tree/patterns.ts';
import { fence, list, parens, text } from './math.ts';
import type { Box } from './math.ts';
import { nameBox } from './names.ts';

export const patternBox = (p: Pattern): Box => {
  switch (p.kind) {
    case 'name':
      return nameBox(p.name);
    case 'wildcard':
      return text('·');
    case 'tuple':
      return parens(list(p.items.map(patternBox)));
    case 'array':
      return fence('[', list(p.items.map(patternBox)), ']');
  }
};
