#!/usr/bin/env node
// The `learn` command: loads what `npm run build` (or `npm ci`) compiled into dist/.
import { statSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/cli/main.js', import.meta.url);
const bundle = new URL('../dist/bundle/cli/main.js', import.meta.url);
const made = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`learn needs Node.js 20 or newer; this is ${process.version}`);
  process.exit(70);
}
if (made(main) === undefined) {
  console.error(`learn is not built yet: run \`npm run build\` in ${fileURLToPath(new URL('..', import.meta.url))}`);
  process.exit(70);
}
// Node 22.1 and later keep what V8 made of the modules.
module.enableCompileCache?.();
// The same program in fewer files, unless it was compiled again since.
const { start } = await import((made(bundle) >= made(main) ? bundle : main).href);
await start();
