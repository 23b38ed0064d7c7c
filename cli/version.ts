/** Versions, for `learn version`, run.json and reports of bugs. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { release, type } from 'node:os';

interface Package {
  readonly version: string;
}

/** From cli/ (tests) or dist/cli/: the nearest package.json upwards. */
const own = (): string => {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const found = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as Package & { name?: string };
      if (found.name === 'learn') return found.version;
    } catch {
      continue;
    }
  }
  return 'unknown';
};

const installed = (name: string): string => {
  try {
    return (createRequire(import.meta.url)(`${name}/package.json`) as Package).version;
  } catch {
    return 'not installed';
  }
};

export const versions = (): Readonly<Record<'learn' | 'node' | 'tfjs' | 'system', string>> => ({
  learn: own(),
  node: process.versions.node,
  tfjs: installed('@tensorflow/tfjs-core'),
  system: `${type()} ${release()} ${process.arch}`,
});
