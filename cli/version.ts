/** Versions, for `learn version`, run.json and reports of bugs. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { release, type } from 'node:os';
import { resolve } from 'node:path';
import { packageFolder } from '../runtime/data/node-library.ts';

interface Package {
  readonly version: string;
}

const own = (): string => {
  try {
    return (JSON.parse(readFileSync(resolve(packageFolder(), 'package.json'), 'utf8')) as Package).version;
  } catch {
    return 'unknown';
  }
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
