/**
 * The side of a contestant: a process of its own, so that its memory and its start are its own, which runs training steps when it is
 * told to. Lines of JSON: it says `{"ready": {...}}`, reads a number of milliseconds, answers `{"ms": ..., "steps": ...}`, and so on;
 * at `end` it says the most memory it held and its last loss.
 */
import { createInterface } from 'node:readline';

export interface Opened {
  /** One training step, the rows of its batch included. */
  readonly step: () => void | Promise<void>;
  /** Waits for what was begun, and says the loss. */
  readonly loss: () => number | Promise<number>;
  /** What it took to get here, in milliseconds, by name; and what else there is to say. */
  readonly facts: Readonly<Record<string, number>>;
}

const say = (message: object): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

export const serve = async (open: () => Promise<Opened>): Promise<void> => {
  try {
    const { step, loss, facts } = await open();
    const began = performance.now();
    await step();
    await loss();
    say({ ready: { ...facts, first: performance.now() - began, start: performance.now() } });
    for await (const line of createInterface(process.stdin)) {
      if (line === 'end') break;
      const turn = performance.now();
      let steps = 0;
      do {
        await step();
        steps++;
      } while (performance.now() - turn < Number(line));
      await loss();
      say({ ms: performance.now() - turn, steps });
    }
    say({ memory: process.resourceUsage().maxRSS * 1024, loss: await loss() });
  } catch (error) {
    say({ failed: (error as Error).message.split('\n')[0] });
  }
  process.exit(0);
};
