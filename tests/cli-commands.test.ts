/** Every command on small specs: what it prints (golden files in golden/cli/), where, and with which exit code. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commands } from '../cli/main.ts';
import { readSafetensors } from '../runtime/safetensors.ts';
import { fakeTerminal, openDesk } from './fixtures/terminal.ts';

const line = `data points : [(R, R)] = [(x, 2 * x + 1) for x in [0, 1, 2, 3]]

model Line(x: R) -> R {
  param slope : R
  param intercept : R
  slope * x + intercept
}

def loss(f, D) = E[(x, y) ~ D] (f(x) - y)^2

minimize loss(f, D_tr)
  over f in Line
  subject to eval loss(f, D_eval) as squared_error <= 1e-6
  on unsupervised(points, holdout = 0)
`;

/** Two slips: an unknown name, and shapes that do not fit. */
const wrong = `let a = [1, 2, 3]

let b = a + [1, 2]

let c = aa
`;

const desk = openDesk();
const put = (name: string, text: string): void => writeFileSync(join(desk.folder, name), text);
const golden = (name: string): string => `./golden/cli/${name}.txt`;
/** Without what differs from machine to machine. */
const stable = (text: string): string => text.replaceAll(desk.folder, 'FOLDER');

beforeAll(() => {
  put('line.learn', line);
  put('wrong.learn', wrong);
  put('trained.learn', line.replace('holdout = 0)', 'holdout = 0)\n  by adam(1e-2) for 40 steps batch 2'));
  put('stages.learn', `${line.replace('minimize', 'let first = minimize')}\nminimize (a - 1)^2 over a in R\n`);
  put('nan.learn', `minimize log(a - 2) over a in R from 2.5 by sgd(0.1) for 10 steps\n`);
  put('nodata.learn', `data rows = [r.x for r in csv("rows.csv")]\n`);
});
afterAll(() => desk.remove());

describe('help', () => {
  test('of a diagnostic shows the mistake and what is said of it', async () => {
    const { out } = await desk.learn('help', 'L0404');
    expect(out).toContain('    minimize L(f, D_eval) over f in M');
    expect(out).toContain('    error[L0404]: the training objective depends on evaluation data');
    expect(out).not.toContain('```');
  });
  test('all of it', async () => {
    const pages = await Promise.all(
      [[], ...Object.keys(commands).map((c) => [c])].map((c) => desk.learn('help', ...c)),
    );
    expect(pages.map((p) => p.code)).toEqual(pages.map(() => 0));
    await expect(pages.map((p) => p.out).join('\n')).toMatchFileSnapshot(golden('help'));
  });
  test('explains a code, in either case', async () => {
    const { code, out } = await desk.learn('help', 'l0312');
    expect([code, out]).toEqual([0, expect.stringMatching(/^error L0312: no density\n\n\S/)]);
    expect((await desk.learn('help', 'L9999')).code).toBe(64);
  });
});

