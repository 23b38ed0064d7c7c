import { beforeAll, describe, expect, it } from 'vitest';
import * as ir from '../compiler/ir/build.ts';
import type { Program, Show } from '../compiler/program.ts';
import { readCheckpoint } from '../runtime/checkpoint.ts';
import type { Engine } from '../runtime/engines/engine.ts';
import { toMetricsLine, type Event } from '../runtime/events.ts';
import { runProgram } from '../runtime/session.ts';
import * as p from './session-programs.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await p.engineFor();
});

const memory = () => {
  let kept: Uint8Array | undefined;
  return { write: (bytes: Uint8Array) => Promise.resolve(void (kept = bytes)), read: () => Promise.resolve(kept) };
};

/** Stops after each of `stops` more questions whether to stop, and goes on from the checkpoint: result and lines of the whole. */
const inPieces = async (program: Program, stops: readonly number[], checkpointEverySeconds = 1e9) => {
  const store = memory();
  const lines: string[] = [];
  for (const stop of [...stops, Infinity]) {
    const saved = await store.read();
    const resume = saved && readCheckpoint(saved);
    if (resume && 'failed' in resume) throw new Error(resume.failed);
    if (resume) lines.length = resume.header.metrics;
    let asked = 0;
    const signal = {
      get aborted() {
        return ++asked > stop;
      },
    };
    const onEvent = (event: Event): void => {
      const line = toMetricsLine(event);
      if (line) lines.push(line);
    };
    const result = await runProgram(program, {
      engine,
      seed: 5,
      resume,
      store,
      signal,
      onEvent,
      checkpointEverySeconds,
    });
    if (result.stopped.reason !== 'interrupted') return { result, lines };
  }
  throw new Error('never finished');
};

const same = async (program: Program, stops: readonly number[]): Promise<void> => {
  const once = await inPieces(program, []);
  const pieces = await inPieces(program, stops);
  expect(pieces.lines).toEqual(once.lines);
  const { seconds: _a, ...a } = once.result;
  const { seconds: _b, ...b } = pieces.result;
  expect(b).toEqual(a);
};

const data = [p.regressionData('tr', 95), p.regressionData('ev', 40, 9)];

