/** Parameters by layer: how large, how spread, how far they move a step; the numbers themselves when they are few. */
import { formatNumber } from '../../../runtime/report/axes.ts';
import type { ParameterView } from '../../workers/parameters.ts';
import { h } from '../dom.ts';

const rowOf = (p: ParameterView): HTMLElement => {
  const numbers = p.values
    ? [h('td', { colspan: 3, class: 't' }, p.values.map((x) => formatNumber(x)).join(', '))]
    : [p.min, p.mean, p.max].map((x) => h('td', {}, formatNumber(x)));
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, h('code', {}, p.name)),
    h('td', { class: 't' }, p.space),
    ...numbers,
    h('td', {}, formatNumber(p.size)),
    h('td', {}, p.moved === undefined ? '' : formatNumber(p.moved)),
  );
};

export const parametersView = (rows: readonly ParameterView[]): HTMLElement | undefined => {
  if (rows.length === 0) return undefined;
  const shown = rows.slice(0, 60);
  const head = ['parameter', 'space', 'min (or values)', 'mean', 'max', 'size', 'moved a step'];
  return h(
    'details',
    { open: rows.length <= 12, class: 'card' },
    h('summary', {}, `Parameters (${rows.length})`),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Parameters' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            head.map((t) => h('th', { scope: 'col' }, t)),
          ),
        ),
        h('tbody', {}, shown.map(rowOf)),
      ),
    ),
    rows.length > shown.length && h('p', { class: 'note' }, `and ${rows.length - shown.length} more`),
  );
};
