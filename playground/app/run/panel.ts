/**
 * The run: its controls, what it runs on, how far it is, and what came out: thresholds met or not, curves, pictures, parameters.
 * Drawn with the report's own renderers, a few times a second.
 */
import { formatNumber } from '../../../runtime/report/axes.ts';
import { drawPicture } from '../../../runtime/report/pictures.ts';
import { curves, resultTable, solvedText } from '../../../runtime/report/results.ts';
import type { StageRecord } from '../../../runtime/report/record.ts';
import { browserEngines } from '../../workers/engine-names.ts';
import type { BrowserEngine } from '../../workers/engine-names.ts';
import { announce, h, politely, replace, setHtml, throttled } from '../dom.ts';
import { recall, remember } from '../storage.ts';
import { picturesOf } from './frames.ts';
import { parametersView } from './parameters.ts';
import { isHeld } from './training.ts';
import type { Run, Status, Training } from './training.ts';

export interface RunPanel {
  readonly element: HTMLElement;
  /** Whether the text compiles, and what it is. */
  ready(text: string, errors: number): void;
  /** Another text was opened: what ran before is not about it. */
  opened(): void;
  start(): void;
  /** Where it lies below the text, what runs is brought into view. */
  look(): void;
  toggle(): void;
}

const words: Readonly<Record<Status, string>> = {
  idle: 'Ready',
  starting: 'Starting ...',
  running: 'Training',
  pausing: 'Pausing ...',
  paused: 'Paused',
  stopped: 'Stopped',
  finished: 'Finished',
  failed: 'Stopped',
};

const statusText = (run: Run): string => {
  const { progress, seconds, status, message, met, record } = run;
  const place =
    progress && status !== 'finished' && progress.total > 0 ? `, step ${progress.step} of ${progress.total}` : '';
  const verdict =
    met === undefined || !record.stages.some((s) => s.summaries.some((x) => x.compare))
      ? ''
      : met
        ? ', every threshold met'
        : ', a threshold is not met';
  const stopped = record.stopped;
  const why =
    message ??
    (stopped?.reason === 'non-finite'
      ? `after step ${stopped.step} ${stopped.what} is not finite${stopped.detail ? ` (${stopped.detail})` : ''}`
      : stopped && 'message' in stopped
        ? stopped.message
        : '');
  return `${words[status]}${place}${verdict}${seconds > 0 ? `, ${formatNumber(Number(seconds.toFixed(1)))} s` : ''}${status === 'failed' && why ? `: ${why}` : ''}`;
};

/** While it runs there is no summary yet: the last evaluations stand for it. */
const resultHtml = (stage: StageRecord): string => {
  if (stage.summaries.length > 0) return resultTable(stage.summaries);
  const last = new Map(stage.progress.map((c) => [c.name, c.y[c.y.length - 1]]));
  if (last.size === 0) return '';
  const rows = [...last].map(
    ([name, value]) => `<li><strong>${name.replace(/[<>&"]/g, '')}</strong> ${formatNumber(value)} so far</li>`,
  );
  return `<ul class="sofar">${rows.join('')}</ul>`;
};

const several = (stages: readonly StageRecord[], stage: StageRecord): string =>
  stages.length > 1 ? `<h4>${stage.name.replace(/[<>&"]/g, '')}</h4>` : '';

