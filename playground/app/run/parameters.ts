/** Parameters and gradients by layer: how large, how spread, how steep, how far they move; the numbers themselves when they are few. */
import { formatNumber } from '../../../runtime/report/axes.ts';
import type { ParameterView } from '../../workers/parameters.ts';
import { h } from '../dom.ts';

const columns: readonly (readonly [string, string, string?])[] = [
  ['parameter', ''],
  ['space', '', 't'],
  ['values', 'The smallest and the largest entry, or all of them where they are few', 't'],
  ['size', 'Root mean square of its entries'],
  ['gradient', 'Root mean square of the gradient, in the coordinates in which it is trained; the bar is logarithmic'],
  ['moved a step', 'Root mean square of its change a step, since the last look'],
];

/** Decades that the bars of gradients span, down from the largest. */
const decades = 5;

const bar = (gradient: number, most: number): HTMLElement => {
  const share = gradient > 0 ? Math.max(0.02, 1 + Math.log10(gradient / most) / decades) : 0;
  return h('span', { class: 'bar', style: `width:${(2.5 * share).toFixed(2)}rem`, 'aria-hidden': 'true' });
};

const rowOf = (p: ParameterView, label: string, steepest: number): HTMLElement => {
  const numbers = p.values
    ? p.values.map((x) => formatNumber(x)).join(', ')
    : `${formatNumber(p.min)} to ${formatNumber(p.max)}`;
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, h('code', {}, label)),
    h('td', { class: 't' }, p.space),
    h('td', { class: 't values', title: numbers }, numbers),
    h('td', {}, formatNumber(p.size)),
    h('td', {}, p.gradient !== undefined && [bar(p.gradient, steepest), formatNumber(p.gradient)]),
    h('td', {}, p.moved === undefined ? '' : formatNumber(p.moved)),
  );
};

const layerRows = (layer: string, rows: readonly ParameterView[], steepest: number): HTMLElement => {
  const head =
    layer !== '' &&
    h('tr', { class: 'layer' }, h('th', { scope: 'rowgroup', colspan: columns.length }, h('code', {}, layer)));
  const label = (p: ParameterView): string => (layer === '' ? p.name : p.name.slice(layer.length + 1));
  return h(
    'tbody',
    {},
    head,
    rows.map((p) => rowOf(p, label(p), steepest)),
  );
};

export const parametersView = (rows: readonly ParameterView[]): HTMLElement | undefined => {
  if (rows.length === 0) return undefined;
  const shown = rows.slice(0, 60);
  const layers = [...new Set(shown.map((p) => p.layer))];
  const steepest = Math.max(...shown.map((p) => p.gradient ?? 0));
  const hasGradients = shown.some((p) => p.gradient !== undefined);
  return h(
    'details',
    { open: rows.length <= 12, class: 'card' },
    h('summary', {}, `Parameters${hasGradients ? ' and gradients' : ''} (${rows.length})`),
    h(
      'div',
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Parameters' },
      h(
        'table',
        { class: 'parameters' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            columns.map(([name, title, kind]) =>
              h('th', { scope: 'col', class: kind, title: title || undefined }, name),
            ),
          ),
        ),
        layers.map((layer) =>
          layerRows(
            layer,
            shown.filter((p) => p.layer === layer),
            steepest,
          ),
        ),
      ),
    ),
    rows.length > shown.length && h('p', { class: 'note' }, `and ${rows.length - shown.length} more`),
  );
};
