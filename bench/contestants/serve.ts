/**
 * The side of a contestant: a process of its own, so that its memory and its start are its own, which runs training steps when it is
 * told to. Lines of JSON: it repeats the first steps of the reference, and says `{"ready": {...}}` if it found the same losses; reads a
 * number of milliseconds, answers `{"ms": ..., "steps": ...}`, and so on; at `end` it says the most memory it held and its last loss.
 */
import { createInterface } from 'node:readline';
import { disagreement, type Reference } from '../reference.ts';

export interface Opened {
  /** The players' losses at each of the first steps, on the rows and draws of the reference. */
  repeat(): Promise<number[][]>;
  /** One training step, the rows of its batch included. */
  step(): void | Promise<void>;
  /** Waits for what was begun, and says the last player's loss. */
  loss(): number | Promise<number>;
  /** What it took to get here, in milliseconds, by name; and what else there is to say. */
  readonly facts: Readonly<Record<string, number>>;
}

/** Milliseconds of processor time that this process has had: unlike those of a clock they are the same beside other work. */
export const now = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

export const serve = async (losses: Reference['losses'], open: () => Promise<Opened>): Promise<void> => {
  try {
    const { repeat, step, loss, facts } = await open();
    const wrong = disagreement(losses, await repeat());
    if (wrong !== undefined) throw new Error(wrong);
    await step();
    await loss();
    say({ ready: { ...facts, start: now() } });
    for await (const line of createInterface(process.stdin)) {
      if (line === 'end') break;
      const turn = now();
      let steps = 0;
      do {
        await step();
        steps++;
      } while (now() - turn < Number(line));
      await loss();
      say({ ms: now() - turn, steps });
    }
    say({ memory: process.resourceUsage().maxRSS * 1024, loss: await loss() });
  } catch (error) {
    say({ failed: (error as Error).message.split('\n')[0] });
  }
  process.exit(0);
};

/** Rows of a data set in a new order every epoch: the numbers of the next batch. */
export const shuffling = (rows: number, batch: number): (() => Int32Array) => {
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  let at = rows;
  return () => {
    if (at + batch > rows) {
      for (let i = rows - 1; i > 0; i--) {
        const j = Math.floor(Math.random() * (i + 1));
        [order[i], order[j]] = [order[j], order[i]];
      }
      at = 0;
    }
    at += batch;
    return order.subarray(at - batch, at);
  };
};
