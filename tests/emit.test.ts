/** What `learn compile` prints, on programs written by hand: which graphs there are, and plans as text. */
import { describe, expect, test } from 'vitest';
import { graphsOf } from '../compiler/emit/graphs.ts';
import { bytesText, printPlan } from '../compiler/emit/plan.ts';
import { printTree } from '../compiler/emit/tree.ts';
import { printSpaces, spacesOf } from '../compiler/emit/types.ts';
import * as ir from '../compiler/ir/build.ts';
import { printGraph } from '../compiler/ir/print.ts';
import { optimise } from '../compiler/passes/index.ts';
import { plan } from '../compiler/plan.ts';
import type { Span } from '../grammar/span.ts';
import type { Module } from '../grammar/tree/declarations.ts';
import * as p from './session-programs.ts';

const trained = p.train(p.sgd('tr', 10, 50, 100), 'train');
const evaluated = p.evaluate([p.mse('ev', 40)], 'fold 1');
const program = p.program(
  [p.stage('s', p.adamVariables(), [trained, evaluated, { kind: 'restart' }, trained, evaluated])],
  p.adamVariables(),
  [],
);

describe('graphs of a program', () => {
  test('what is trained and what is evaluated, shared graphs once', () => {
    const titles = (whole: boolean) => graphsOf(program, whole).map((g) => `${g.stage}: ${g.title}`);
    expect(titles(false)).toEqual(['problem: minimize over f', 'problem: eval mse (fold 1)']);
    expect(titles(true)).toEqual(['problem: step f', 'problem: eval mse (fold 1)']);
  });
  test('an objective has no update in it, a step has', () => {
    const [objective] = graphsOf(program, false);
    const [step] = graphsOf(program, true);
    expect(objective.graph.outputs.map((o) => o.name)).toEqual(['loss']);
    expect(step.graph.outputs.map((o) => o.name)).toEqual(['loss', 'var:w', 'var:b']);
    expect(printGraph(optimise(objective.graph))).toMatch(/^a : float32\[/);
  });
});

test('a plan: slots with types, what dies where, loop bodies, peak memory', () => {
  const x = ir.input('x', 'float32', [2]);
  const e = ir.exp(x);
  const out = ir.sum(ir.mul(e, ir.add(e, ir.array([1, 2]))), [0]);
  expect(printPlan(plan(p.named({ value: out })))).toBe(
    [
      '%0 : float32[2] = input x',
      '%1 : float32[2] = constant {1, 2}',
      '%2 : float32[2] = exp %0',
      '%3 : float32[2] = add %2 %1',
      '%4 : float32[2] = mul %2 %3   free %2 %3',
      '%5 : float32[] = sum[axes=0] %4   free %4',
      '-> value = %5',
      '4 instructions, 24 B at most at once, 28 B in all',
    ].join('\n'),
  );
});

test('bytes in the unit that fits', () =>
  expect([999, 1000, 1.5e6, 2e9].map(bytesText)).toEqual(['999 B', '1 kB', '1.5 MB', '2 GB']));

test('the tree: kinds with names and literals, parts below', () => {
  const span: Span = { file: 'a.learn', start: 0, end: 1 };
  const module: Module = {
    kind: 'module',
    span,
    declarations: [
      {
        kind: 'let',
        span,
        pattern: { kind: 'name', name: 'x', span },
        relation: '=',
        value: {
          ...{ kind: 'binary', op: '+', span },
          left: { kind: 'number', value: 1000, text: '1_000', span },
          right: { kind: 'string', value: 'a "b"', span },
        },
      },
    ],
  };
  expect(printTree(module)).toBe(
    ['let =', '  pattern: name x', '  value: binary +', '    left: number 1_000', '    right: string "a \\"b\\""'].join(
      '\n',
    ),
  );
});

test('spaces, in the order of the source, each said once', () => {
  const source = 'let birds = penguins()\nlet n = size(birds)\n';
  const at = (start: number, end: number, space: string) => ({ span: { file: 'a', start, end }, space });
  const found = [
    at(31, 42, 'Nat'),
    at(4, 9, '[R]'),
    at(4, 9, '[R]'),
    { ...at(0, 1, 'R'), span: { file: 'b', start: 0, end: 1 } },
  ];
  expect(printSpaces(spacesOf(found, 'a', source))).toBe('1:5  birds        [R]\n2:9  size(birds)  Nat');
});
