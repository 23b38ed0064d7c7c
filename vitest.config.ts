// Tests run in threads, two at a time: the project's machines have two cores. LEARN_TEST_REPORT names a file for the results
// as JSON, from which .ci/run takes its last line.
import { defineConfig } from 'vitest/config';

const report = process.env.LEARN_TEST_REPORT;

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: report ? ['default', 'json'] : ['default'],
    outputFile: report ? { json: report } : undefined,
    env: { NO_COLOR: '1' },
  },
});
