/**
 * A bounded, seeded run of the fuzzer; `LEARN_FUZZ=200000 npx vitest run tests/fuzz.test.ts` for a long one, LEARN_FUZZ_FROM to begin elsewhere.
 * Programs 1 to 200,000 have been run by 27 November 2026, each span of them once; what was found is mended, each with a golden. No hang.
 */
import { expect, test } from 'vitest';
import { programOf, seeds, smallHost, tryProgram } from './fuzz.ts';

const count = Number(process.env.LEARN_FUZZ ?? 150);
const from = Number(process.env.LEARN_FUZZ_FROM ?? 0);

test(
  `${count} programs: an answer for each, and a step of each that checks`,
  async () => {
    const texts = seeds();
    const host = smallHost();
    let right = 0;
    for (let i = from; i < from + count; i++) {
      const text = programOf(i, texts);
      try {
        const { checks } = await tryProgram(text, host);
        if (checks) right++;
      } catch (error) {
        throw new Error(`program ${i}:\n${text}`, { cause: error });
      }
    }
    expect(right).toBeGreaterThan(count / 100);
  },
  60_000 + count * 400,
);
