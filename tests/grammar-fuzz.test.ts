/** Broken texts: no exception, an end, every span inside the file, and every error of a file in one run. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, parseExpression } from '../grammar/parse.ts';
import { format } from '../grammar/print.ts';

const folder = new URL('../examples/', import.meta.url).pathname;
const specs = readdirSync(folder)
  .filter((f) => f.endsWith('.learn'))
  .map((f) => readFileSync(folder + f, 'utf8'));

/** A small generator with a fixed seed: the same texts at every run. */
const generator = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const inserted = [
  '\n',
  '\n  ',
  '"',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '=',
  '~',
  '->',
  '~>',
  ',',
  ';',
  ':',
  '|',
  '||',
  '.',
  '..',
];
const words = [
  'let',
  'def',
  'over',
  'E[',
  'if',
  'then',
  'for',
  'by',
  'subject',
  'param',
  'minimize',
  '1.5',
  '?',
  '\u0000',
];

const mutate = (text: string, random: (below: number) => number): string => {
  const tokens = text.split(/(\s+|[()[\]{},;]|\b)/).filter((t) => t !== '');
  for (let n = 1 + random(4); n > 0; n--) {
    const [i, j] = [random(tokens.length), random(tokens.length)];
    const extra = [...inserted, ...words];
    const edits = [
      () => tokens.splice(i, 1),
      () => ([tokens[i], tokens[j]] = [tokens[j]!, tokens[i]!]),
      () => tokens.splice(i, 0, tokens[j]!),
      () => tokens.splice(i, 0, extra[random(extra.length)]!),
      () => tokens.splice(i, 1 + random(20)),
    ];
    edits[random(edits.length)]!();
  }
  return tokens.join('');
};

const check = (text: string): void => {
  const { diagnostics, module, comments } = parse(text, 'f.learn');
  const spans = [module.span, ...comments.map((c) => c.span), ...diagnostics.map((d) => d.span!)];
  const all = [
    ...spans,
    ...diagnostics.flatMap((d) => [...d.notes.flatMap((n) => n.span ?? []), ...d.fixes.map((f) => f.span)]),
  ];
  for (const { start, end } of all) {
    if (!(start >= 0 && start <= end && end <= text.length)) throw new Error(`span ${start}-${end} outside:\n${text}`);
  }
};

describe('mutations', () => {
  test.each(specs.map((text, i) => [i, text] as const))('of spec %d', (i, text) => {
    const random = generator(i + 1);
    for (let n = 0; n < 60; n++) check(mutate(text, random));
  });

  test('formatting leaves a text with errors alone, and never fails', async () => {
    const random = generator(99);
    for (let n = 0; n < 60; n++) {
      const text = mutate(specs[n % specs.length]!, random);
      const formatted = await format(text, { symbols: 'keep', file: 'f.learn' });
      if (parse(text, 'f.learn').diagnostics.length > 0) expect(formatted).toBe(text);
      else expect(parse(formatted, 'f.learn').diagnostics).toEqual([]);
    }
  });
});

describe('deep nesting and long chains', () => {
  const parts = [
    '(',
    '[',
    '{',
    'f(',
    'x -> ',
    'not ',
    '-',
    '1 - ',
    '1^',
    'if a then b else ',
    'R -> ',
    'minimize ',
    'log ',
    'E[x ~ ',
    '{ x = ',
  ];
  const tails = ['', '1', 'x'];
  test.each(parts)('%s', (part) => {
    for (const tail of tails) {
      for (const count of [50, 3000]) {
        const text = part.repeat(count) + tail;
        check(`let x = ${text}`);
        expect(() => parseExpression(text, 'e')).not.toThrow();
      }
    }
  });
  test.each(['x[0]', 'f(x)', 'r.a'])('a long row of %s', (part) => {
    const text = `let x = y${part.slice(1).repeat(4000)}`;
    check(text);
    expect(parse(text, 'f').diagnostics.map((d) => d.code)).toContain('L0130');
  });
  test('nobody who writes by hand meets the limit', () => {
    const text = `let x = ${'f('.repeat(45)}x${')'.repeat(45)}\nlet y = ${'x + '.repeat(400)}x`;
    expect(parse(text, 'f').diagnostics).toEqual([]);
  });
});

describe('one run reports every error', () => {
  test('in different statements', () => {
    const text =
      'let a = f(1 2)\nmodel M(x) {\n  y = x +\n  param w = 0\n  z ~ \n  x\n}\nminimize L for f in M\nlet b = (3\nlet c = 4';
    expect(parse(text, 'f').diagnostics.map((d) => d.code)).toEqual([
      'L0112',
      'L0111',
      'L0146',
      'L0111',
      'L0108',
      'L0105',
    ]);
  });
  test('in different brackets of one statement', () => {
    const text = 'let a = f(1 2) + g(x = ) + [3 4]';
    expect(parse(text, 'f').diagnostics.map((d) => d.code)).toEqual(['L0112', 'L0111', 'L0112']);
  });
});

describe('speed', () => {
  test('two hundred lines take milliseconds', () => {
    const text = specs.join('\n').split('\n').slice(0, 200).join('\n');
    for (let n = 0; n < 5; n++) parse(text, 'f');
    const times = Array.from({ length: 9 }, () => {
      const start = performance.now();
      parse(text, 'f');
      return performance.now() - start;
    }).sort((a, b) => a - b);
    // About 4 ms on a quiet machine; the bound leaves room for busy ones.
    expect(times[0]).toBeLessThan(40);
  });
});
