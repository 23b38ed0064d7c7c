/**
 * Tells a run to its audience: the terminal (or JSON lines), metrics.jsonl, and the record that the report is made from.
 */
import { resolve } from 'node:path';
import { explain } from '../compiler/explain.ts';
import type { Action } from '../compiler/program.ts';
import type { Explanation } from '../compiler/explain.ts';
import { position } from '../grammar/diagnostics.ts';
import { toMetricsLine, unknownsOf } from '../runtime/events.ts';
import type { Event, OnEvent, Stopped, Summary } from '../runtime/events.ts';
import { formatNumber } from '../runtime/report/axes.ts';
import { measureOf, newRecord, recordEvent } from '../runtime/report/record.ts';
import type { RunRecord } from '../runtime/report/record.ts';
import type { StepProfile } from '../runtime/profile.ts';
import type { RunResult } from '../runtime/result.ts';
import { decisionRows, plainText } from './decisions.ts';
import type { Loaded } from './load.ts';
import { duration, openProgress } from './progress.ts';
import type { Extent } from './progress.ts';
import { byLine, profileText } from './profile.ts';
import type { RunFacts, RunFolder } from './run-folder.ts';
import { paint } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { columns, indented, wrapped } from './text.ts';

export interface NarratorOptions {
  readonly terminal: Terminal;
  readonly folder: RunFolder;
  readonly loaded: Loaded;
  readonly facts: RunFacts;
  readonly json: boolean;
  readonly quiet: boolean;
}

export interface Narrator {
  readonly record: RunRecord;
  readonly onEvent: OnEvent;
  say(text: string): void;
  begin(): void;
  /** Events of the part of the run that was done before. */
  replay(lines: readonly string[]): void;
  profile(steps: readonly StepProfile[]): void;
  end(result: RunResult): void;
}

const signs: Readonly<Record<string, string>> = { '<=': '≤', '>=': '≥', '==': '=' };

const summaryRow = (s: Summary, terminal: Terminal): string[] => {
  const verdict =
    s.verdict === 'met'
      ? paint(terminal, 'green', '✓ met')
      : s.verdict === 'not met'
        ? paint(terminal, 'red', '✗ not met')
        : '';
  const bound = s.compare ? `${signs[s.compare.op] ?? s.compare.op} ${formatNumber(s.compare.bound)}` : '';
  const list = (values: readonly { readonly value: number }[]): string =>
    values.map((v) => formatNumber(v.value)).join(', ');
  const of =
    s.perSeed.length > 1
      ? `(median of ${list(s.perSeed)})`
      : s.perLabel.length > 1
        ? `(mean of ${list(s.perLabel)})`
        : '';
  return [s.name, formatNumber(s.value), bound, verdict, of];
};

const stoppedText = (stopped: Stopped, { file, compilation }: Loaded): string => {
  switch (stopped.reason) {
    case 'finished':
      return '';
    case 'interrupted':
      return `Interrupted after step ${stopped.step}; the checkpoint is saved.`;
    case 'non-finite': {
      const source = stopped.span && compilation.sources.get(stopped.span.file);
      const at = stopped.span && source !== undefined ? position(source, stopped.span.start) : undefined;
      const where =
        at && stopped.span && source !== undefined
          ? `\n  ${file}:${at.line}:${at.column}: ${source.slice(stopped.span.start, stopped.span.end)}`
          : '';
      return `Stopped after step ${stopped.step}: ${stopped.what} is not finite.${stopped.detail ? `\n  it came from ${stopped.detail}` : ''}${where}\n  The members are those of the last good step. A smaller learning rate or \`clip(1)\` may help.`;
    }
    default:
      return stopped.message;
  }
};

const stageText = (
  e: Explanation | undefined,
  event: Extract<Event, { type: 'stage' }>,
  terminal: Terminal,
): string => {
  const name = event.name === 'problem' ? '' : `${event.name}: `;
  const formula = e?.formula.unicode ?? event.formula.unicode;
  const members = event.members
    .map((m) => `${m.name} in ${m.model}, ${m.parameters} parameter${m.parameters === 1 ? '' : 's'}`)
    .join('; ');
  return [
    `\n${paint(terminal, 'bold', `${name}${plainText(e?.map.goal.place ?? 'a problem')}`)}`,
    indented(formula, terminal.columns),
    ...(members ? [`  ${paint(terminal, 'dim', members)}`] : []),
  ].join('\n');
};

const stepsOf = (action: Action): number => (action.kind === 'train' ? (action.solver.steps ?? 0) : 0);
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

