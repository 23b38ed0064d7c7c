// What npm runs after `npm ci`, and again where `npx learn` is first called in a clone: builds, unless nothing is newer than what a
// build writes last.
import { execSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiled = ['grammar', 'compiler', 'runtime', 'editor', 'cli', 'stdlib', 'scripts'];
const files = [
  ...['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'],
  ...compiled.flatMap((folder) => readdirSync(join(root, folder), { recursive: true }).map((f) => join(folder, f))),
];
const made = (file) => statSync(join(root, file), { throwIfNoEntry: false })?.mtimeMs;

const built = made('dist/bundle/LICENCES.txt') ?? -Infinity;
if (files.some((file) => made(file) >= built)) execSync('npm run build', { cwd: root, stdio: 'inherit' });
