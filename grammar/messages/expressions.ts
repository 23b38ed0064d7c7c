/** Expressions and spaces. */
import { message } from '../diagnostics.ts';

export const expressions = {
  L0101: message<{ found: string; expected?: string }>({
    severity: 'error',
    title: 'unexpected symbol or word',
    text: ({ found, expected }) => `I did not expect ${found} here${expected ? `, but ${expected}` : ''}`,
    explanation:
      'The text up to this place is the beginning of something correct, but what stands here cannot continue it. ' +
      'The rest of the statement was skipped, and reading went on with the next one.',
  }),
  L0107: message<object>({
    severity: 'error',
    title: '`=` where a draw is meant',
    text: () => 'a binder draws with `~`, it does not name with `=`',
    help: () => 'write `E[x ~ P]` for a draw, `sum[x in xs]` for every element',
    explanation:
      'The brackets of an expectation introduce random variables: `E[x ~ P] f(x)`. ' +
      '`=` gives a name to a value and introduces nothing. The file was read as if `~` had been written. ' +
      'To fix the value of an option, put it behind a semicolon: `E[x ~ P; samples = 8]`.',
  }),
  L0109: message<{ arrow: string }>({
    severity: 'error',
    title: 'arrow left out',
    text: ({ arrow }) => `the space of the result stands behind \`${arrow}\``,
    help: () => 'write `-> Y` for a function, `~> Y` when the result is random',
    explanation:
      'A `def` or `model` names the space of its result behind an arrow: `model M(x: R[3]) -> R`. ' +
      '`->` promises a value, `~>` a distribution over the space. The result may also be left out: it is inferred.',
  }),
  L0111: message<{ behind: string; found: string }>({
    severity: 'error',
    title: 'expression missing',
    text: ({ behind, found }) => `an expression is missing ${behind}: ${found} comes instead`,
    explanation:
      'An operator needs something on its right, a comma or `=` something behind it, a pair of brackets something inside. ' +
      'Often the rest of the line was forgotten, or the continuation is not indented deeper than the line it continues.',
  }),
  L0112: message<{ left: string; right: string; list: boolean; product: boolean; call: boolean }>({
    severity: 'error',
    title: 'two expressions side by side',
    text: ({ left, right }) => `nothing joins ${left} and ${right}`,
    help: ({ list, product, call }) =>
      product
        ? 'a product is written with `*`'
        : list
          ? 'separate items by a comma, or write the operator'
          : call
            ? 'apply a function with parentheses, `f(x)`, or write the operator between them'
            : 'write the operator between them, or begin a new line for a new statement',
    explanation:
      'Writing two expressions side by side means nothing: a product needs `*`, an application needs parentheses, ' +
      'items of a list need commas and statements need a line each, or `;` between them. ' +
      'A line that is indented deeper than the one before continues it.',
  }),
  L0113: message<object>({
    severity: 'error',
    title: '`=` where a comparison is meant',
    text: () => '`=` names a value; to compare two values write `==`',
    help: () => 'write `==`',
    explanation:
      '`x = e` gives the value `e` the name `x` and stands by itself in a body. Inside an expression only a comparison makes sense, and it is written `==`.',
  }),
  L0114: message<{ word: 'then' | 'else'; found: string }>({
    severity: 'error',
    title: '`then` or `else` left out',
    text: ({ word, found }) => `this \`if\` needs its \`${word}\`: ${found} comes instead`,
    help: () => 'write `if c then a else b`; a branch may be a block `{ ... }`',
    explanation:
      'A choice is an expression and has a value in either case, so both branches must be there: `if c then a else b`. ' +
      'There are neither colons nor parentheses around the condition; a branch of several statements is a block.',
  }),
  L0115: message<object>({
    severity: 'error',
    title: 'chained comparison',
    text: () => 'comparisons do not chain',
    help: () => 'write `a < b and b < c`',
    explanation:
      '`a < b < c` would compare the truth of `a < b` with `c`. Say both comparisons and join them with `and`.',
  }),
  L0120: message<{ last: string }>({
    severity: 'error',
    title: 'block without a value',
    text: ({ last }) =>
      last === 'nothing' ? 'this block is empty: it has no value' : 'this block ends without a value',
    label: ({ last }) => (last === 'nothing' ? undefined : 'the last line must be an expression'),
    help: () => 'end the block with the expression that is its value',
    explanation:
      'The value of a block is its last line. A block that ends in a definition, a draw or a parameter has none. ' +
      'To return what was named last, repeat its name on a line of its own.',
  }),
  L0122: message<{ word: string }>({
    severity: 'error',
    title: 'keyword as a name',
    text: ({ word }) => `\`${word}\` belongs to the language and cannot be a name`,
    help: ({ word }) => `choose another name, for example \`${word}_\` or \`my_${word}\``,
    explanation:
      'A few words can never be names: and, or, not, in, if, then, else, true, false, minimize, maximize, def, let. ' +
      'All other words of the language, such as `data` or `step`, are names wherever they are not expected.',
  }),
  L0124: message<{ bar: string }>({
    severity: 'error',
    title: 'bars outside a call',
    text: ({ bar }) => `\`${bar}\` only stands in the parentheses of a call`,
    help: ({ bar }) =>
      bar === '|'
        ? 'write `p(x | z)` for a density, `abs(x)` for an absolute value, `or` for a disjunction'
        : 'write `KL(q || p)` for a divergence, `norm(x)` for a norm, `or` for a disjunction',
    explanation:
      '`p(x | z)` is the density of `x` under `p(z)`, and `KL(q || p)` separates the two arguments of a divergence. ' +
      'Absolute values, norms and disjunctions are written as words: `abs(x)`, `norm(x)`, `a or b`.',
  }),
  L0127: message<{ found: string; what: string }>({
    severity: 'error',
    title: 'name missing',
    text: ({ found, what }) => `${what} is missing: ${found} comes instead`,
    explanation:
      'Here something is introduced or asked for by its name: letters of any script, digits, `_` and trailing primes. ' +
      'A name begins with a letter.',
  }),
  L0128: message<{ op: string }>({
    severity: 'error',
    title: 'binder incomplete',
    text: ({ op }) => `\`${op}\` must say what its variable ranges over`,
    help: ({ op }) =>
      op === 'for'
        ? 'write `for x in xs`, `for i < n` or `for z ~ P`'
        : `write \`${op}[x ~ P]\` for draws, \`${op}[x in xs]\` for every element, \`${op}[i < n]\` for indices`,
    explanation:
      'A binder introduces a variable and what it ranges over: `x in xs` (every element), `i < n` (0 to n-1), `x ~ P` (a draw). ' +
      'A name alone in the brackets is read as an index.',
  }),
  L0129: message<{ wanted: string }>({
    severity: 'error',
    title: 'wrong argument of a space',
    text: ({ wanted }) => `${wanted} is expected here`,
    explanation:
      'The brackets behind a space in parentheses hold the sizes of an array of that space: `(X, Y)[10]`. A record of spaces gives every field a name and a space: `(x: X, y: Y)`.',
  }),
  L0130: message<{ deepest: number }>({
    severity: 'error',
    title: 'nested too deeply',
    text: ({ deepest }) => `this is nested more than ${deepest} levels deep`,
    help: () => 'name parts of it, in a block or with `let`',
    explanation:
      'Expressions may be nested only so deep and chains of operators be only so long. ' +
      'Nobody could read more either: give the parts names.',
  }),
  L0131: message<object>({
    severity: 'error',
    title: 'divergence without two sides',
    text: () => '`||` separates exactly two distributions',
    help: () => 'write `KL(q || p)`; further arguments follow behind `;`: `W2(P || Q; epsilon = 0.05)`',
    explanation:
      'A divergence compares two distributions, one on each side of `||`. Other arguments are given by name behind a semicolon.',
  }),
  L0132: message<object>({
    severity: 'error',
    title: 'condition in a fold',
    text: () => 'a fold runs over all elements: it takes no `if`',
    help: () => 'filter before: `over x in [x for x in xs if c]`, or keep the state: `if c then ... else h`',
    explanation:
      '`fold` and `scan` carry a state through a sequence, one element after the other. ' +
      'Leave elements out with a comprehension before, or return the state unchanged for them.',
  }),
  L0134: message<{ sign: string }>({
    severity: 'error',
    title: 'assignment to a part',
    text: ({ sign }) => `only a name or a pattern may stand before \`${sign}\``,
    help: () => 'values never change: build a new array, for example with `[... for i < n]`, and give it a name',
    explanation:
      'A value has no parts that could be replaced later: `x[0] = 1` and `r.a = 1` have no meaning. ' +
      'Describe the new value as a whole with a comprehension, a record or a `scan`.',
  }),
  L0135: message<object>({
    severity: 'error',
    title: 'several names without parentheses',
    text: () => 'several names at once are written in parentheses',
    help: () => 'write `(a, b) = ...`',
    explanation:
      'A tuple is taken apart by a pattern in parentheses: `(a, b) = f(x)`. It is built the same way: `(1, 2)`.',
  }),
  L0141: message<{ found: string }>({
    severity: 'error',
    title: 'space missing',
    text: ({ found }) => `a space is expected here: ${found} comes instead`,
    help: () => 'for example `R[3]`, `Class[10]`, `(X, Y)`, `[X]` for a data set, `X -> Y` for a function',
    explanation:
      'Behind `:` and behind the arrow of a result stands a space: a name with sizes in brackets, a tuple or record in parentheses, ' +
      'a data set in brackets, or a function with an arrow. Numbers and operators only occur in the sizes.',
  }),
  L0144: message<{ op: string }>({
    severity: 'error',
    title: 'update in place',
    text: ({ op }) => `there is no \`${op}=\`: values never change`,
    help: ({ op }) => `write \`x = x ${op} ...\`, which gives the new value the old name`,
    explanation:
      'A name stands for one value. Defining it again from its old value shadows the old one in the lines below. ' +
      'A value that changes along a sequence is the state of a `fold`.',
  }),
  L0145: message<{ arrow: string }>({
    severity: 'error',
    title: 'arrow behind neither parameters nor a space',
    text: ({ arrow }) => `what stands before \`${arrow}\` is neither parameters nor a space`,
    help: () => 'write `x -> e` or `(x, y) -> e` for a function',
    explanation:
      'The left side of an arrow is a name, a pattern or a list of parameters, `(a, b: R[2]) -> e`, or, for the space of functions, a space. An expression of another form cannot be the parameter of a function.',
  }),
};
