/** The command line: what is printed, where it goes, and the exit code, for every way a command can end without training. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { reportCrash } from '../cli/crash.ts';
import { bar, duration, openProgress } from '../cli/progress.ts';
import { indented, wrapped } from '../cli/text.ts';
import { fakeTerminal, openDesk } from './fixtures/terminal.ts';

const desk = openDesk();
afterAll(() => desk.remove());

describe('commands and options', () => {
  test('help lists commands and exit codes', async () => {
    const { code, out } = await desk.learn('help');
    expect(code).toBe(0);
    for (const name of ['run', 'check', 'fmt', 'explain', 'compile', 'eval', 'new', 'version'])
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect(out).toMatch(/^ {3}70 {2}a bug in learn$/m);
  });
  test('no command is help', async () => expect((await desk.learn()).out).toBe((await desk.learn('help')).out));
  test('help of a command and its --help are the same', async () => {
    const { out } = await desk.learn('help', 'new');
    expect(out).toMatch(/^learn new NAME\n/);
    expect((await desk.learn('new', '--help')).out).toBe(out);
  });
  test('an unknown command: did you mean', async () => {
    expect(await desk.learn('chek')).toEqual({
      code: 64,
      out: '',
      err: 'error: there is no command `chek`\n  help: did you mean `learn check`?\n',
    });
  });
  test('an unknown option: did you mean', async () => {
    const { code, err } = await desk.learn('new', 'x', '--jsn');
    expect(code).toBe(64);
    expect(err).toBe('error: `learn new` has no option `--jsn`\n  help: did you mean `--json`?\n');
  });
  test('a missing argument says what is needed, with an example', async () => {
    const { code, err } = await desk.learn('new');
    expect([code, err]).toEqual([64, 'error: `learn new` needs a name\n  help: for example `learn new my-problem`\n']);
  });
  test('version, also for machines', async () => {
    expect((await desk.learn('version')).out).toMatch(/^learn \d+\.\d+\.\d+ \(node \d+/);
    expect(JSON.parse((await desk.learn('version', '--json')).out)).toMatchObject({ node: process.versions.node });
  });
});

describe('a file that is no spec', () => {
  test('is data: how a spec reads it', async () => {
    writeFileSync(join(desk.folder, 'rows.csv'), 'x,y\n1,2\n');
    for (const command of ['check', 'run', 'explain'])
      expect(await desk.learn(command, 'rows.csv')).toEqual({
        code: 3,
        out: '',
        err: 'error: `rows.csv` holds data, not a spec\n  help: read it in one: `data D = csv("rows.csv")`\n',
      });
  });
  test('is not UTF-8, as what PowerShell writes', async () => {
    writeFileSync(join(desk.folder, 'wide.learn'), Buffer.from('\uFEFFlet a = 1\n', 'utf16le'));
    const { code, err } = await desk.learn('check', 'wide.learn');
    expect([code, err]).toEqual([3, expect.stringMatching(/`wide.learn` is UTF-16, not UTF-8 .*\n {2}help: .*iconv/)]);
  });
  test('is empty: no error, and nothing to train', async () => {
    writeFileSync(join(desk.folder, 'empty.learn'), '\n');
    const { code, out } = await desk.learn('run', 'empty.learn');
    expect(code).toBe(0);
    expect(out).toContain('There is nothing to train');
  });
});

describe('learn new', () => {
  test('says how to go on as it was called', async () => {
    vi.stubEnv('npm_lifecycle_event', 'npx');
    expect((await desk.learn('new', 'by-npx')).out).toContain('Next: npx learn run by-npx/by-npx.learn');
    vi.unstubAllEnvs();
  });
  test('makes a spec, data and a README, and never overwrites', async () => {
    vi.stubEnv('npm_lifecycle_event', undefined);
    const { code, out } = await desk.learn('new', 'prices');
    expect(code).toBe(0);
    expect(out).toContain('Next: learn run prices/prices.learn');
    expect(readFileSync(join(desk.folder, 'prices/prices.learn'), 'utf8')).toContain('csv("points.csv")');
    expect(readFileSync(join(desk.folder, 'prices/points.csv'), 'utf8').split('\n')[0]).toBe('x,y');
    writeFileSync(join(desk.folder, 'prices/prices.learn'), 'mine');
    const again = await desk.learn('new', 'prices');
    expect(again.code).toBe(3);
    expect(readFileSync(join(desk.folder, 'prices/prices.learn'), 'utf8')).toBe('mine');
  });
  test('refuses a name that is none', async () => {
    for (const name of ['-- x', '']) expect((await desk.learn('new', name)).code).toBe(64);
  });
});

test('a bug shows no stack, but what to report and where the trace is', () => {
  const terminal = fakeTerminal(desk.folder);
  expect(reportCrash(new Error('internal: no such slot'), ['run', 'a.learn'], terminal)).toBe(70);
  const { err } = terminal.read();
  expect(err).toContain('learn itself failed: internal: no such slot');
  expect(err).toContain(`node ${process.versions.node}`);
  expect(err).not.toMatch(/^\s+at /m);
  const [, path] = /the whole trace: (.*)/.exec(err) ?? [];
  expect(readFileSync(path, 'utf8')).toMatch(/^\s+at /m);
});

test('an evaluation that no memory holds is no bug of learn', async () => {
  const done = await desk.learn('eval', 'sum[i < 60000] sum[j < 60000] abs(i - j + draw(Normal(0, 1)))');
  expect(done.code).toBe(5);
  expect(done.err).toContain('more memory at once than there is');
});

describe('progress', () => {
  const step = (k: number, total: number) =>
    ({
      type: 'step',
      stage: 's',
      run: 0,
      seed: 1,
      action: 0,
      label: 'train',
      step: k,
      total,
      epoch: 0,
      losses: { f: 1 / k },
    }) as const;
  test('about ten lines when it is not a terminal', () => {
    const terminal = fakeTerminal('.');
    const progress = openProgress(terminal, () => ({ before: 0, all: 5000 }));
    for (let k = 1; k <= 5000; k++) progress.step(step(k, 5000), k / 100);
    const lines = terminal.read().out.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.length).toBeLessThan(14);
    expect(lines.at(-1)).toMatch(/^ {2}5000\/5000 {2}loss 0.0002/);
    expect(lines[5]).toMatch(/\d+ s left$/);
  });
  test('what is maximised is an objective, what is minimised a loss', () => {
    const terminal = fakeTerminal('.');
    const progress = openProgress(terminal, () => ({ before: 0, all: 1 }));
    const players = { ...step(1, 1), losses: { f: 99, v: 6, w: 7 } };
    progress.step(players, 1, (player) => (player === 'f' ? 'objective' : 'loss'));
    expect(terminal.read().out).toContain('objective f 99, loss v 6, w 7');
  });
  test('by steps, not by what is heard of them; over several trainings, and from where a resumed run begins', () => {
    const terminal = fakeTerminal('.');
    const progress = openProgress(terminal, ({ run }) => ({ before: run * 500, all: 1000 }));
    // The first training was done before.
    for (let k = 10; k <= 500; k += 10) progress.step({ ...step(k, 500), run: 1 }, k);
    const lines = terminal.read().out.trimEnd().split('\n');
    expect(lines.length).toBe(6);
    expect(lines[1]).toMatch(/^ {2}600\/1000 .* 6 min 40 s left$/);
    expect(lines.at(-1)).toMatch(/^ {2}1000\/1000 .* 0 s left$/);
  });
  test('on a terminal one line, redrawn at most ten times a second and never wider than the window', () => {
    const terminal = fakeTerminal('.', '', { tty: true, columns: 60 });
    const progress = openProgress(terminal, () => ({ before: 0, all: 1000 }));
    for (let k = 1; k <= 1000; k++) progress.step(step(k, 1000), k / 500);
    const drawn = terminal.read().out.split('\r\x1b[K').slice(1);
    expect(drawn.length).toBeLessThan(25);
    expect(Math.max(...drawn.map((line) => [...line].length))).toBeLessThan(60);
  });
  test('the bar grows by eighths', () => {
    expect([0, 0.5, 1, 2].map((share) => bar(share, 4))).toEqual(['    ', '██  ', '████', '████']);
    expect(bar(0.53125, 4)).toBe('██▏ ');
  });
  test('durations', () => expect([0, 59, 61, 3700].map(duration)).toEqual(['0 s', '59 s', '1 min 01 s', '1 h 01 min']));
});

describe('text', () => {
  test('folds at spaces under the text, not under its label', () => {
    expect(wrapped('  goal  ', 'one two three four five six seven eight nine ten', 40)).toBe(
      '  goal  one two three four five six\n        seven eight nine ten',
    );
  });
  test('long lines of a formula continue deeper', () => {
    const [first, second] = indented(`  where ${'a + '.repeat(30)}b`, 60).split('\n');
    expect(first.startsWith('    where a')).toBe(true);
    expect(second.startsWith('            ')).toBe(true);
  });
});