export const openRunPanel = (
  training: Training,
  context: {
    readonly text: () => string;
    readonly files: () => Parameters<Training['resume']>[0];
    /** Shown until something has run. */
    readonly before: HTMLElement;
  },
): RunPanel => {
  let errors = 0;
  let text = '';
  let another = false;
  const button = (id: string, label: string, title: string, onclick: () => void): HTMLButtonElement =>
    h('button', { type: 'button', id, title, onclick }, label);
  const settings = recall<{ seed: number; engine: BrowserEngine | 'auto' }>('run') ?? { seed: 1, engine: 'auto' };
  const asked = new URLSearchParams(location.search).get('engine');
  if (asked && (asked === 'auto' || (browserEngines as readonly string[]).includes(asked)))
    settings.engine = asked as BrowserEngine;
  const seed = h('input', { type: 'number', id: 'seed', min: 0, step: 1, value: settings.seed, 'aria-label': 'Seed' });
  const engine = h(
    'select',
    { id: 'engine', 'aria-label': 'Engine' },
    ['auto', ...browserEngines].map((e) => h('option', { value: e, selected: e === settings.engine }, e)),
  );
  const seedNow = (): number => Math.max(0, Math.trunc(Number(seed.value) || 0));
  const engineNow = (): BrowserEngine | 'auto' => engine.value as BrowserEngine | 'auto';
  const save = (): void => remember('run', { seed: seedNow(), engine: engineNow() });
  seed.addEventListener('change', save);
  engine.addEventListener('change', save);

  const start = (): void => {
    another = false;
    text = context.text();
    training.start(text, seedNow(), engineNow(), context.files());
  };
  const toggle = (): void => {
    const status = training.run()?.status;
    if (status === 'running') training.pause();
    else if (isHeld(status) && training.run()?.text === context.text()) training.resume(context.files());
    else start();
  };
  const look = (): void => {
    if (matchMedia('(max-width: 60rem)').matches) element.scrollIntoView({ block: 'start' });
  };
  const run = button('run', 'Run', 'Train from the beginning (Ctrl+Enter)', () => {
    start();
    look();
  });
  const pause = button('pause', 'Pause', 'Pause, or go on from there', toggle);
  const step = button('step', 'Step', 'One step of training', () =>
    training.step(context.text(), seedNow(), engineNow(), context.files()),
  );
  const stop = button('stop', 'Stop', 'End this run; it can go on from its last checkpoint', () => training.stop());
  const again = button('again', 'New seed', 'Train again with another seed', () => {
    seed.value = String(seedNow() + 1);
    save();
    start();
    look();
  });
  run.classList.add('primary');
  const status = h('p', { class: 'status', id: 'run-status' }, 'Ready');
  const bar = h('progress', { max: 1, value: 0, 'aria-label': 'Progress of the training', hidden: true });
  const engineName = h('summary', {});
  const engineWhy = h('p', { class: 'note' });
  const where = h('details', { class: 'note', id: 'engine-used', hidden: true }, engineName, engineWhy);
  const stale = h('p', { class: 'warning', hidden: true }, 'The text has changed since this run.');
  const results = h('div', { class: 'results', id: 'results' });
  const charts = h('div', { id: 'curves' });
  const pictures = h('div', { class: 'grid', id: 'pictures' });
  const parameters = h('div', { id: 'parameters' });

  const outcome = h('div', {}, bar, where, stale, results, charts, pictures, parameters);

  let drawn: Run['parameters'] | undefined;
  /** What the reader has opened, and where they look, stays. */
  const drawParameters = (rows: Run['parameters']): void => {
    if (rows === drawn) return;
    const [open, left] = [parameters.querySelector('details')?.open, parameters.querySelector('.scroll')?.scrollLeft];
    drawn = rows;
    replace(parameters, parametersView(rows));
    const [details, scroll] = [parameters.querySelector('details'), parameters.querySelector('.scroll')];
    if (details && open !== undefined) details.open = open;
    if (scroll && left) scroll.scrollLeft = left;
  };

  const drawNow = (): void => {
    const now = training.run();
    if (!now) return;
    const { stages } = now.record;
    setHtml(results, stages.map((s) => several(stages, s) + resultHtml(s) + solvedText(s)).join(''));
    const open = [...charts.querySelectorAll('details')].map((d) => d.open);
    setHtml(charts, stages.map((s) => several(stages, s) + curves(s)).join(''));
    charts.querySelectorAll('details').forEach((d, i) => (d.open = open[i] ?? false));
    setHtml(pictures, picturesOf(now.pictures).map(drawPicture).join(''));
    for (const scrolled of [...results.querySelectorAll('.scroll'), ...pictures.querySelectorAll('.scroll')])
      scrolled.setAttribute('tabindex', '0');
    drawParameters(now.parameters);
  };
  const draw = throttled(200, politely(drawNow));

  let said = '';
  const update = (now: Run | undefined): void => {
    const state = now?.status ?? 'idle';
    const busy = state === 'running' || state === 'starting' || state === 'pausing';
    const same = now?.text === context.text();
    const old = another && !same && !busy;
    run.disabled = errors > 0;
    run.textContent = !old && (busy || state === 'finished' || isHeld(state)) ? 'Restart' : 'Run';
    pause.textContent = isHeld(state) && same ? 'Go on' : 'Pause';
    pause.disabled = !(state === 'running' || (isHeld(state) && same));
    step.disabled = errors > 0 || busy;
    stop.disabled = !busy;
    again.disabled = errors > 0;
    stale.hidden = !now || same;
    context.before.hidden = now !== undefined && !old;
    outcome.hidden = old;
    if (old) {
      status.textContent = words.idle;
      delete status.dataset.met;
      delete status.dataset.status;
    }
    if (!now || old) return;
    status.textContent = statusText(now);
    status.dataset.status = state;
    const judged = now.record.stages.some((x) => x.summaries.some((y) => y.compare));
    if (now.met !== undefined && judged) status.dataset.met = String(now.met);
    else delete status.dataset.met;
    const { progress } = now;
    bar.hidden = !progress || progress.total === 0 || !busy;
    if (progress && progress.total > 0) bar.value = progress.step / progress.total;
    where.hidden = !now.engine;
    if (now.engine) {
      engineName.textContent = `Runs on ${now.engine.engine}`;
      engineWhy.textContent = `${now.engine.description} (${now.engine.reason})`;
    }
    if (said !== state) {
      said = state;
      announce(statusText(now));
    }
    draw();
  };
  training.onChange(update);
  update(training.run());

  const element = h(
    'div',
    { class: 'panel-body' },
    h(
      'div',
      { class: 'controls', role: 'group', 'aria-label': 'Training' },
      run,
      pause,
      step,
      stop,
      again,
      h('span', { class: 'pair' }, h('label', { for: 'seed' }, 'seed'), seed),
      h('span', { class: 'pair' }, h('label', { for: 'engine' }, 'engine'), engine),
    ),
    status,
    context.before,
    outcome,
  );
  return {
    element,
    ready: (_, count) => {
      errors = count;
      update(training.run());
    },
    opened: () => {
      another = true;
      update(training.run());
    },
    start,
    look,
    toggle,
  };
};
