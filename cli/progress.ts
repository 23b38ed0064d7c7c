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

/** `loss` or `objective`, of a player. */
type Measure = (player: string) => string;

/** `loss 0.1`; of several players `objective f 99.2, loss v 612, w 0.3`. */
const lossText = (losses: Readonly<Record<string, number>>, measure: Measure): string => {
  const entries = Object.entries(losses);
  const named = entries.map(([player, loss], i) => {
    const word = i > 0 && measure(entries[i - 1][0]) === measure(player) ? [] : [measure(player)];
    return [...word, ...(entries.length > 1 ? [player] : []), formatNumber(loss)].join(' ');
  });
  return named.join(', ');
};

export interface Progress {
  step(event: StepEvent, seconds: number, measure?: Measure): void;
  /** Removes the line, for other output; the next step draws it again. */
  clear(): void;
}

/**
 * Steps of the stage before this training, and over all its trainings: for the time left and the spacing of lines. None are known of
 * a solver that stops when it is done.
 */
export type Extent = (event: Pick<StepEvent, 'stage' | 'run' | 'action'>) => {
  readonly before: number;
  readonly all: number;
};

export const openProgress = (terminal: Terminal, extent: Extent): Progress => {
  let drawn = false;
  let last = -Infinity;
  let stage = '';
  let done = 0;
  /** Where this process began: a resumed run has done steps before. */
  let begun = { done: 0, seconds: 0 };
  let lines = 0;
  const clear = (): void => {
    if (drawn) terminal.write('\r\x1b[K');
    drawn = false;
  };
  const describe = (event: StepEvent, seconds: number, all: number, measure: Measure): string => {
    const own = done - begun.done;
    const left = own > 3 && all >= done ? ((seconds - begun.seconds) / own) * (all - done) : NaN;
    // A training is called after its players, which the losses name already.
    const named = ['', 'train', Object.keys(event.losses).join(' | ')].includes(event.label);
    const label = named ? '' : `${event.label}  `;
    const time = Number.isFinite(left) ? `  ${duration(left)} left` : '';
    const count = all > 0 ? `${done}/${all}` : `${event.step}/${event.total}`;
    return `${label}${count}  ${lossText(event.losses, measure)}${time}`;
  };
  return {
    clear,
    step: (event, seconds, measure = () => 'loss') => {
      const fresh = event.stage !== stage;
      const { before, all: known } = extent(event);
      done = before + event.step;
      const all = Math.max(known, before + event.total);
      if (fresh) {
        ({ stage } = event);
        begun = { done, seconds };
        lines = Math.floor((begun.done * LINES) / all);
      }
      if (terminal.tty) {
        if (seconds - last < REDRAW && done < all) return;
        last = seconds;
        const text = describe(event, seconds, known, measure);
        const width = Math.min(30, terminal.columns - plain(text).length - 6);
        const line =
          width >= 8
            ? `  ${paint(terminal, 'blue', bar(done / all, width))} ${text}`
            : `  ${text.slice(0, Math.max(0, terminal.columns - 4))}`;
        terminal.write(`\r\x1b[K${line}`);
        drawn = true;
      } else if (done >= all || done * LINES >= all * (lines + 1) || fresh) {
        if (!fresh) lines = Math.floor((done * LINES) / all);
        terminal.out(`  ${describe(event, seconds, known, measure)}`);
      }
    },
  };
};
