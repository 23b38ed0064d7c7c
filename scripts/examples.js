// `npm run examples [-- NAME...]`: runs every example (or those whose name contains a NAME) with --check and prints a table.
// Exit code 1 when one does not end well. What each printed is in runs/examples/<name>/output.txt.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
const path = (name) => fileURLToPath(new URL(name, root));
const wanted = process.argv.slice(2);
const examples = readdirSync(path('examples'))
  .filter((f) => f.endsWith('.learn') && (wanted.length === 0 || wanted.some((w) => f.includes(w))))
  .sort();
const words = {
  0: 'ok',
  1: 'threshold not met',
  2: 'errors in the spec',
  3: 'data missing',
  4: 'stopped',
  5: 'no engine',
  70: 'bug',
};

let failed = 0;
for (const file of examples) {
  const name = file.replace('.learn', '');
  const out = path(`runs/examples/${name}`);
  rmSync(out, { recursive: true, force: true });
  const began = Date.now();
  const done = spawnSync(
    process.execPath,
    [path('bin/learn.js'), 'run', path(`examples/${file}`), '--check', '--json', '--out', out],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 30,
    },
  );
  const seconds = (Date.now() - began) / 1000;
  mkdirSync(out, { recursive: true });
  writeFileSync(`${out}/output.txt`, done.stdout + done.stderr);
  const last = done.stdout.trim().split('\n').at(-1) ?? '';
  const result = last.startsWith('{"type":"result"') ? JSON.parse(last) : { results: [] };
  const values = result.results.map((r) => {
    const bound = r.compare ? ` ${r.compare.op} ${r.compare.bound}` : '';
    return `${r.name} ${typeof r.value === 'number' ? Number(r.value.toPrecision(4)) : r.value}${bound}`;
  });
  if (done.status !== 0) failed++;
  const word = words[done.status] ?? `exit ${done.status ?? done.signal}`;
  console.log(
    `${done.status === 0 ? '✓' : '✗'} ${name.padEnd(20)} ${word.padEnd(18)} ${seconds.toFixed(1).padStart(7)} s  ${values.join(', ')}`,
  );
}
console.log(`${examples.length - failed} of ${examples.length} examples end well`);
process.exitCode = failed === 0 ? 0 : 1;