describe('check', () => {
  test('says that nothing is wrong', async () =>
    expect(await desk.learn('check', 'line.learn')).toEqual({ code: 0, out: '✓ line.learn: no errors\n', err: '' }));
  test('reports every error of every file', async () => {
    const { code, out, err } = await desk.learn('check', 'line.learn', 'wrong.learn');
    expect([code, out]).toEqual([2, '✓ line.learn: no errors\n✗ wrong.learn: 2 errors\n']);
    await expect(stable(err)).toMatchFileSnapshot(golden('check-wrong'));
  });
  test('for machines: places as lines and columns from 1', async () => {
    const { code, out } = await desk.learn('check', 'wrong.learn', '--json');
    const [{ file, ok, diagnostics }] = JSON.parse(out) as [{ file: string; ok: boolean; diagnostics: object[] }];
    expect([code, file, ok]).toEqual([2, 'wrong.learn', false]);
    expect(diagnostics).toMatchObject([
      { code: 'L0301', severity: 'error', start: { line: 3 } },
      { code: 'L0201', start: { line: 5, column: 9 }, end: { line: 5, column: 11 } },
    ]);
  });
  test('--fix mends what has one sure way out, and leaves the rest', async () => {
    put(
      'slips.learn',
      `data birds = [([r.bill_lenght_mm, r.bill_depth_mm], r.species) for r in penguins()]
model M(x: R[2]) ~> Class[3] = Categorical(logits = Dense(3, relu(dense(8)(x))))
def L(f, D) = E[(x, y) ~ D] -log f(y | x)
minimize L(f, D_eval)
  over f in M
  subject to eval E[(x, y) ~ D_eval] (mode(f(x)) == y) as accuracy >= 90
  on supervised(birds, holdout = 20)
let rest = nowhere
`,
    );
    const { code, out, err } = await desk.learn('check', '--fix', 'slips.learn');
    expect(code).toBe(2);
    await expect(`${readFileSync(join(desk.folder, 'slips.learn'), 'utf8')}\n${out}\n${err}`).toMatchFileSnapshot(
      golden('check-fix'),
    );
  });
  test('--fix mends what the spec imports, in its file', async () => {
    put('nets.learn', 'model Net(x: R[2]) -> R = dense[1](rellu(dense[8](x)))\n');
    const spec = `import { Net } from "./nets.learn"
data D : [(R[2], R)] = [([1, 2], 3), ([2, 1], 0), ([0, 1], 1)]
minimize E[(x, y) ~ D_tr] (f(x) - y)^2
  over f in Net subject to eval E[(x, y) ~ D_eval] (f(x) - y)^2 as mse on supervised(D, holdout = 0.4)
`;
    put('importing.learn', spec);
    const { code, out } = await desk.learn('check', '--fix', 'importing.learn');
    expect([code, out]).toEqual([
      0,
      'nets.learn:1 Write `relu` (L0201)\nnets.learn:1 Write `dense[1](relu(dense[8](x)))[0]` (L0304)\n✓ importing.learn: no errors\n',
    ]);
    expect(readFileSync(join(desk.folder, 'nets.learn'), 'utf8')).toBe(
      'model Net(x: R[2]) -> R = dense[1](relu(dense[8](x)))[0]\n',
    );
    expect(readFileSync(join(desk.folder, 'importing.learn'), 'utf8')).toBe(spec);
  });
  test('--fix writes nothing where nothing is to be mended', async () => {
    await desk.learn('check', '--fix', 'line.learn', 'wrong.learn');
    expect(readFileSync(join(desk.folder, 'line.learn'), 'utf8')).toBe(line);
    expect(readFileSync(join(desk.folder, 'wrong.learn'), 'utf8')).toBe(wrong.replace('aa', 'a'));
    put('wrong.learn', wrong);
  });
  test('data that is missing has an exit code of its own', async () =>
    expect((await desk.learn('check', 'nodata.learn')).code).toBe(3));
  test('a file that is missing: did you mean', async () => {
    const { code, err } = await desk.learn('check', 'lien.learn');
    expect([code, err]).toEqual([3, expect.stringContaining('did you mean `line.learn`?')]);
  });
});

describe('fmt', () => {
  test('a formatted file is left alone', async () => {
    expect(await desk.learn('fmt', 'line.learn', '--check')).toEqual({ code: 0, out: '', err: '' });
  });
  test('another is rewritten, or with --check only named', async () => {
    put('loose.learn', 'let   a=1\n');
    expect(await desk.learn('fmt', '--check', 'loose.learn')).toMatchObject({
      code: 1,
      out: 'loose.learn is not formatted\n',
    });
    expect(readFileSync(join(desk.folder, 'loose.learn'), 'utf8')).toBe('let   a=1\n');
    expect(await desk.learn('fmt', 'loose.learn')).toMatchObject({ code: 0, out: 'formatted loose.learn\n' });
    expect(readFileSync(join(desk.folder, 'loose.learn'), 'utf8')).toBe('let a = 1\n');
  });
  test('standard input, in the spelling asked for', async () => {
    expect(await desk.piped('def f(x) = E[y ~ x] y\n', 'fmt', '--stdin', '--unicode')).toMatchObject({
      code: 0,
      out: 'def f(x) = 𝔼[y ∼ x] y\n',
    });
  });
});

