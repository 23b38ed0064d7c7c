/**
 * The report of a run: one HTML file that needs nothing else, no network, no library. What was asked, what was decided,
 * what came out, and from which source.
 */
import type { Explanation } from '../../compiler/explain.ts';
import { drawPicture } from './pictures.ts';
import type { Picture } from './pictures.ts';
import { escapeHtml, prose, section } from './html.ts';
import { parameterTable } from './parameters.ts';
import type { ParameterRow } from './parameters.ts';
import type { RunRecord, StageRecord } from './record.ts';
import { curves, resultTable, solvedText } from './results.ts';
import { script, style } from './style.ts';

export interface ReportInput {
  readonly title: string;
  readonly source: string;
  readonly record: RunRecord;
  readonly explanations: readonly Explanation[];
  readonly pictures: readonly Picture[];
  readonly parameters: readonly ParameterRow[];
  /** Label and value: seed, engine, versions, duration, command. */
  readonly facts: readonly (readonly [string, string])[];
}

const stoppedText = (record: RunRecord): string => {
  const { stopped } = record;
  if (!stopped || stopped.reason === 'finished') return '';
  const text =
    stopped.reason === 'interrupted'
      ? `Interrupted at step ${stopped.step}: the results below are of an unfinished run.`
      : stopped.reason === 'non-finite'
        ? `Stopped after step ${stopped.step}: ${stopped.what} is not finite${stopped.detail ? ` (${stopped.detail})` : ''}.`
        : stopped.message;
  return `<p class="warning">${prose(text)}</p>`;
};

const verdict = (record: RunRecord): string => {
  const judged = record.stages.flatMap((s) => s.summaries).filter((s) => s.verdict !== 'no threshold');
  if (judged.length === 0) return '';
  const met = judged.filter((s) => s.verdict === 'met').length;
  const word =
    met === judged.length ? '✓ every threshold met' : `✗ ${judged.length - met} of ${judged.length} thresholds not met`;
  return ` <span class="verdict ${met === judged.length ? 'met' : 'missed'}">${word}</span>`;
};

const place = (label: string, p: { readonly place: string; readonly because: string }): string =>
  `<dt>${escapeHtml(label)}</dt><dd>${prose(p.place)} <span class="because">— ${prose(p.because)}</span></dd>`;

const formulaHtml = (e: Explanation | undefined, stage: StageRecord | undefined): string => {
  if (!e) return stage?.formula.unicode ? `<pre>${escapeHtml(stage.formula.unicode)}</pre>` : '';
  const { formula } = e;
  const omitted =
    formula.omitted.length > 0
      ? `<p class="note">Defined in the source below: ${formula.omitted.map((n) => `<code>${escapeHtml(n)}</code>`).join(', ')}.</p>`
      : '';
  return `<div class="formula" role="math" aria-label="${escapeHtml(formula.unicode)}">${formula.mathml}</div>${omitted}
<details><summary>LaTeX</summary><div class="block"><button class="copy" type="button">Copy</button><pre>${escapeHtml(formula.latex)}</pre></div></details>`;
};

const mapHtml = (e: Explanation | undefined): string =>
  e
    ? `<h3>Its place in the field</h3><dl>${place('goal', e.map.goal)}${e.map.models.map((m) => place(`model of ${m.member}`, m)).join('')}${place('paradigm', e.map.paradigm)}</dl>`
    : '';

const decisionsHtml = (stage: StageRecord | undefined, e: Explanation | undefined): string => {
  const decisions = stage && stage.decisions.length > 0 ? stage.decisions : (e?.decisions ?? []);
  if (decisions.length === 0) return '';
  const rows = decisions.map(
    (d) => `<dt>${prose(d.subject)}</dt><dd>${prose(d.choice)} <span class="because">— ${prose(d.reason)}</span></dd>`,
  );
  return `<h3>What was decided</h3><dl>${rows.join('')}</dl>`;
};

const membersHtml = (stage: StageRecord | undefined): string => {
  if (!stage || stage.members.length === 0) return '';
  const each = stage.members.map((m) => `\`${m.name}\` in \`${m.model}\` (${m.parameters} parameters)`);
  return `<p class="note">Trained: ${prose(each.join(', '))}.</p>`;
};

const stageHtml = (e: Explanation | undefined, stage: StageRecord | undefined, only: boolean): string => {
  const name = stage?.name ?? e?.name ?? '';
  const problem = section(
    only ? 'The problem' : `The problem: ${name}`,
    formulaHtml(e, stage) + membersHtml(stage) + mapHtml(e) + decisionsHtml(stage, e),
  );
  if (!stage) return problem;
  return (
    problem +
    section(only ? 'Results' : `Results: ${name}`, resultTable(stage.summaries) + solvedText(stage) + curves(stage))
  );
};

/** Stages and explanations belong together by name and order. */
const pairs = (input: ReportInput): { e?: Explanation; stage?: StageRecord }[] => {
  const left = [...input.record.stages];
  const together = input.explanations.map((e) => {
    const at = left.findIndex((s) => s.name === e.name);
    return { e, stage: at < 0 ? undefined : left.splice(at, 1)[0] };
  });
  return [...together, ...left.map((stage) => ({ stage }))];
};

const sourceHtml = (source: string): string => {
  const lines = source.replace(/\n$/, '').split('\n');
  const line = (text: string): string =>
    `<span class="l${/^\s*--/.test(text) ? ' comment' : ''}">${escapeHtml(text)}</span>`;
  return `<div class="block"><pre class="source">${lines.map(line).join('')}</pre></div>`;
};

const factsHtml = (facts: ReportInput['facts']): string =>
  `<table class="facts"><tbody>${facts.map(([k, v]) => `<tr><th scope="row">${escapeHtml(k)}</th><td>${escapeHtml(v)}</td></tr>`).join('')}</tbody></table>`;

export const renderReport = (input: ReportInput): string => {
  const stages = pairs(input);
  const first = stages[0]?.e;
  const pictures = input.pictures.map(drawPicture).join('');
  const warnings = [...new Set(input.record.warnings)].map((w) => `<p class="warning">${prose(w)}</p>`).join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>${escapeHtml(input.title)} · Learn</title><style>${style}</style></head>
<body><main>
<h1>${escapeHtml(input.title)}${verdict(input.record)}</h1>
<p class="lead">${first ? escapeHtml(`${first.map.goal.place.replaceAll('`', '')}. `) : ''}${input.facts.length > 0 ? `<a href="#facts">How it was run</a>.` : ''}</p>
${stoppedText(input.record)}${warnings}
${stages.map(({ e, stage }) => stageHtml(e, stage, stages.length === 1)).join('\n')}
${section('Pictures', pictures === '' ? '' : `<div class="grid">${pictures}</div>`)}
${section('Parameters', parameterTable(input.parameters))}
${section('The spec', sourceHtml(input.source))}
${section('The run', factsHtml(input.facts), 'facts')}
</main><script>${script}</script></body></html>
`;
};
