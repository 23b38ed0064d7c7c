/** Declarations, bodies and protocols. */
import { message } from '../diagnostics.ts';

export const declarations = {
  L0110: message<{ what: string; found: string; block: boolean }>({
    severity: 'error',
    title: '`=` left out',
    text: ({ what, found }) => `${what} needs \`=\` here: ${found} comes instead`,
    help: ({ what, block }) =>
      block
        ? 'write `= e`, or a block `{ ... }`'
        : what === 'a picture'
          ? 'write `show name = e as images`'
          : undefined,
    explanation:
      'What a declaration stands for follows behind `=`. The body of a `def` or `model` may also be a block in braces, whose last line is the value.',
  }),
  L0119: message<{ what: 'name' | 'draw' | 'function' | 'param' | 'expression' }>({
    severity: 'error',
    title: 'statement outside a body',
    text: ({ what }) =>
      ({
        name: 'a name of the file is introduced by `let`',
        draw: 'a name of the file is introduced by `let`',
        function: 'a function of the file is introduced by `def`',
        param: 'a `param` stands in the body of a model',
        expression: 'an expression by itself does nothing here',
      })[what],
    help: ({ what }) =>
      ({
        name: 'write `let x = ...`',
        draw: 'write `let x ~ ...`',
        function: 'write `def f(x) = ...`',
        param: 'write `model M(x: X) -> Y { param w : X; ... }`',
        expression: 'name it with `let x = ...`, picture it with `show x = ...`, or evaluate it with `learn eval`',
      })[what],
    explanation:
      'A file consists of declarations: space, data, let, def, model, paradigm, show, import, and problems. ' +
      'Statements such as `x = e` and `param w : X` belong in the body of one of them.',
  }),
  L0121: message<{ word: string; meant: string }>({
    severity: 'error',
    title: 'unknown word of the language',
    text: ({ word }) => `\`${word}\` is not a word of Learn`,
    help: ({ meant }) => meant,
    explanation:
      'A statement begins with a word that the language does not have: a misspelt one, or one that other languages use. ' +
      'A declaration begins with space, data, let, def, model, paradigm, show, import, minimize or maximize.',
  }),
  L0133: message<object>({
    severity: 'error',
    title: 'one space for several names',
    text: () => 'a space is given to each name, not to the pattern',
    help: () => 'write `(a: X, b: Y) = ...`',
    explanation:
      'In a body, a pattern takes a value apart, and its parts have different spaces. Each of its names may carry its own, written inside: `(a: R, b: R[2]) = f(x)`.',
  }),
  L0137: message<{ found: string }>({
    severity: 'error',
    title: 'import of another form',
    text: ({ found }) => `I cannot read this import at ${found}`,
    help: () => 'write `import { a, b as c } from "./file.learn"`',
    explanation:
      'An import lists names in braces and the file they are from: `import { cell } from "./cells.learn"`. ' +
      'Files are relative to the importing one. The standard library needs no import.',
  }),
  L0138: message<{ what: string; found: string }>({
    severity: 'error',
    title: 'body in braces missing',
    text: ({ what, found }) => `${what} is followed by a body in braces: ${found} comes instead`,
    help: () => 'write `{ ... }`',
    explanation:
      'Paradigms, their loops and `fold` have a body in braces. Indentation alone does not make a block: it only continues a statement.',
  }),
  L0139: message<{ word: string; form: string; found: string }>({
    severity: 'error',
    title: 'word of a protocol left out',
    text: ({ word, found }) => `\`${word}\` is missing: ${found} comes instead`,
    help: ({ form }) => `write \`${form}\``,
    explanation:
      'The statements of a paradigm read as sentences, and no word may be left out. They are `train on D for 1 steps`, `eval on D as name` and `collect 1 from rollout(env, f) into B`.',
  }),
  L0140: message<{ found: string }>({
    severity: 'error',
    title: 'not a statement of a protocol',
    text: ({ found }) => `${found} does not begin a statement of a paradigm`,
    help: () =>
      'there are `train on`, `eval on`, `collect`, `buffer`, `repeat`, `every`, `restart`, `for x in xs { ... }`, `if c { ... }` and `x = e`',
    explanation:
      'A paradigm says who gets which data when, in statements of its own. What is computed from the data belongs in a `def`.',
  }),
  L0142: message<{ word: string }>({
    severity: 'error',
    title: 'declaration inside a body',
    text: ({ word }) => `\`${word}\` only declares at the top of a file`,
    help: ({ word }) =>
      word === 'let'
        ? 'inside a body write `x = e` without `let`'
        : word === 'def'
          ? 'inside a body write `f(x) = e` without `def`'
          : 'move the declaration out of the body',
    explanation:
      'Bodies hold statements: `x = e`, `f(x) = e`, `z ~ P`, `param w : X`, `g in M`, and the value at the end. ' +
      'Models, spaces, data sets and paradigms are declared at the top of a file.',
  }),
  L0143: message<{ word: string }>({
    severity: 'error',
    title: 'loop in a body',
    text: ({ word }) => `there is no \`${word}\` loop in a body`,
    help: () => 'write `[e for x in xs]`, `sum[x in xs] e`, or `fold h = h0 over x in xs { ... }`',
    explanation:
      'A body describes a value. Doing something for every element is a comprehension or a big operator, and carrying a state along is a `fold`. ' +
      'Only paradigms, which say what happens when, have loops.',
  }),
  L0147: message<{ word: string }>({
    severity: 'error',
    title: 'declaration inside a statement',
    text: ({ word }) => `\`${word}\` begins a declaration, but the statement before it goes on here`,
    help: () => 'begin a declaration on a line of its own that is not indented',
    explanation:
      'A line that is indented deeper than the one its statement began on continues that statement. ' +
      'Declarations begin at the margin; inside a body, names and functions are defined without `let` and `def`.',
  }),
  L0146: message<{ name: string }>({
    severity: 'error',
    title: 'parameter without a space',
    text: ({ name }) => `the parameter \`${name}\` needs its space`,
    help: ({ name }) => `write \`param ${name} : R[n]\`, then \`= e\` or \`~ P\` for its initial value`,
    explanation:
      'A `param` is a point of a space that training moves: its space says how large it is and where it may go, as in `param w : Simplex[3]`. ' +
      'The initial value is optional.',
  }),
};