describe('a run that is stopped and resumed', () => {
  const variables = p.adamVariables();
  const shows: Show[] = [
    { name: 'way', kind: 'curve', stage: 's', graph: p.named({ value: p.w }), feeds: [], every: 7, span: p.span(0) },
  ];
  const folds = [
    p.train(p.adam('tr', 10, 60, 95)),
    p.evaluate([p.mse('ev', 40)], 'a'),
    { kind: 'restart' as const },
    p.train(p.adam('tr', 10, 31, 95)),
    p.evaluate([p.mse('ev', 40)], 'b'),
  ];
  const training = p.program([p.stage('s', variables, folds, { seeds: 2 })], variables, data, shows);

  it.each([[[1]], [[13]], [[5, 1, 1, 8]], [[62, 40]], [[100, 33, 20]]])('at %j is the run that was not', (stops) =>
    same(training, stops),
  );

  it('with players at their own paces too', async () => {
    const u = ir.input('var:u', 'float32', []);
    const v = ir.input('var:v', 'float32', []);
    const both = [p.variable('u', [], p.normal([])), p.variable('v', [], p.normal([]))];
    const noise = p.normal([], 3);
    const player = (name: string, id: string, from: typeof u, every: number) => ({
      name,
      graph: p.named({ loss: ir.mul(u, v), [`var:${id}`]: ir.add(ir.mul(from, ir.scalar(0.9)), noise) }),
      feeds: [],
      every,
      sense: 'maximize' as const,
    });
    const solver = {
      kind: 'gradient' as const,
      players: [player('one', 'u', v, 1), player('two', 'v', u, 4)],
      steps: 30,
      stepsPerEpoch: 0,
    };
    await same(p.program([p.stage('s', both, [p.train(solver)])], both, []), [7, 3, 6]);
  });

  it('in the middle of L-BFGS goes on with its memory', async () => {
    // Rosenbrock's function of w[0], w[1], which takes some dozens of iterations.
    const one = [p.variable('w', [3], ir.array([-1.2, 1, 0]))];
    const at = (i: number) => ir.reshape(ir.sliceAxis(p.w, 0, i, 1), []);
    const [a, b] = [at(0), at(1)];
    const t = ir.sub(b, ir.square(a));
    const r = ir.sub(ir.scalar(1), a);
    const loss = ir.add(ir.mul(ir.scalar(100), ir.square(t)), ir.square(r));
    const ga = ir.sub(ir.mul(ir.scalar(-400), ir.mul(a, t)), ir.mul(ir.scalar(2), r));
    const grad = ir.stack([ga, ir.mul(ir.scalar(200), t), ir.scalar(0)]);
    const solver = {
      kind: 'lbfgs' as const,
      graph: p.named({ loss, 'grad:w': grad }),
      feeds: [],
      over: ['w'],
      sense: 'minimize' as const,
    };
    const program = p.program([p.stage('s', one, [p.train(solver)])], one, []);
    await same(program, [9, 4, 11]);
    const { result } = await inPieces(program, []);
    expect(result.variables.get('w')!.data[0]).toBeCloseTo(1, 6);
  });

  it('saves while it goes on, and what it saved is enough', async () => {
    const once = await inPieces(training, []);
    const often = await inPieces(training, [], 0);
    expect(often.lines).toEqual(once.lines);
    // A crash: the last checkpoint is that of step 40 or so, and nobody asked to stop.
    const store = memory();
    const crash = runProgram(training, {
      engine,
      seed: 5,
      store,
      checkpointEverySeconds: 0,
      onEvent: (event) => {
        if (event.type === 'checkpoint' && event.step === 40) throw new Error('crash');
      },
    });
    await expect(crash).rejects.toThrow('crash');
    const resume = readCheckpoint((await store.read())!);
    if ('failed' in resume) throw new Error(resume.failed);
    expect(resume.header.position.step).toBe(40);
    const rest = await runProgram(training, { engine, seed: 99, resume });
    expect(rest.variables).toEqual(once.result.variables);
    expect(rest.evaluations).toEqual(once.result.evaluations);
  });

  it('never overwrites a good checkpoint with one that has a NaN, and ends with the last good state', async () => {
    // u counts up; v is NaN after u = 1000.5 or so, which the log points of 3000 steps see later.
    const both = [p.variable('u', [], ir.scalar(0)), p.variable('v', [], ir.scalar(0))];
    const u = ir.input('var:u', 'float32', []);
    const next = ir.sqrt(ir.sub(ir.scalar(1002), u));
    const graph = p.named({ loss: u, 'var:u': ir.add(u, ir.scalar(1)), 'var:v': next });
    const players = [{ name: 'f', graph, feeds: [], every: 1, sense: 'minimize' as const }];
    const solver = { kind: 'gradient' as const, players, steps: 3000, stepsPerEpoch: 0 };
    const saved: number[] = [];
    const store = {
      read: () => Promise.resolve(undefined),
      write: (bytes: Uint8Array) => {
        const checkpoint = readCheckpoint(bytes);
        if ('failed' in checkpoint) throw new Error(checkpoint.failed);
        expect(checkpoint.tensors.get('var:v')!.data[0]).not.toBeNaN();
        saved.push(checkpoint.header.position.step);
        return Promise.resolve();
      },
    };
    const program = p.program([p.stage('s', both, [p.train(solver)])], both, []);
    const { stopped } = await runProgram(program, { engine, seed: 5, store, checkpointEverySeconds: 0 });
    expect(stopped).toMatchObject({ reason: 'non-finite', step: 1003, what: 'f.v', detail: 'sqrt of -1' });
    expect(saved.at(-1)).toBe(1003);
  });

  it('takes an infinity that a variable begins with for what it is', async () => {
    const best = [p.variable('best', [], ir.scalar(Infinity), 'statistic'), p.variable('u', [], ir.scalar(3))];
    const u = ir.input('var:u', 'float32', []);
    const step = ir.input('step', 'float32', []);
    const least = ir.select(ir.lt(step, ir.scalar(2)), ir.input('var:best', 'float32', []), u);
    const players = [
      { name: 'f', graph: p.named({ loss: u, 'var:best': least }), feeds: [], every: 1, sense: 'minimize' as const },
    ];
    const solver = { kind: 'gradient' as const, players, steps: 5, stepsPerEpoch: 0 };
    const { stopped, variables: left } = await runProgram(
      p.program([p.stage('s', best, [p.train(solver)])], best, []),
      { engine, seed: 1 },
    );
    expect(stopped.reason).toBe('finished');
    expect(left.get('best')!.data[0]).toBe(3);
  });

  it('is refused by another program', async () => {
    const store = memory();
    await runProgram(training, { engine, seed: 5, store, signal: { aborted: true } });
    const resume = readCheckpoint((await store.read())!);
    if ('failed' in resume) throw new Error(resume.failed);
    const { stopped } = await runProgram({ ...training, source: 'other' }, { engine, seed: 5, resume });
    expect(stopped.reason).toBe('refused');
  });
});
