/** A spec with mistakes, as `learn check` shows it: data and modules beside it lie in tests/fixtures/errors. */
import { join } from 'node:path';
import { compile } from '../compiler/compile.ts';
import type { Compilation } from '../compiler/compile.ts';
import { render } from '../grammar/diagnostics.ts';
import { nodeHost } from '../runtime/data/node-host.ts';

const folder = join(process.cwd(), 'tests', 'fixtures', 'errors');
const file = join(folder, 'spec.learn');

export const checked = (source: string): Promise<Compilation> => compile(file, source, nodeHost(), { seed: 1 });

/** Every diagnostic, files named as the user would see them. */
export const rendered = ({ diagnostics, sources }: Compilation): string =>
  diagnostics.map((d) => render(d, sources).replaceAll(`${folder}/`, '')).join('\n\n');
