// Tests run in threads, two at a time: the project's machines have two cores. LEARN_TEST_REPORT names a file for the results
// as JSON, from which .ci/run takes its last line. Chromium's software WebGPU driver serves where it is installed: it must be named before
// the threads start, since what a thread writes into its environment stays there.
import { existsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(driver)) process.env.VK_ICD_FILENAMES ??= driver;

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