describe('explain', () => {
  test('formula, place in the field, decisions', async () => {
    const { code, out, err } = await desk.learn('explain', 'line.learn');
    expect([code, err]).toEqual([0, '']);
    await expect(out).toMatchFileSnapshot(golden('explain-line'));
  });
  test('LaTeX alone', async () =>
    expect((await desk.learn('explain', 'line.learn', '--latex')).out).toMatch(/^\\begin|^\\min/));
  test('for machines', async () => {
    const [e] = JSON.parse((await desk.learn('explain', 'line.learn', '--json')).out) as {
      name: string;
      decisions: unknown[];
    }[];
    expect(e.name).toBe('problem');
    expect(e.decisions.length).toBeGreaterThan(0);
  });
});

describe('compile', () => {
  test.each(['tree', 'types', 'ir', 'grad', 'plan'])('--emit %s', async (emit) => {
    const { code, out, err } = await desk.learn('compile', 'trained.learn', '--emit', emit);
    expect([code, err]).toEqual([0, '']);
    await expect(out).toMatchFileSnapshot(golden(`compile-${emit}`));
    const { out: json } = await desk.learn('compile', 'trained.learn', '--emit', emit, '--json');
    expect(() => JSON.parse(json) as unknown).not.toThrow();
  });
  test('as an engine would run it', async () => {
    const { code, out } = await desk.learn('compile', 'trained.learn', '--emit', 'plan', '--engine', 'wasm');
    expect([code, out]).toEqual([0, expect.stringMatching(/instructions, .* at most at once/)]);
  });
  test('one stage', async () => {
    const { out } = await desk.learn('compile', 'stages.learn', '--stage', 'first');
    expect(out).toMatch(/^-- first: /m);
    expect(out).not.toMatch(/^-- (?!first: )/m);
    expect(await desk.learn('compile', 'stages.learn', '--stage', 'fist')).toMatchObject({
      code: 64,
      err: 'error: the spec has no stage `fist`\n  help: did you mean `first`?\n',
    });
  });
  test('with errors the tree is shown all the same, graphs are not', async () => {
    const tree = await desk.learn('compile', 'wrong.learn', '--emit', 'ast');
    expect([tree.code, tree.out]).toEqual([2, expect.stringMatching(/^let/)]);
    expect(await desk.learn('compile', 'wrong.learn')).toMatchObject({ code: 2, out: '' });
  });
  test('another word behind --emit: did you mean', async () =>
    expect((await desk.learn('compile', 'line.learn', '--emit', 'plam')).err).toContain('did you mean `--emit plan`?'));
});

describe('eval', () => {
  test.each([
    ['KL(Normal(0, 1) || Normal(1, 2))', '0.443147'],
    ['1 + 2 * 3', '7'],
    ['-log(0.5)', '0.693147'],
    ['[1, 2, 3] / 2', '[0.5, 1, 1.5]'],
    ['[[1, 2], [3, 4]] @ [[1, 0], [0, 1]]', '[[1, 2], [3, 4]]'],
    ['(1, [true, false])', '(1, [true, false])'],
    ['(a = 1, b = [2, 3])', '(a = 1, b = [2, 3])'],
    ['3 > 2', 'true'],
    ['sum[i in 1..10] i', '55'],
  ])('%s = %s', async (text, value) =>
    expect(await desk.learn('eval', text)).toEqual({ code: 0, out: `${value}\n`, err: '' }),
  );
  test('names of a spec', async () =>
    expect((await desk.learn('eval', 'size(points)', '--in', 'line.learn')).out).toBe('4\n'));
  test('digits', async () => expect((await desk.learn('eval', '1 / 3', '--digits', '3')).out).toBe('0.333\n'));
  test('the same seed draws the same', async () => {
    const draw = async (seed: string) =>
      (await desk.learn('eval', 'E[x ~ Normal(0, 1)^5; samples = 1] x', '--seed', seed)).out;
    expect(await draw('1')).toBe(await draw('1'));
    expect(await draw('1')).not.toBe(await draw('2'));
  });
  test('for machines', async () =>
    expect(JSON.parse((await desk.learn('eval', '[1, 2]', '--json')).out)).toEqual({ value: [1, 2], space: 'R[2]' }));
  test('an error has its place in the expression', async () => {
    const { code, out, err } = await desk.learn('eval', 'foo + 1');
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^error\[L0201\]: .*`foo`/);
    expect(err).toMatch(/^ {2}1 \| foo \+ 1\n {4}\| \^\^\^/m);
  });
});

