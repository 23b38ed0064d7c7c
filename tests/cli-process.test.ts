/**
 * `learn` as a process: killed or interrupted while it trains, a run goes on from its last checkpoint and ends with the numbers, bit for
 * bit, of a run that was never stopped.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ensureBuilt, runLearn, startLearn } from './fixtures/process.ts';

const spec = `data points : [(R[2], R)] = [([sin(i), cos(i)], sin(2 * i)) for i in 0..24]

model Net(x: R[2]) -> R = dense[1](tanh(dense[16](x)))[0]

minimize E[(x, y) ~ D_tr] (f(x) - y)^2
  over f in Net
  subject to eval E[(x, y) ~ D_eval] (f(x) - y)^2 as squared_error <= 0.1
  on unsupervised(points, holdout = 0.2)
  by adam(1e-3) for 40_000 steps batch 5
`;

const folder = mkdtempSync(join(tmpdir(), 'learn-process-'));
const home = mkdtempSync(join(tmpdir(), 'learn-home-'));
const bytes = (run: string): string => readFileSync(join(folder, run, 'parameters.safetensors'), 'hex');
const facts = (run: string) =>
  JSON.parse(readFileSync(join(folder, run, 'run.json'), 'utf8')) as { status: string; results: unknown };
/** Lines of metrics without what was read off a clock. */
const metrics = (run: string): string[] =>
  readFileSync(join(folder, run, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/,"seconds":[^,}]*}$/, '}'));

beforeAll(async () => {
  ensureBuilt();
  vi.stubEnv('HOME', home);
  writeFileSync(join(folder, 'net.learn'), spec);
  const { status, err } = await runLearn(folder, 'run', 'net.learn', '--out', 'whole', '--check', '--quiet');
  expect([status, err]).toEqual([0, '']);
}, 300_000);
afterAll(() => {
  vi.unstubAllEnvs();
  for (const made of [folder, home]) rmSync(made, { recursive: true, force: true });
});

const sameAsWhole = (run: string): void => {
  expect(facts(run).status).toBe('finished');
  expect(facts(run).results).toEqual(facts('whole').results);
  expect(bytes(run)).toBe(bytes('whole'));
  expect(metrics(run)).toEqual(metrics('whole'));
};

test('a run leaves nothing but its folder: no cache, no number of the machine', () =>
  expect(readdirSync(home)).toEqual([]));

describe('a run that is stopped', () => {
  test('killed after a checkpoint: resumed, it ends as if it had not been', { timeout: 300_000 }, async () => {
    const { child, ended, seen } = startLearn(
      folder,
      'run',
      'net.learn',
      '--out',
      'killed',
      '--json',
      '--save-every',
      '0',
    );
    await seen('"type":"checkpoint"');
    child.kill('SIGKILL');
    const { status } = await ended;
    expect(status).toBe('SIGKILL');
    expect(facts('killed').status).toBe('running');
    const again = await runLearn(folder, 'run', '--resume', 'killed', '--check', '--json');
    expect([again.status, again.err]).toEqual([0, '']);
    expect(again.out).toMatch(/^\{"type":"resumed"/m);
    sameAsWhole('killed');
  });

  test('killed before any checkpoint: resumed, it begins anew', { timeout: 300_000 }, async () => {
    const { child, ended, seen } = startLearn(folder, 'run', 'net.learn', '--out', 'early', '--json');
    await seen('"type":"step"');
    child.kill('SIGKILL');
    await ended;
    expect((await runLearn(folder, 'run', '--resume', 'early', '--quiet')).status).toBe(0);
    sameAsWhole('early');
  });

  test('Ctrl-C saves, exits 130 and says how to go on', { timeout: 300_000 }, async () => {
    const { child, ended, seen } = startLearn(folder, 'run', 'net.learn', '--out', 'stopped');
    await seen('loss');
    child.kill('SIGINT');
    const { status, err } = await ended;
    expect(status).toBe(130);
    expect(err).toMatch(/Interrupted after step \d+; the checkpoint is saved\.\n {2}learn run --resume stopped/);
    expect(facts('stopped').status).toBe('interrupted');
    expect((await runLearn(folder, 'run', '--resume', 'stopped', '--quiet')).status).toBe(0);
    sameAsWhole('stopped');
  });

  test('a finished run resumed says its results again, and changes nothing', async () => {
    const before = bytes('whole');
    const { status, out } = await runLearn(folder, 'run', '--resume', 'whole', '--check', '--quiet');
    expect([status, out]).toEqual([0, expect.stringMatching(/squared_error .* ✓ met/)]);
    expect(bytes('whole')).toBe(before);
  });

  test('of a spec that has changed since is refused, and its folder left alone', async () => {
    const kept = readFileSync(join(folder, 'whole/run.json'), 'utf8');
    writeFileSync(join(folder, 'net.learn'), spec.replace('dense[16]', 'dense[17]'));
    const { status, err } = await runLearn(folder, 'run', '--resume', 'whole');
    writeFileSync(join(folder, 'net.learn'), spec);
    expect([status, err]).toEqual([3, expect.stringContaining('have changed since the run in `whole` was stopped')]);
    expect(readFileSync(join(folder, 'whole/run.json'), 'utf8')).toBe(kept);
  });
});
