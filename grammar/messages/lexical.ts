/** Characters, spellings from other languages, strings and brackets. */
import { message } from '../diagnostics.ts';

/** What a character of another language's habits should have been. */
const hints: Readonly<Record<string, string>> = {
  "'": 'strings are written in double quotes: `"..."`; a prime may only follow a name: `x\'`',
  '`': 'strings are written in double quotes: `"..."`',
  '“': 'strings are written in straight double quotes: `"..."`',
  '”': 'strings are written in straight double quotes: `"..."`',
  '?': 'a choice is written `if c then a else b`',
  '&': 'conditions are joined by `and`',
  '!': 'a condition is reversed by `not`',
  $: 'a name is written without `$`',
  '∞': 'infinity is the number `inf`',
  '×': 'a product is written `*`, a matrix product `@`',
  '÷': 'a quotient is written `/`',
  '²': 'a power is written `^`: `x^2`',
  '√': 'a root is written `sqrt(x)`',
};

export const lexical = {
  L0102: message<{ sign: string }>({
    severity: 'error',
    title: 'unknown character',
    text: ({ sign }) => `\`${sign}\` means nothing in Learn`,
    help: ({ sign }) => hints[[...sign][0] ?? ''],
    explanation:
      'The file contains a character that no part of the language uses. It was skipped, and reading went on behind it. ' +
      'Letters of any script may be used in names; apart from them there are only the signs of the reference of the syntax.',
  }),
  L0103: message<object>({
    severity: 'error',
    title: 'unclosed string',
    text: () => 'this string has no closing `"` on its line',
    help: () => 'close it with `"`; a line end inside a string is written `\\n`',
    explanation:
      'A string begins and ends with `"` on one line. The rest of the line was read as the string. ' +
      'Write `\\"` for a quotation mark inside a string and `\\n` for a line end.',
  }),
  L0104: message<{ written: string; meant: string }>({
    severity: 'error',
    title: 'spelling from another language',
    text: ({ written, meant }) => `\`${written}\` is written \`${meant}\` in Learn`,
    help: ({ written, meant }) =>
      written === '//' ? 'write `/` for a quotient, `--` for a comment' : `write \`${meant}\``,
    explanation:
      'Many languages write powers as `**`, definitions as `:=`, conjunction as `&&`, remainders as `%` and comments as `//`. ' +
      'Learn has one spelling for each, the one of mathematics where there is one. ' +
      'The file was read as if it had been used.',
  }),
  L0105: message<{ open: string; close: string }>({
    severity: 'error',
    title: 'bracket left open',
    text: ({ open, close }) => `this \`${open}\` is never closed: \`${close}\` is missing`,
    label: ({ close }) => `\`${close}\` was expected here at the latest`,
    help: ({ close }) => `add \`${close}\``,
    explanation:
      'Every `(`, `[` and `{` needs its partner. ' +
      'Where a bracket is left open, the indentation tells the place where it should have been closed at the latest: ' +
      'there the next statement or declaration begins. The file was read as if it had been closed there.',
  }),
  L0106: message<{ close: string; open: string | undefined }>({
    severity: 'error',
    title: 'bracket that closes nothing',
    text: ({ close, open }) =>
      open ? `\`${close}\` cannot close \`${open}\`` : `\`${close}\` closes nothing: no such bracket is open`,
    help: ({ close }) => `remove \`${close}\`, or open its partner before it`,
    explanation:
      'A closing bracket must match the bracket opened last: `)` closes `(`, `]` closes `[`, `}` closes `{`. ' +
      'Often one bracket too many was typed, or two kinds were mixed up.',
  }),
  L0125: message<{ digits: string }>({
    severity: 'error',
    title: 'number without its digit',
    text: () => 'a number has digits on both sides of its point',
    help: ({ digits }) => `write \`${digits}\``,
    explanation:
      'Numbers are written `0.5`, not `.5`, and `1.0` or `1`, not `1.`. ' +
      'The point also reads fields, as in `r.age`, and `1..40` is a range; with a digit on both sides there is no doubt.',
  }),
  L0126: message<{ sign: string }>({
    severity: 'error',
    title: 'comment of another language',
    text: ({ sign }) => `a comment begins with \`--\`, not with \`${sign}\``,
    help: () => 'write `--`, or `---` for documentation of the next declaration',
    explanation:
      'Comments begin with `--` and reach to the end of the line. ' +
      '`#` pushes a distribution forward, as in `g # prior`, and `/* */` has no meaning.',
  }),
};
