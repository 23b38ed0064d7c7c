/**
 * A bounded, seeded run of the fuzzer; `LEARN_FUZZ=200000 npx vitest run tests/fuzz.test.ts` for a long one, LEARN_FUZZ_FROM to begin elsewhere.
 * Every fault is told at the end, with its program. bench/FUZZ.md says what has been run.
 */
import { expect, test } from 'vitest';
import { openWasm } from '../runtime/engines/wasm/engine.ts';
import { programOf, seeds, smallHost, tryProgram } from './fuzz.ts';

const count = Number(process.env.LEARN_FUZZ ?? 150);
const from = Number(process.env.LEARN_FUZZ_FROM ?? 0);

test(
  `${count} programs: an answer for each, and a step of each that checks`,
  async () => {
    const texts = seeds();
    const host = smallHost();
    const engine = await openWasm();
    if ('failed' in engine) throw new Error(engine.failed);
    const faults: string[] = [];
    let right = 0;
    for (let i = from; i < from + count && faults.length < 20; i++) {
      const text = programOf(i, texts);
      try {
        const { checks } = await tryProgram(text, host, engine, i % 4 === 0);
        if (checks) right++;
      } catch (error) {
        faults.push(`program ${i}: ${(error as Error).stack}\n${text}`);
      }
    }
    expect(faults).toEqual([]);
    expect(right).toBeGreaterThan(count / 100);
  },
  60_000 + count * 400,
);
