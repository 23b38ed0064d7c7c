/** A profile counts every instruction of a step once and leaves the engine as it was. */
import { expect, test } from 'vitest';
import { byLine, profileText } from '../cli/profile.ts';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import { profile } from '../runtime/profile.ts';
import { runProgram } from '../runtime/session.ts';
import * as p from './session-programs.ts';
import { fakeTerminal } from './fixtures/terminal.ts';

const variables = p.adamVariables();
const actions = [
  p.train(p.adam('tr', 10, 20, 100)),
  { kind: 'restart' as const },
  p.train(p.whole('exact', 'tr', 100)),
];
const program = p.program([p.stage('s', variables, actions)], variables, [p.regressionData('tr', 100)]);

test.each(['wasm', 'native', 'cpu', 'webgpu'])(
  'every graph that trains, with times, memory and lines: %s',
  async (name) => {
    const chosen = await openEngine(name);
    if ('failed' in chosen) {
      expect(chosen.failed).toMatch(/not installed|does not start here|no GPU adapter/); // optional
      return;
    }
    const { engine } = chosen;
    const { buffers, bytes } = engine.memory();
    const result = await runProgram(program, { engine, seed: 1 });
    const found = await profile(program, engine, result.variables, 1);
    expect(engine.memory()).toMatchObject({ buffers, bytes });
    expect(found.map((s) => s.name)).toEqual(['f', 'exact']);
    for (const step of found) {
      expect(step.instructions.length).toBeGreaterThan(5);
      expect(step.seconds).toBeGreaterThan(0);
      expect(step.instructions.every((x) => x.seconds >= 0 && x.bytes > 0)).toBe(true);
      expect(step.instructions.some((x) => x.seconds > 0)).toBe(true);
    }
  },
);

test('the line of the spec stands first, with that of the library that works for it', async () => {
  const text = `data D : [R[3]] = Normal(0, 1)[3]^32
model Net(x: R[3]) -> R[2] {
  h = relu(dense[4](x))
  dense[2](h)
}
minimize E[x ~ D] sum((f(x) - 1)^2) over f in Net
  by adam(1e-3) for 2 steps batch 8
`;
  const { program, sources } = await compile('net.learn', text, nodeHost(), { seed: 1 });
  const chosen = await openEngine('wasm');
  if (!program || 'failed' in chosen) throw new Error('no program or no engine');
  const { variables } = await runProgram(program, { engine: chosen.engine, seed: 1 });
  const [step] = await profile(program, chosen.engine, variables, 1);
  const lines = byLine(step, sources);
  const named = lines.map(({ line, by }) => [line, by?.file?.replace(/.*stdlib/, 'stdlib'), by?.text]);
  expect(named).toContainEqual([3, 'stdlib/layers.learn', 'x @ W + b']);
  expect(named).toContainEqual([4, 'stdlib/layers.learn', 'x @ W + b']);
  expect(named).toContainEqual([6, undefined, undefined]);
  expect(named).toContainEqual([7, 'stdlib/optimisers.learn', 'm = b1 * s.m + (1 - b1) * g']);
  expect(lines.every(({ file }) => file === 'net.learn')).toBe(true);
  expect(profileText(step, sources, fakeTerminal('.'))).toMatch(
    /net\.learn:3 {2}h = relu\(dense\[4\]\(x\)\) {2}← stdlib\/layers\.learn:\d+ {2}x @ W \+ b$/m,
  );
});

test('lines add up, the slowest first, what no line wrote is said', () => {
  const at = (start: number) => ({ file: 'test.learn', start, end: start + 1 });
  const instruction = (seconds: number, span?: ReturnType<typeof at>) => ({
    operation: 'add',
    seconds,
    bytes: 1000,
    ...(span && { span }),
  });
  const step = {
    ...{ stage: 'problem', name: 'f', seconds: 0.004, peakBytes: 2000 },
    instructions: [
      instruction(0.001, at(0)),
      instruction(0.002, at(8)),
      instruction(0.002, at(9)),
      instruction(0.0005),
    ],
  };
  const sources = new Map([['test.learn', 'a = one\nb = two\n']]);
  expect(byLine(step, sources).map((l) => [l.line, l.instructions])).toEqual([
    [2, 2],
    [1, 1],
    [undefined, 1],
  ]);
  expect(profileText(step, sources, fakeTerminal('.'))).toMatch(
    /^A step of f: 4 ms, 4 instructions, 2 kB at most at once\n/,
  );
  expect(profileText(step, sources, fakeTerminal('.'))).toMatch(
    /^ {2}72.7 % {2,}4 ms {2,}2 kB {2}test\.learn:2 {2}b = two$/m,
  );
});
