// `npm run docs`: writes the reference pages that are made from the program itself (commands, diagnostics, library);
// with --check only says which are stale (exit 1). Reads dist/, so build first.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedFolders, referencePages } from '../dist/cli/reference/pages.js';

const root = new URL('../docs/reference/', import.meta.url);
const path = (name) => fileURLToPath(new URL(name, root));
const check = process.argv.includes('--check');
const read = (file) => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
};

const pages = await referencePages();
const stale = [...pages].filter(([name, text]) => read(path(name)) !== text).map(([name]) => name);
const left = generatedFolders.flatMap((folder) => {
  try {
    return readdirSync(path(folder))
      .map((f) => `${folder}/${f}`)
      .filter((name) => !pages.has(name));
  } catch {
    return [];
  }
});
if (!check) {
  for (const name of stale) {
    mkdirSync(dirname(path(name)), { recursive: true });
    writeFileSync(path(name), pages.get(name));
  }
  for (const name of left) rmSync(path(name));
}
const said = [
  ...stale.map((n) => [check ? 'stale' : 'written', n]),
  ...left.map((n) => [check ? 'stale' : 'removed', n]),
];
for (const [word, name] of said) console.log(`${word} ${relative(process.cwd(), path(name))}`);
if (check && said.length > 0) console.log('npm run docs writes them');
process.exitCode = check && said.length > 0 ? 1 : 0;
