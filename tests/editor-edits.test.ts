/** After any edits an editor says of a text what it would say had it never seen another one. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { forgetComputed } from '../compiler/elaborate/data/computed.ts';
import { hints } from '../editor/hints.ts';
import { hover } from '../editor/hover.ts';
import { openDocuments } from '../editor/lsp/documents.ts';
import { problems } from '../editor/problems.ts';
import type { View } from '../editor/view.ts';
import { generator, mutated, smallHost } from './fuzz.ts';

const folder = `${process.cwd()}/examples`;
const file = `${folder}/edited.learn`;
const host = smallHost();

const said = (view: View | undefined) => {
  if (!view) throw new Error('overtaken');
  const places = Array.from({ length: Math.ceil(view.text.length / 20) }, (_, i) => i * 20);
  return { problems: problems(view), hints: hints(view), hovers: places.map((at) => hover(view, at)?.markdown) };
};

const answer = async (text: string, documents = openDocuments(host)) => {
  await documents.change(file, text);
  return said(await documents.settled(file));
};

/** The last letter of a word is gone, as while it is typed. */
const cut = (text: string, random: (below: number) => number): string => {
  const ends = [...text.matchAll(/(?<=[\p{L}\d])(?![\p{L}\d])/gu)].map((m) => m.index);
  const at = ends[random(ends.length)];
  return text.slice(0, at - 1) + text.slice(at);
};

const examples = readdirSync(folder).filter((f) => f.endsWith('.learn'));
const shared = openDocuments(host);

describe('edits of', () => {
  test.each(examples.map((name, i) => [name, i] as const))('%s', async (name, i) => {
    const random = generator(i + 1);
    const text = readFileSync(`${folder}/${name}`, 'utf8');
    const edits = [text, mutated(text, random), `-- moved\n${text}`, cut(text, random)];
    const incremental = [];
    for (const now of edits) incremental.push(await answer(now, shared));
    for (const [k, now] of edits.entries()) {
      forgetComputed();
      expect(incremental[k]).toEqual(await answer(now));
    }
  });
});

test('a quick answer differs from the settled one only in what rows hold', async () => {
  const wrong = 'data D : [R] = [sum[j < 90] sqrt(i - j) for i < 3000 if i > 40]\nlet n = foo\n';
  const documents = openDocuments(host);
  await documents.change(file, wrong);
  const codes = (view: View | undefined) => view?.compilation?.diagnostics.map((d) => d.code);
  expect(codes(await documents.compiled(file))).toEqual(['L0201']);
  expect(codes(await documents.settled(file))).toEqual(['L0502', 'L0201']);
  expect(codes(documents.view(file))).toEqual(['L0502', 'L0201']);
});
