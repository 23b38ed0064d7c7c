/**
 * What came out of a stage: evaluations with their thresholds, met or not; loss curves; the course of the evaluations.
 */
import { unknownsOf } from '../events.ts';
import type { Summary } from '../events.ts';
import { formatNumber } from './axes.ts';
import { lineChart } from './charts.ts';
import type { Series } from './charts.ts';
import { escapeHtml, prose, table } from './html.ts';
import { measureOf } from './record.ts';
import type { Curve, StageRecord } from './record.ts';

const verdictBadge = (s: Summary): string => {
  if (s.verdict === 'no threshold') return '';
  return s.verdict === 'met'
    ? '<span class="verdict met">✓ met</span>'
    : '<span class="verdict missed">✗ not met</span>';
};

const compareText = (s: Summary): string => {
  if (!s.compare) return '';
  const sign = { '<=': '≤', '>=': '≥', '==': '=' }[s.compare.op] ?? s.compare.op;
  return `${sign} ${formatNumber(s.compare.bound)}`;
};

export const resultTable = (summaries: readonly Summary[]): string => {
  if (summaries.length === 0) return '';
  const rows = summaries.map(
    (s) =>
      `<tr><th scope="row">${escapeHtml(s.name)}</th><td><strong>${formatNumber(s.value)}</strong></td><td>${escapeHtml(compareText(s))}</td><td>${verdictBadge(s)}</td></tr>`,
  );
  const details = summaries.flatMap((s) => {
    const seeds =
      s.perSeed.length > 1
        ? [
            table(
              ['seed', s.name],
              s.perSeed.map((p) => [String(p.seed), formatNumber(p.value)]),
            ),
          ]
        : [];
    const labels =
      s.perLabel.length > 1
        ? [
            table(
              ['on', s.name],
              s.perLabel.map((p, i) => [p.label || String(i), formatNumber(p.value)]),
            ),
          ]
        : [];
    return [...seeds, ...labels];
  });
  return `<div class="scroll"><table><thead><tr><th scope="col">evaluation</th><th scope="col">value</th><th scope="col">threshold</th><th scope="col">verdict</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>${
    details.length > 0 ? `<details open><summary>One by one</summary>${details.join('')}</details>` : ''
  }`;
};

const seriesOf = (curves: readonly Curve[]): Series[] => {
  const several = new Set(curves.map((c) => c.run)).size > 1;
  return curves.map((c) => ({ name: several ? `seed ${c.seed}` : c.name, x: c.x, y: c.y }));
};

/** One chart a player's loss (they have different scales), one an evaluation that was made along the way. */
export const curves = (stage: StageRecord): string => {
  const names = (all: readonly Curve[]): string[] => [...new Set(all.map((c) => c.name))];
  const losses = names(stage.losses).map((player) =>
    lineChart(`${measureOf(stage, player)} of ${player}`, seriesOf(stage.losses.filter((c) => c.name === player)), {
      loss: true,
    }),
  );
  const progress = names(stage.progress).map((name) => {
    const bound = stage.summaries.find((s) => s.name === name)?.compare?.bound;
    return lineChart(`${name} during training`, seriesOf(stage.progress.filter((c) => c.name === name)), { bound });
  });
  const charts = [...losses, ...progress];
  return charts.length > 0 ? `<div class="grid">${charts.join('')}</div>` : '';
};

const solvedLine = (stage: StageRecord, s: StageRecord['solved'][number]): string => {
  const facts = [
    unknownsOf(s),
    ...(s.iterations === undefined ? [] : [`${s.iterations} iterations`]),
    ...(s.condition === undefined ? [] : [`condition number ${formatNumber(s.condition)}`]),
    ...(s.reason ? [s.reason] : []),
  ];
  return `<p>Solved: ${prose(s.method)} (${prose(facts.join(', '))}); ${measureOf(stage, s.label)} ${formatNumber(s.loss)}.</p>`;
};

/** The folds of a cross-validation would fill a page. */
const mostSolved = 3;

export const solvedText = (stage: StageRecord): string => {
  const { solved } = stage;
  const lines = solved.map((s) => solvedLine(stage, s)).join('');
  if (solved.length <= mostSolved) return lines;
  return `<details><summary>Solved ${solved.length} times: ${prose(solved[0].method)}</summary>${lines}</details>`;
};
