/** Learn from JavaScript: what the guide says, run as it stands there in an empty project, and typed as TypeScript sees it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { check, run, SpecError } from '../runtime/api.ts';
import { ensureBuilt, root } from './fixtures/process.ts';

const folder = mkdtempSync(join(tmpdir(), 'learn-api-'));
const guide = readFileSync(join(root, 'docs/guides/javascript.md'), 'utf8');
const program = /^```js\n([\s\S]*?)^```$/m.exec(guide)?.[1] ?? '';

beforeAll(() => {
  ensureBuilt();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/learn'), 'dir');
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the program of the guide prints what its comments say', { timeout: 60_000 }, () => {
  const said = [...program.matchAll(/\); \/\/ (.*)$/gm)].map(([, text]) => text);
  expect(said.length).toBe(4);
  writeFileSync(join(folder, 'guide.mjs'), program);
  const { stdout, stderr } = spawnSync(process.execPath, ['guide.mjs'], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.trimEnd().split('\n')).toEqual(said);
});

test('its types resolve', { timeout: 120_000 }, () => {
  writeFileSync(join(folder, 'guide.mts'), program);
  const options = { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, types: [], skipLibCheck: true };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['guide.mts'] }));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
  // What a page or Node has is not there without its types.
  expect(stdout.replace(/^.*Cannot find name 'console'.*\n/gm, '')).toBe('');
});

test('the same seed gives the same numbers, and events come while it trains', async () => {
  const text = `model Net(x: R) -> R = dense[1](tanh(dense[4]([x])))[0]
data D : [(R, R)] = [(x, x^2) for x in [-1, 0, 1, 2]]
minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in Net subject to eval rmse(f, D_eval) on supervised(D) by adam(0.01) for 20 steps
`;
  let steps = 0;
  const options = {
    text,
    seed: 3,
    engine: 'wasm',
    onEvent: ({ type }: { type: string }) => void (type === 'step' && steps++),
  };
  const [one, two] = [await run('net.learn', options), await run('net.learn', options)];
  expect(steps).toBeGreaterThan(20);
  expect(two.parameters).toEqual(one.parameters);
  expect([...one.parameters.keys()]).toEqual(['f.dense.W', 'f.dense.b', 'f.dense2.W', 'f.dense2.b']);
  expect(one.parameters.get('f.dense.W')?.shape).toEqual([1, 4]);
});

test("a spec with errors is an error with its problems; a file that is not there is Node's own", async () => {
  const wrong = { text: 'let a = b\nlet c = d' };
  expect((await check('w.learn', wrong)).map(({ code, line }) => [code, line])).toEqual([
    ['L0201', 1],
    ['L0201', 2],
  ]);
  const thrown: unknown = await run('w.learn', wrong).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(SpecError);
  expect((thrown as SpecError).message).toContain('  --> w.learn:2:9');
  await expect(run('nowhere.learn')).rejects.toThrow(/ENOENT/);
});
