/** The table of parameters: name, space, shape, and the value itself when it is small, its range otherwise. */
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import { rangeOf } from './arrays.ts';
import { formatNumber } from './axes.ts';
import { escapeHtml } from './html.ts';

export interface ParameterRow {
  readonly name: string;
  readonly space: string;
  /** In its space, not in unconstrained coordinates. */
  readonly value: ArrayValue;
}

/** Up to this many numbers are printed in full. */
const SMALL = 8;

const written = (v: ArrayValue): string => {
  if (v.shape.length === 0) return formatNumber(Number(v.data[0]));
  return `[${Array.from(v.data, (x) => formatNumber(x)).join(', ')}]`;
};

export const parameterTable = (rows: readonly ParameterRow[]): string => {
  if (rows.length === 0) return '';
  const cells = rows.map(({ name, space, value }) => {
    const head = `<th scope="row"><code>${escapeHtml(name)}</code></th><td class="t">${escapeHtml(space)}</td><td>${value.shape.join(' × ') || '1'}</td>`;
    if (value.data.length <= SMALL)
      return `<tr>${head}<td class="t" colspan="3" style="white-space: normal; min-width: 12rem">${written(value)}</td></tr>`;
    const { min, mean, max } = rangeOf(value.data);
    return `<tr>${head}${[min, mean, max].map((x) => `<td>${formatNumber(x)}</td>`).join('')}</tr>`;
  });
  const names = ['parameter', 'space', 'shape', 'min (or value)', 'mean', 'max'];
  const head = names
    .map((n, i) => `<th scope="col"${i === 1 ? ' class="t" style="text-align:left"' : ''}>${n}</th>`)
    .join('');
  return `<div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${cells.join('')}</tbody></table></div>`;
};
