/**
 * Golden cases: one Markdown file a case, the source and its results together, reviewed in the diff. A case begins with its
 * claim; each section is a heading and a fenced block. With LEARN_UPDATE=1 the results are rewritten, SOURCE never.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';

export interface Case {
  /** The file's name without `.md`: the claim in short. */
  readonly name: string;
  readonly path: string;
  /** What stands before the first section. */
  readonly claim: string;
  readonly sections: ReadonlyMap<string, string>;
}

/** What a case gives: sections by name; an empty one is left out of the file. */
export type Results = Readonly<Record<string, string>>;

const updating = process.env.LEARN_UPDATE === '1';

const folderOf = (area: string): string => join(import.meta.dirname, 'golden', area);

const languages: Readonly<Record<string, string>> = { SOURCE: 'learn', FORMATTED: 'learn', UNICODE: 'learn' };

export const readCase = (path: string): Case => {
  const text = readFileSync(path, 'utf8');
  const sections = new Map<string, string>();
  const pattern = /^## ([A-Z ]+)\n\n(````*)[a-z]*\n([\s\S]*?)^\2$/gm;
  for (const [, name, , body] of text.matchAll(pattern)) sections.set(name!, body!);
  const claim = text.split(/^## /m)[0]!.trim();
  return { name: basename(path, '.md'), path, claim, sections };
};

export const casesOf = (area: string): readonly Case[] =>
  readdirSync(folderOf(area))
    .filter((f) => f.endsWith('.md'))
    .sort()
    .map((f) => readCase(join(folderOf(area), f)));

const withEnd = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

/** A fence longer than any in the text. */
const fenced = (name: string, body: string): string => {
  const longest = Math.max(2, ...[...body.matchAll(/`+/g)].map((m) => m[0].length));
  const fence = '`'.repeat(longest + 1);
  return `## ${name}\n\n${fence}${languages[name] ?? ''}\n${body}${fence}\n`;
};

const write = (c: Case, results: Results): void => {
  const names = ['SOURCE', ...Object.keys(results).filter((n) => results[n] !== '')];
  const body = (n: string): string => withEnd(n === 'SOURCE' ? (c.sections.get(n) ?? '') : results[n]!);
  writeFileSync(c.path, `${c.claim}\n\n${names.map((n) => fenced(n, body(n))).join('\n')}`);
};

/** A test for every case of the area: what `run` makes of its source is what the case says. */
export const golden = (area: string, run: (source: string, c: Case) => Results | Promise<Results>): void => {
  describe(`golden/${area}`, () => {
    test.each(casesOf(area).map((c) => [c.name, c] as const))('%s', async (_, c) => {
      const source = c.sections.get('SOURCE');
      if (source === undefined) throw new Error(`${c.path} has no SOURCE`);
      const results = await run(source, c);
      if (updating) return write(c, results);
      const expected = Object.fromEntries([...c.sections].filter(([name]) => name !== 'SOURCE'));
      const found = Object.entries(results).flatMap(([n, text]) => (text === '' ? [] : [[n, withEnd(text)]]));
      expect(Object.fromEntries(found)).toEqual(expected);
    });
  });
};
