// The second half of `npm run build`: what every start of `learn` would do again is done once. Both are only faster: without them
// `learn` reads the same from where it comes from.
// 1. dist/library.json: the standard library's syntax trees.
// 2. dist/node_modules/chevrotain: the one file that Chevrotain brings along bundled, in place of its 700 modules.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const bundled = resolve(dist, 'node_modules/chevrotain');
rmSync(bundled, { recursive: true, force: true });

// Resolved from here: not to the copy that is made.
const entry = createRequire(import.meta.url).resolve('chevrotain');
const from = resolve(dirname(entry), '..');
mkdirSync(bundled, { recursive: true });
copyFileSync(resolve(from, 'chevrotain.min.mjs'), resolve(bundled, 'index.mjs'));
copyFileSync(resolve(from, '../LICENSE.txt'), resolve(bundled, 'LICENSE.txt'));
writeFileSync(
  resolve(bundled, 'package.json'),
  `${JSON.stringify({ name: 'chevrotain', type: 'module', exports: './index.mjs' })}\n`,
);

const { parse } = await import('../dist/grammar/parse.js');
const { libraryTexts, writeSnapshot } = await import('../dist/runtime/data/node-library.js');
const texts = await libraryTexts();
writeSnapshot(texts.map(({ file, text }) => ({ file, text, parsed: parse(text, file) })));
