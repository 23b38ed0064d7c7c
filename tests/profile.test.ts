/** A profile counts every instruction of a step once and leaves the engine as it was. */
import { expect, test } from 'vitest';
import { byLine, profileText } from '../cli/profile.ts';
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

test.each(['wasm', 'native', 'cpu'])('every graph that trains, with times, memory and lines: %s', async (name) => {
  const chosen = await openEngine(name);
  if ('failed' in chosen) {
    expect(chosen.failed).toMatch(/not installed|does not start here/); // onnxruntime is optional
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
  }
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
