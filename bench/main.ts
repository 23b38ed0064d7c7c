/**
 * The benchmark: `npm run bench -- [TABLE] [WORKLOADS] [TURNS]`. Without a table all are made. Each is written beside this file, as Markdown.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format } from 'prettier';
import { countsTable } from './counts-table.ts';
import { editorTable } from './editor-table.ts';
import { growthTable } from './growth-table.ts';
import { stepsTable } from './steps-table.ts';

type Table = (workloads: readonly string[], turns: number) => Promise<string>;
const tables: Readonly<Record<string, { readonly file: string; readonly make: Table }>> = {
  steps: { file: 'RESULTS.md', make: stepsTable },
  growth: { file: 'GROWTH.md', make: growthTable },
  counts: { file: 'COUNTS.md', make: countsTable },
  editor: { file: 'EDITOR.md', make: editorTable },
};

const [table = 'all', names = 'all', turns = '9'] = process.argv.slice(2);
const chosen = table === 'all' ? Object.keys(tables) : [table];
for (const name of chosen) {
  if (!tables[name]) throw new Error(`no table ${name}; there are ${Object.keys(tables).join(', ')}`);
  const { file, make } = tables[name];
  const text = await make(names === 'all' ? [] : names.split(','), Number(turns));
  const tidy = await format(text, { parser: 'markdown', printWidth: 140 });
  // a part of the workloads is looked at, not kept
  if (names === 'all') writeFileSync(fileURLToPath(new URL(`../../bench/${file}`, import.meta.url)), tidy);
  else console.log(tidy);
}
process.exit(0);