describe('run', () => {
  const run = (...argv: string[]) => desk.learn('run', ...argv);
  const inFolder = (folder: string, file: string): string => join(desk.folder, folder, file);

  test('tells the problem, what was decided, how far it is, and the results', async () => {
    const { code, out, err } = await run('trained.learn', '--out', 'told');
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^learn \d+\.\d+\.\d+, seed 1, engine \w+/);
    expect(out).toMatch(/min.*Line/);
    expect(out).toMatch(/^ {2}solver: adam/m);
    expect(out.match(/^ {2}\d+\/40 {2}loss \S+/gm)?.length).toBeGreaterThanOrEqual(10);
    expect(out).toMatch(/^ {2}squared_error +\S+ +≤ 1·10⁻⁶ +✗ not met$/m);
    expect(out).toMatch(/report: told\/report\.html\n$/);
    expect(out).not.toContain('\x1b');
  });
  test('leaves a folder with everything', () => {
    const files = [
      'spec.learn',
      'run.json',
      'metrics.jsonl',
      'parameters.safetensors',
      'report.html',
      'checkpoint/last.safetensors',
    ];
    for (const file of files) expect(existsSync(inFolder('told', file)), file).toBe(true);
    expect(readFileSync(inFolder('told', 'spec.learn'), 'utf8')).toBe(
      readFileSync(join(desk.folder, 'trained.learn'), 'utf8'),
    );
    expect(JSON.parse(readFileSync(inFolder('told', 'run.json'), 'utf8'))).toMatchObject({
      ...{ format: 1, seed: 1, status: 'finished', met: false, steps: 40, versions: { node: process.versions.node } },
      results: [{ name: 'squared_error', verdict: 'not met' }],
    });
    const parameters = readSafetensors(readFileSync(inFolder('told', 'parameters.safetensors')));
    if ('failed' in parameters) throw new Error(parameters.failed);
    expect([...parameters.tensors.keys()].sort()).toEqual(['f.intercept', 'f.slope']);
    const metrics = readFileSync(inFolder('told', 'metrics.jsonl'), 'utf8').trimEnd().split('\n');
    expect(metrics.map((l) => (JSON.parse(l) as { type: string }).type)).toEqual(
      expect.arrayContaining(['run', 'stage', 'decision', 'step', 'evaluation', 'summary', 'stopped']),
    );
  });
  test('an exact solution meets the threshold', async () => {
    const { code, out } = await run('line.learn', '--check', '--quiet', '--out', 'exact');
    expect([code, out]).toEqual([0, expect.stringMatching(/^\n {2}squared_error .* ✓ met\n$/)]);
  });
  test('--check: 1 when a threshold is not met', async () =>
    expect((await run('trained.learn', '--check', '--quiet')).code).toBe(1));
  test('folders are numbered', async () => {
    await run('line.learn', '--quiet');
    await run('line.learn', '--quiet');
    expect(existsSync(inFolder('runs', 'line-2/report.html'))).toBe(true);
  });
  test('for machines: events, then the result', async () => {
    const { out } = await run('trained.learn', '--json', '--seed', '5', '--out', 'json');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l) as { type: string });
    expect(lines[0]).toMatchObject({ type: 'run', seed: 5 });
    expect(lines.at(-1)).toMatchObject({
      ...{ type: 'result', status: 'finished', met: false, steps: 40, folder: join(desk.folder, 'json') },
      results: [{ name: 'squared_error' }],
    });
  });
  test('the same seed, the same numbers; another seed, others', async () => {
    await run('trained.learn', '--quiet', '--out', 'five', '--seed', '5');
    const bytes = (folder: string): string => readFileSync(inFolder(folder, 'parameters.safetensors'), 'hex');
    expect(bytes('five')).toBe(bytes('json'));
    expect(bytes('five')).not.toBe(bytes('told'));
  });
  test('never writes into a folder that is not empty', async () => {
    const { code, err } = await run('line.learn', '--out', 'told');
    expect([code, err]).toEqual([3, expect.stringMatching(/`told` is not empty\n.*learn run --resume told/)]);
  });
  test('a value that is not finite: where it arose, the state saved, exit code 4', async () => {
    const { code, err } = await run('nan.learn', '--out', 'nan');
    expect(code).toBe(4);
    expect(err).toMatch(/Stopped after step \d+: .* is not finite/);
    expect(err).toMatch(/nan\.learn:1:\d+: log\(a - 2\)/);
    expect(JSON.parse(readFileSync(inFolder('nan', 'run.json'), 'utf8'))).toMatchObject({ status: 'non-finite' });
    expect(existsSync(inFolder('nan', 'checkpoint/last.safetensors'))).toBe(true);
  });
  test('with errors in the spec nothing is run and nothing is written', async () => {
    const { code, err } = await run('wrong.learn', '--out', 'none');
    expect([code, err]).toEqual([2, expect.stringContaining('error[L0201]')]);
    expect(existsSync(inFolder('none', ''))).toBe(false);
  });
  test('for machines, errors in the spec end with a result, too', async () => {
    const { code, out } = await run('wrong.learn', '--json');
    const lines = out
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l) as { type: string });
    expect([code, lines.map((l) => l.type)]).toEqual([2, ['diagnostic', 'diagnostic', 'result']]);
  });
  test('several seeds and folds: one count of steps, medians and means', async () => {
    const folds = line.replace(
      'unsupervised(points, holdout = 0)',
      'kfold(points, k = 2)\n  by sgd(0.1) for 10 steps batch 2',
    );
    put('folds.learn', folds);
    put('seeds.learn', folds.replace('batch 2', 'batch 2 seeds 2'));
    expect((await run('folds.learn', '--quiet')).out).toMatch(/✗ not met {2}\(mean of \S+, \S+\)$/m);
    const { out } = await run('seeds.learn');
    expect(out).toMatch(/^ {2}40\/40 {2}loss/m);
    expect(out).toMatch(/^ {2}seed 2$/m);
    expect(out).toMatch(/✗ not met {2}\(median of \S+, \S+\)$/m);
  });
  test('an engine that does not exist: did you mean', async () =>
    expect(await run('line.learn', '--engine', 'wasn')).toMatchObject({
      code: 64,
      err: 'error: there is no engine `wasn`\n  help: did you mean `--engine wasm`?\n',
    }));
  test('--profile says where a step goes, by source line', async () => {
    const { out } = await run('trained.learn', '--profile', '--out', 'profiled');
    expect(out).toMatch(/^A step of f: \S+ ms, \d+ instructions, .* at most at once$/m);
    expect(out).toMatch(/^ +\d+\.\d % .* trained\.learn:9 +def loss/m);
  });
  test('on a terminal a bar with the time left', async () => {
    const terminal = fakeTerminal(desk.folder, '', { tty: true, columns: 80 });
    const { main } = await import('../cli/main.ts');
    expect(await main(['run', 'trained.learn', '--out', 'tty'], terminal)).toBe(0);
    expect(terminal.read().out).toMatch(/\r\x1b\[K {2}█+.* 40\/40 {2}loss/);
  });
});
