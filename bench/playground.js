// `node bench/playground.js`: size and speed of the playground, written to bench/playground.md. Builds it, serves it as `learn play` does
// (dist/ must be built: npm run build), and drives the Chromium that is installed.
import { spawn, execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const path = (name) => `${root}${name}`;
execFileSync(
  process.execPath,
  [path('node_modules/vite/bin/vite.js'), 'build', '--config', 'playground/vite.config.ts'],
  { cwd: root },
);

const play = spawn(process.execPath, [path('bin/learn.js'), 'play', '--no-open', '--port', '0'], { cwd: root });
const url = await new Promise((done, failed) => {
  play.stdout.on('data', (text) => {
    const found = /http:\S+\//.exec(String(text));
    if (found) done(found[0]);
  });
  play.on('exit', () => failed(new Error('learn play ended')));
});

const zipped = (name) => gzipSync(readFileSync(path(`playground/dist/${name}`))).length;
const kB = (bytes) => `${Math.round(bytes / 1000)} kB`;
const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });

/** A first visit: nothing kept. Times from the navigation on. */
const visit = async () => {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 860 } })).newPage();
  const loaded = [];
  page.on('requestfinished', (r) => loaded.push([new URL(r.url()).pathname.slice(1) || 'index.html', Date.now()]));
  const began = Date.now();
  await page.goto(url, { waitUntil: 'commit' });
  await page.waitForSelector('.plain-editor, .monaco-editor');
  const editable = Date.now() - began;
  await page.waitForSelector('body[data-understood]');
  const understood = Date.now() - began;
  await page.waitForSelector('[data-editor=monaco]');
  const monaco = Date.now() - began;
  const before = loaded
    .filter(([name]) => !/surface|editor\.worker|editorWebWorker|codicon|icon\.svg/.test(name))
    .map(([name]) => name);
  return { page, editable, understood, monaco, before };
};

const spec = `data D = LabelledMoons(noise = 0.15)^600
model Net(x: R[2]) ~> Class[2] = Categorical(logits = dense[2](tanh(dense[16](x))))
let S = supervised(D, holdout = 0.3)
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in Net
  subject to eval accuracy(f, D_eval) as accuracy >= 0.9 on S
  by adam(0.03) for 400_000 steps batch 64 seed 1
`;

/** From the key to the second frame after it: what is typed is on the screen then. */
const keys = async (page) => {
  await page.evaluate(() => {
    globalThis.seen = [];
    document.addEventListener(
      'keydown',
      () => {
        const at = performance.now();
        requestAnimationFrame(() => requestAnimationFrame(() => globalThis.seen.push(performance.now() - at)));
      },
      true,
    );
  });
  await page.click('.monaco-editor .view-lines');
  await page.keyboard.press('Control+End');
  await page.keyboard.type('-- a comment that is sixty letters long, typed without hurry', { delay: 70 });
  return page.evaluate(() => globalThis.seen);
};

const visits = [];
for (let i = 0; i < 5; i++) {
  const v = await visit();
  visits.push(v);
  if (i < 4) await v.page.context().close();
}
const { page } = visits.at(-1);
const names = [...new Set(visits[0].before)].filter((n) => !n.startsWith('stdlib/'));
const first = names.reduce((n, name) => n + zipped(name), 0);
const all = readdirSync(path('playground/dist/assets')).reduce((n, f) => n + zipped(`assets/${f}`), 0);

const idle = await keys(page);
await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
await page.evaluate((text) => navigator.clipboard.writeText(text), spec);
await page.keyboard.press('Control+A');
await page.keyboard.press('Control+V');
await page.waitForTimeout(1500);
await page.click('#run');
await page.waitForFunction(() => /step [1-9]/.test(document.querySelector('#run-status').textContent));
const busy = await keys(page);
const status = await page.textContent('#run-status');
await browser.close();
play.kill('SIGINT');

const ms = (numbers) => `${Math.round(median(numbers))} ms (at most ${Math.round(Math.max(...numbers))})`;
const rows = [
  ['first load, gzipped, without Monaco', kB(first), 'under 2 MB'],
  ['everything there is, gzipped', kB(all), ''],
  ['a text can be typed after', ms(visits.map((v) => v.editable)), 'under 3 s'],
  ['formula, spaces and diagnostics are there after', ms(visits.map((v) => v.understood)), ''],
  ['Monaco is there after', ms(visits.map((v) => v.monaco)), ''],
  ['key to screen', ms(idle), ''],
  ['key to screen while training', ms(busy), 'under 50 ms'],
];
const text = `# The playground: size and speed

Written by \`node bench/playground.js\`; a first visit five times, nothing kept, served from this machine; Chromium ${browser.version()}, headless,
${cpus().length} cores (${cpus()[0].model.trim()}). Keys: the time from the event to the second frame after it, median of 60; frames come every 16 ms.

| what | measured | wanted |
| --- | --- | --- |
${rows.map((r) => `| ${r.join(' | ')} |`).join('\n')}

The first load is ${names.length} files: ${names.map((n) => `\`${n.replace(/^assets\//, '').replace(/-[\w-]{8}\./, '.')}\` ${kB(zipped(n))}`).join(', ')}.

While training: "${status.replace(/, \d.*s$/, '')}" on the processor, in a worker.
`;
const { format } = await import('prettier');
writeFileSync(path('bench/playground.md'), await format(text, { parser: 'markdown', printWidth: 120 }));
console.log(text);
