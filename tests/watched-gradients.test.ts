/** Gradients that a run shows to whoever watches: those of the objective where the parameters stand, and no number of the run is another for it. */
import { describe, expect, it } from 'vitest';
import { compile } from '../compiler/compile.ts';
import type { ArrayValue } from '../compiler/ir/operations.ts';
import type { Program } from '../compiler/program.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import { toMetricsLine } from '../runtime/events.ts';
import { prepareNamed } from '../runtime/oracle.ts';
import { runProgram } from '../runtime/session.ts';

const host = nodeHost();

const compiled = async (text: string): Promise<Program> => {
  const { program, diagnostics } = await compile('spec.learn', text, host, { seed: 1 });
  if (!program) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  return program;
};

/** The last gradients and variables by the parameter's name; how often gradients were shown; lines of metrics. */
const watched = async (program: Program, watching = true) => {
  const opened = await openEngine('wasm');
  if ('failed' in opened) throw new Error(opened.failed);
  const gradients = new Map<string, ArrayValue>();
  const lines: (string | undefined)[] = [];
  let shown = 0;
  const onGradients = (found: ReadonlyMap<string, ArrayValue>): void => {
    shown++;
    for (const [id, g] of found) gradients.set(program.variables.get(id)?.name ?? id, g);
  };
  const { variables, stopped } = await runProgram(program, {
    ...{ engine: opened.engine, seed: 1, onEvent: (e) => lines.push(toMetricsLine(e)) },
    ...(watching && { watch: { everySeconds: 0, onGradients } }),
  });
  opened.engine.dispose();
  expect(stopped.reason).toBe('finished');
  const value = (name: string): ArrayValue => {
    const id = [...program.variables.values()].find((v) => v.name === name)?.id ?? '';
    return variables.get(id) as ArrayValue;
  };
  return { gradients, value, lines, shown };
};

const first = ({ data }: ArrayValue): number => data[0];

const points = [
  [1, 2],
  [2, 3],
  [3, 5],
];

const line = (rest: string, space = 'R'): string => `data D : [(R, R)] = [(1, 2), (2, 3), (3, 5)]
model Line(x: R) -> R { param a : ${space} = 0.5; param b : R; a * x + b }
minimize E[(x, y) ~ D_tr] (f(x) - y)^2 over f in Line on unsupervised(D, holdout = 0) ${rest}
`;

describe('gradients of a run', () => {
  it('are those of the objective at the last parameters', async () => {
    const { gradients, value } = await watched(await compiled(line('by sgd(0.02) for 5 steps')));
    const [a, b] = [first(value('f.a')), first(value('f.b'))];
    const slope = (of: (x: number) => number): number =>
      points.reduce((sum, [x, y]) => sum + (2 * (a * x + b - y) * of(x)) / points.length, 0);
    expect(Math.abs(slope(() => 1))).toBeGreaterThan(0.1);
    expect(first(gradients.get('f.a')!)).toBeCloseTo(
      slope((x) => x),
      4,
    );
    expect(first(gradients.get('f.b')!)).toBeCloseTo(
      slope(() => 1),
      4,
    );
  });

  it('are taken in the coordinates in which a parameter is trained', async () => {
    const program = await compiled(line('by sgd(0.02) for 5 steps', 'Positive'));
    const { gradients, value } = await watched(program);
    const variable = [...program.variables.values()].find((v) => v.name === 'f.a')!;
    const inSpace = (u: number): number => {
      const input = new Map([[`var:${variable.id}`, { ...value('f.a'), data: Float64Array.of(u) }]]);
      return first(prepareNamed(variable.value, 'float64')(input).values().next().value!);
    };
    const loss = (u: number): number =>
      points.reduce((sum, [x, y]) => sum + (inSpace(u) * x + first(value('f.b')) - y) ** 2 / points.length, 0);
    const [u, step] = [first(value('f.a')), 1e-4];
    expect(first(gradients.get('f.a')!)).toBeCloseTo((loss(u + step) - loss(u - step)) / (2 * step), 3);
  });

  it.each(['', 'by sgd(0.02), clip(0.001) for 5 steps'])('vanish at a solution only: %s', async (rest) => {
    const { gradients } = await watched(await compiled(line(rest)));
    const size = Math.hypot(first(gradients.get('f.a')!), first(gradients.get('f.b')!));
    if (rest === '') expect(size).toBeLessThan(1e-4);
    // Before the clip, which is the update's.
    else expect(size).toBeGreaterThan(1);
  });

  it('are there for every player of a game, each of its own objective', async () => {
    const game = `minimize x^2 + x * y over x in R and maximize 3 * y - y^2 + x * y over y in R by sgd(0.1) for 4 steps`;
    const { gradients, value } = await watched(await compiled(game));
    const [x, y] = ['x', 'y'].map((name) => first(value(name)));
    expect(first(gradients.get('x')!)).toBeCloseTo(2 * x + y, 5);
    // Of what is made small: the negative of what is maximised.
    expect(first(gradients.get('y')!)).toBeCloseTo(-(3 - 2 * y + x), 5);
  });

  it('change nothing in the run', async () => {
    const program = await compiled(`data D = LabelledMoons(noise = 0.15)^200
model Net(x: R[2]) ~> Class[2] = Categorical(logits = dense[2](dropout(tanh(dense[8](x)), 0.2)))
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in Net subject to eval accuracy(f, D_eval) as accuracy
  on supervised(D, holdout = 0.3) by adam(0.03) for 60 steps batch 32`);
    const [seen, unseen] = [await watched(program), await watched(program, false)];
    expect(seen.lines).toEqual(unseen.lines);
    expect(seen.shown).toBeGreaterThan(60);
    expect(unseen.shown).toBe(0);
    expect([...seen.gradients.values()].every((g) => Array.from(g.data).every(Number.isFinite))).toBe(true);
  });
});
