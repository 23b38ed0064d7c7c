/** Rows whose class is none: named by file, line and column, whether or not the set says its space. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { nodeHost } from '../runtime/data/node-host.ts';

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
