/**
 * The docs cannot rot: blocks of Learn parse, and compile where they are whole specs; command lines name commands, options and files
 * that exist; links lead somewhere; generated pages are what the program would write now.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArguments } from '../cli/arguments.ts';
import { codeEntries } from '../cli/reference/codes.ts';
import { distributions } from '../cli/reference/families.ts';
import { docsParts } from '../grammar/docs.ts';
import { generatedFolders, referencePages } from '../cli/reference/pages.ts';
import { commands } from '../cli/main.ts';
import { compile } from '../compiler/compile.ts';
import { problemsOf } from '../compiler/explain.ts';
import { render } from '../grammar/diagnostics.ts';
import { parse, parseExpression } from '../grammar/parse.ts';
import type { Expr } from '../grammar/tree/expressions.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { checked, rendered } from './errors-harness.ts';
import { expectationOf } from './distributions-harness.ts';
import { root } from './fixtures/process.ts';
import { openDesk } from './fixtures/terminal.ts';

const pages = [
  join(root, 'README.md'),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.md'))
    .map((f) => join(root, 'docs', f)),
];

interface Block {
  readonly page: string;
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

/** Fenced blocks, also those inside lists. */
const blocksOf = (page: string): Block[] => {
  const source = readFileSync(page, 'utf8');
  return [...source.matchAll(/^( *)```([^\n]*)\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const [, indent, language, text] = match;
    const line = source.slice(0, match.index).split('\n').length;
    return { page, line, language: language.trim(), text: text.replace(new RegExp(`^${indent}`, 'gm'), '') };
  });
};
const blocks = pages.flatMap(blocksOf);
const titled = (list: readonly Block[]): [string, Block][] =>
  list.map((b) => [`${relative(root, b.page)}:${b.line}`, b]);

describe('Learn in the docs', () => {
  const learn = titled(blocks.filter((b) => /^learn( fragment)?$/.test(b.language)));
  test('is there', () => expect(learn.length).toBeGreaterThan(15));
  test.each(learn)('%s', async (_, { page, language, text }) => {
    // Data files of a block lie beside its page.
    const file = join(dirname(page), `${basename(page, '.md')}.learn`);
    const { module, diagnostics, sources } = await compile(file, text, nodeHost(), {});
    const whole = language !== 'learn fragment' && problemsOf(module).length > 0;
    const wrong = diagnostics.filter((d) => d.severity === 'error' && (whole || d.code.startsWith('L01')));
    expect(wrong.map((d) => render(d, sources)).join('\n\n')).toBe('');
  });
  test('the README opens with the first example', () => {
    const [first] = blocks.filter((b) => b.page === join(root, 'README.md') && b.language === 'learn');
    expect(first.text).toBe(readFileSync(join(root, 'examples/01-penguins.learn'), 'utf8'));
  });
});

describe('the tour', { timeout: 240_000 }, () => {
  const page = join(root, 'docs/tour.md');
  const desk = openDesk();
  afterAll(() => desk.remove());
  const steps = blocksOf(page).filter((b) => b.language === 'learn');
  test('changes a letter at a time, ten times', () => expect(steps.length).toBe(10));
  test.each(titled(steps))('%s meets its threshold', async (_, { text }) => {
    writeFileSync(join(desk.folder, 'tour.learn'), text);
    const { code, out } = await desk.learn('run', 'tour.learn', '--check', '--quiet');
    expect(out).toContain('✓ met');
    expect(code).toBe(0);
  });
});

describe('mistakes in the docs', () => {
  const mistakes = titled(blocks.filter((b) => b.language === 'learn mistake'));
  test('every diagnostic has one on its page', () => {
    const shown = new Set(mistakes.map(([, b]) => basename(b.page, '.md')));
    expect(codeEntries().filter(({ code }) => !shown.has(code))).toEqual([]);
  });
  test.each(mistakes)('%s gets what stands under it', async (_, { page, text }) => {
    const said = rendered(await checked(text));
    const under = blocksOf(page).filter((b) => b.language === 'text' && /^\w+\[L\d+\]/.test(b.text));
    const own =
      under[
        blocksOf(page)
          .filter((b) => b.language === 'learn mistake')
          .findIndex((b) => b.text === text)
      ];
    for (const one of own.text.trimEnd().split(/\n\n(?=\w+\[)/)) {
      expect(one).toMatch(new RegExp(`^(error|warning)\\[${basename(page, '.md')}\\]`));
      expect(said).toContain(one);
    }
  });
});

test('what the README shows of a run is what the run says', { timeout: 120_000 }, async () => {
  const [shown] = blocks.filter((b) => b.page === join(root, 'README.md') && b.text.startsWith('$ npx learn run '));
  const [command, ...lines] = shown.text.trimEnd().split('\n');
  const desk = openDesk();
  const [, ...argv] = words(command.replace('$ npx ', ''));
  const { code, out } = await desk.learn(...argv.map((a) => (a.startsWith('examples/') ? join(root, a) : a)));
  desk.remove();
  expect(code).toBe(0);
  // The README is read at another width.
  const flat = (text: string): string => text.replace(/\s+/g, ' ');
  expect(flat(out)).toContain(flat(lines.join('\n')));
});

/** Words of a command line, with quotes; comments behind `#` fall away. */
const words = (line: string): string[] =>
  [...line.replace(/\s+#.*$/, '').matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);

describe('command lines in the docs', () => {
  const lines = blocks
    .filter((b) => b.language === 'sh')
    .flatMap((b) =>
      b.text
        .split('\n')
        .flatMap((l) => l.split('&&'))
        .map((l) => ({ ...b, text: l.trim() })),
    )
    .filter((b) => /^(npx )?learn /.test(b.text));
  test('are there', () => expect(lines.length).toBeGreaterThan(5));
  test.each(lines.map((b) => [b.text, b] as const))('%s', async (text) => {
    const [name, ...argv] = words(text.replace(/^npx /, '').replace(/^learn /, ''));
    if (name === 'help') return expect(argv.every((a) => a in commands || /^(COMMAND|L\d{4})$/.test(a))).toBe(true);
    expect(Object.keys(commands)).toContain(name);
    // `learn run FILE`: a usage line has placeholders.
    const { files } = readArguments(name, argv, (await commands[name].load()).options);
    for (const file of files.filter((f) => /^examples\/[^*]*$/.test(f)))
      expect(existsSync(join(root, file)), file).toBe(true);
  });
});

describe('what `learn eval` is said to print', () => {
  const said = blocks
    .filter((b) => b.language === 'sh')
    .flatMap((b) => [...b.text.matchAll(/^learn eval '([^']+)' +# (.+)$/gm)].map(([, text, value]) => [text, value]));
  test('is on many pages', () => expect(said.length).toBeGreaterThan(60));
  test.each(said)('%s is %s', async (text, value) => {
    const [seen, expected] = [await expectationOf(text), await expectationOf(value)];
    expect(seen.length).toBe(expected.length);
    expected.forEach((x, i) => expect(Math.abs(seen[i] - x)).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(x))));
  });
});

describe('the log density on the page of a distribution is what the library computes', async () => {
  const shown = (await distributions()).flatMap(({ entry, instance }) => {
    const { formula } = docsParts(entry.docs.join('\n'));
    return formula === undefined ? [] : [[entry, instance, formula.text] as const];
  });
  test('is on most pages', () => expect(shown.length).toBeGreaterThan(20));
  /** `mean = 0; sd = 2` for Normal(0, 2). */
  const bindings = (signature: string, instance: string): string => {
    const given = parseExpression(instance, 'docs').expr;
    if (given?.kind !== 'call') throw new Error(instance);
    const text = `${signature} = 0`;
    const [declared] = parse(text, 'docs').module.declarations;
    if (declared.kind !== 'def') throw new Error(signature);
    return (declared.params ?? [])
      .map(({ pattern, default: usual }, i) => {
        const name = pattern.kind === 'name' ? pattern.name : '_';
        const arg = given.args.find((g) => g.name?.text === name) ?? (given.args[i]?.name ? undefined : given.args[i]);
        const cut = (from: string, e: Expr | undefined): string =>
          e ? from.slice(e.span.start, e.span.end) : 'missing';
        return `${name} = ${arg ? cut(instance, arg.value) : cut(text, usual)}`;
      })
      .join('; ');
  };
  test.each(shown.map(([entry, instance, formula]) => [instance, entry, formula] as const))(
    '%s',
    async (instance, entry, formula) => {
      const own = bindings(entry.signatures[0], instance);
      for (const seed of [1, 2, 3]) {
        const [gap] = await expectationOf(
          `{ ${own}; Q = ${instance}; y ~ Q; f = x -> (${formula}); f(y) - log Q(y) }`,
          seed,
        );
        expect(Math.abs(gap)).toBeLessThan(1e-6);
      }
    },
  );
});

describe('links', () => {
  const links = pages.flatMap((page) =>
    [
      ...readFileSync(page, 'utf8')
        .replace(/```[\s\S]*?```|`[^`\n]*`/g, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ]
      .map(([, target]) => target)
      .filter((target) => !/^https?:/.test(target))
      .map((target) => (target.startsWith('#') ? `${basename(page)}${target}` : target))
      .map((target): [string, string] => [`${relative(root, page)} -> ${target}`, join(dirname(page), target)]),
  );
  /** As GitHub names headings. */
  const anchorsOf = (page: string): string[] =>
    [...readFileSync(page, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );
  test.each(links)('%s', (_, target) => {
    const [file, anchor] = target.split('#');
    expect(existsSync(file)).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(file)).toContain(anchor);
  });
});

describe('reference pages', { timeout: 240_000 }, () => {
  let made: ReadonlyMap<string, string>;
  beforeAll(async () => {
    made = await referencePages();
  }, 240_000);
  test('are what `npm run docs` would write now', () => {
    const stale: string[] = [];
    for (const [name, text] of made) {
      const path = join(root, 'docs/reference', name);
      if (!existsSync(path) || readFileSync(path, 'utf8') !== text) stale.push(name);
    }
    expect(stale).toEqual([]);
  });
  test('no page is left of what is no more', () => {
    for (const folder of generatedFolders)
      for (const file of readdirSync(join(root, 'docs/reference', folder)))
        expect(made.has(`${folder}/${file}`), file).toBe(true);
  });
  test('every code has a title and an explanation in sentences', () => {
    for (const { code, title, explanation } of codeEntries()) {
      expect(title, code).toMatch(/^[^.]{3,80}$/);
      expect(explanation, code).toMatch(/^[A-Z`].{20,}[.`?)]$/s);
    }
  });
  test('decisions are all in their index', () => {
    const folder = join(root, 'docs/decisions');
    const index = readFileSync(join(folder, 'README.md'), 'utf8');
    for (const file of readdirSync(folder).filter((f) => f !== 'README.md')) {
      expect(index).toContain(`(${file})`);
      const title = readFileSync(join(folder, file), 'utf8').split('\n')[0].replace('# ', '');
      expect(index).toContain(`[${title}]`);
    }
  });
});
