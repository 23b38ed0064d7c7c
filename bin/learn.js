#!/usr/bin/env node
// The `learn` command: loads what `npm run build` (or `npm ci`) compiled into dist/.
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/cli/main.js', import.meta.url);

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`learn needs Node.js 20 or newer; this is ${process.version}`);
  process.exit(70);
}
if (!existsSync(fileURLToPath(main))) {
  console.error(`learn is not built yet: run \`npm run build\` in ${fileURLToPath(new URL('..', import.meta.url))}`);
  process.exit(70);
}
// Node 22.1 and later keep what V8 made of the modules.
module.enableCompileCache?.();
const { start } = await import(main.href);
await start();