const extentIn =
  ({ compilation: { program } }: Loaded): Extent =>
  ({ stage, run, action }) => {
    const found = program?.stages.find((s) => s.id === stage);
    const steps = found?.actions.map(stepsOf) ?? [];
    const each = sum(steps);
    return { before: run * each + sum(steps.slice(0, action)), all: each * (found?.seeds ?? 1) };
  };

export const openNarrator = (o: NarratorOptions): Narrator => {
  const { terminal, folder, facts } = o;
  const record = newRecord();
  const progress = openProgress(terminal, extentIn(o.loaded));
  const talk = !o.json && !o.quiet;
  const explanations = explain(o.loaded.compilation.module, o.loaded.compilation.program);
  const say = (text: string): void => {
    if (o.json) return;
    progress.clear();
    terminal.out(text);
  };
  const stageOf = ({ stage }: { readonly stage: string }) => record.stages.find((s) => s.id === stage);
  const tell = (event: Event, seconds: number): void => {
    switch (event.type) {
      case 'stage': {
        const explanation = explanations.find((e) => e.name === event.name);
        say(stageText(explanation, event, terminal));
        // All of them at once: what is decided twice in the same way is said once.
        const stage = o.loaded.compilation.program?.stages.find((s) => s.id === event.stage);
        for (const { subject, text } of decisionRows(stage?.decisions ?? [], o.loaded))
          say(wrapped(`  ${subject}: `, text, terminal.columns));
        return;
      }
      case 'step':
        progress.step(event, seconds, (player) => measureOf(stageOf(event), player));
        return;
      case 'solved':
        say(
          `  solved: ${event.method}, ${unknownsOf(event)}, ${measureOf(stageOf(event), event.label)} ${formatNumber(event.loss)}`,
        );
        return;
      case 'warning':
        say(`  ${paint(terminal, 'yellow', 'note')}: ${plainText(event.message)}`);
        return;
      case 'initialised':
        if (event.run > 0 && event.restarts === 0) say(`  seed ${event.seed}`);
        return;
      default:
        return;
    }
  };
  const results = (result: RunResult): string => {
    const several = new Set(result.summaries.map((s) => s.stage)).size > 1;
    const named = (s: Summary): string =>
      o.loaded.compilation.program?.stages.find((p) => p.id === s.stage)?.name ?? s.stage;
    const rows = result.summaries.map((s) => [...(several ? [named(s)] : []), ...summaryRow(s, terminal)]);
    return columns(rows, several ? [false, false, true] : [false, true]);
  };
  return {
    record,
    say,
    begin: () => {
      if (!talk) return;
      const { versions, seed, engine } = facts;
      terminal.out(`learn ${versions.learn}, seed ${seed}, engine ${engine.name} (${engine.description})`);
      terminal.out(paint(terminal, 'dim', wrapped('  ', engine.reason, terminal.columns)));
    },
    replay: (lines) => {
      for (const line of lines)
        recordEvent(
          record,
          JSON.parse(line, (_, v: unknown) =>
            v === 'NaN' || v === 'Infinity' || v === '-Infinity' ? Number(v) : v,
          ) as Event,
        );
    },
    onEvent: (event, seconds) => {
      recordEvent(record, event);
      const line = toMetricsLine(event, seconds);
      if (line !== undefined) folder.metrics(line);
      if (event.type === 'checkpoint') folder.flush();
      if (o.json) terminal.out(line ?? JSON.stringify({ ...event, seconds }));
      else if (talk) tell(event, seconds);
    },
    profile: (steps) => {
      const { sources } = o.loaded.compilation;
      if (o.json)
        for (const { instructions: _, ...step } of steps.map((s) => ({ ...s, lines: byLine(s, sources) })))
          terminal.out(JSON.stringify({ type: 'profile', ...step }));
      else for (const step of steps) say(`\n${profileText(step, sources, terminal)}`);
    },
    end: (result) => {
      progress.clear();
      const { stopped } = result;
      if (o.json) {
        const { met, seconds, steps } = result;
        terminal.out(
          JSON.stringify({
            type: 'result',
            status: stopped.reason,
            met,
            seconds,
            steps,
            folder: resolve(folder.path),
            results: result.summaries,
          }),
        );
        return;
      }
      const why = stoppedText(stopped, o.loaded);
      if (why !== '') terminal.err(`\n${why}`);
      if (stopped.reason === 'interrupted') terminal.err(`  learn run --resume ${folder.shown}`);
      if (result.summaries.length > 0) terminal.out(`\n${results(result)}`);
      const program = o.loaded.compilation.program;
      if (talk && program?.stages.length === 0 && program.shows.length === 0)
        terminal.out('\nThere is nothing to train or to show: the spec has no `minimize`, `maximize` or `show`.');
      if (talk) terminal.out(`\n${duration(result.seconds)}; report: ${folder.shown}/report.html`);
    },
  };
};
