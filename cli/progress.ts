/**
 * How far the training is: on a terminal one line, redrawn at most ten times a second; elsewhere about ten lines a stage.
 */
import { formatNumber } from '../runtime/report/axes.ts';
import type { Event } from '../runtime/events.ts';
import type { Terminal } from './terminal.ts';
import { paint, plain } from './terminal.ts';

/** Seconds between redraws. */
const REDRAW = 0.1;
const LINES = 10;

export const duration = (seconds: number): string => {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
  return `${Math.floor(s / 3600)} h ${String(Math.floor((s % 3600) / 60)).padStart(2, '0')} min`;
};

/** `████▌     `: eighths of a character. */
export const bar = (share: number, width: number): string => {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const part = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8];
  return ('█'.repeat(Math.floor(eighths / 8)) + part).padEnd(width);
};

type StepEvent = Extract<Event, { type: 'step' }>;

const lossText = (losses: Readonly<Record<string, number>>): string => {
  const entries = Object.entries(losses);
  if (entries.length === 1) return `loss ${formatNumber(entries[0][1])}`;
  return `loss ${entries.map(([player, loss]) => `${player} ${formatNumber(loss)}`).join(', ')}`;
};

export interface Progress {
  step(event: StepEvent, seconds: number): void;
  /** Removes the line, for other output; the next step draws it again. */
  clear(): void;
}

/** `total` steps of a stage over all its trainings, for the time left and the spacing of lines. */
export const openProgress = (terminal: Terminal, total: (stage: string) => number): Progress => {
  let drawn = false;
  let last = -Infinity;
  let stage = '';
  let done = 0;
  let began = 0;
  let lines = 0;
  const clear = (): void => {
    if (drawn) terminal.write('\r\x1b[K');
    drawn = false;
  };
  const describe = (event: StepEvent, seconds: number, all: number): string => {
    const left = done > 3 ? ((seconds - began) / done) * (all - done) : NaN;
    const label = event.label && event.label !== 'train' ? `${event.label}  ` : '';
    const time = Number.isFinite(left) ? `  ${duration(left)} left` : '';
    return `${label}${event.step}/${event.total}  ${lossText(event.losses)}${time}`;
  };
  return {
    clear,
    step: (event, seconds) => {
      if (event.stage !== stage) {
        ({ stage } = event);
        [done, lines, began] = [0, 0, seconds];
      }
      done++;
      const all = Math.max(total(event.stage), event.total, done);
      if (terminal.tty) {
        if (seconds - last < REDRAW && done < all) return;
        last = seconds;
        const text = describe(event, seconds, all);
        const width = Math.min(30, terminal.columns - plain(text).length - 6);
        const line =
          width >= 8
            ? `  ${paint(terminal, 'blue', bar(done / all, width))} ${text}`
            : `  ${text.slice(0, Math.max(0, terminal.columns - 4))}`;
        terminal.write(`\r\x1b[K${line}`);
        drawn = true;
      } else if (done >= all || done * LINES >= all * (lines + 1) || done === 1) {
        if (done > 1) lines = Math.floor((done * LINES) / all);
        terminal.out(`  ${describe(event, seconds, all)}`);
      }
    },
  };
};
