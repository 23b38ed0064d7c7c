/** Classes in data: rows whose class is none are named by file, line and column; arrays of classes are read like other arrays. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { measures } from './specs-harness.ts';

const spec = `data D = [([r.a], class[2](r.y)) for r in csv("rows.csv")]
model M(x: R[1]) ~> Class[2] = classifier[2](x)
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in M on supervised(D, holdout = 0)
`;

test.each([
  ['7', 'rows.csv, line 3: `y` is 7, which is not in Class[2]'],
  ['1.5', 'rows.csv, line 3: `y` is 1.5, which is not in Class[2]'],
  ['-1', 'rows.csv, line 3: `y` is -1, which is not in Class[2]'],
  ['', 'rows.csv, line 3: `y` is missing, which is not in Class[2]'],
])('class[2] of %j', async (cell, message) => {
  const folder = mkdtempSync(join(tmpdir(), 'learn-classes-'));
  writeFileSync(join(folder, 'rows.csv'), `a,y\n1,0\n2,${cell}\n3,1\n4,1\n`);
  const { diagnostics } = await compile(join(folder, 'spec.learn'), spec, nodeHost(), {});
  rmSync(folder, { recursive: true });
  expect(diagnostics.map((d) => d.message)).toEqual([message]);
});

test('classes are chosen by an array of places', async () => {
  const found = await measures(`data D = [[class[6](i mod 6), class[6](0), class[6](5)] for i < 12]
minimize a^2 over a in R
  subject to eval E[z ~ D] sum[k < 6] (if z[[2, 0]][1] == class[6](k) then k else 0) as first,
    eval E[z ~ D] (if z[[2, 0]][0] == class[6](5) then 1 else 0) as last`);
  expect(found).toEqual({ first: 2.5, last: 1 });
});

test('a model may end in an array of distributions, of any number of dimensions: a label for every pixel', async () => {
  const found = await measures(`
data D : [(R, Class[2][2, 3])] = [(0, [[class(1), class(0), class(1)], [class(1), class(1), class(0)]]), (1, [[class(1), class(1), class(1)], [class(1), class(1), class(0)]])]
model F(x: R) ~> Class[2][2, 3] { param c : R = 0; [[Categorical(logits = [0, c]) for j < 3] for i < 2] }
minimize E[(x, y) ~ D_tr] -log f(y | x) over f in F
  subject to eval f.c as c, eval E[(x, y) ~ D_eval] -log f(y | x) as nll, eval E[(x, y) ~ D_eval] mean(mode(f(x)) == y) as right
  on supervised(D, holdout = 0)`);
  // 9 of 12 labels are 1
  expect(found.c).toBeCloseTo(Math.log(3), 4);
  expect(found.nll).toBeCloseTo(-6 * (0.75 * Math.log(0.75) + 0.25 * Math.log(0.25)), 4);
  expect(found.right).toBeCloseTo(0.75, 6);
});
