/** L03xx: spaces and values that do not fit. */
import { message } from '../../grammar/diagnostics.ts';

/** Names in backquotes, phrases as they are. */
const quoted = (name: string): string => (/^[^\s]+$/.test(name) ? `\`${name}\`` : name);

/** `t._0`, `t.first`: a part by its place. */
const isPlace = (field: string): boolean => /^(_|item)?\d+$|^(first|second|third|fourth)$/.test(field);

/** What is in no space is what it is: a function, a member, an optimiser. */
const isThing = (seen: string): boolean => /^(a|an|the|one) (?!set)/.test(seen);

/** What stands where it cannot be, and where it goes. */
const elsewhere = (seen: string, expected: string, where?: string): string | undefined => {
  if (seen.startsWith('the optimiser'))
    return 'a rule and changes of the gradient stand side by side: `by sgd(0.1), clip(1)`';
  if (where === '`holdout`' && seen.startsWith('a data set'))
    return 'two sets of your own are a protocol: `paradigm own(tr, te) { train on tr; eval on te }`, `on own(A, B)`';
  if (expected !== 'a data set') return undefined;
  if (seen.startsWith('the paradigm')) return 'its sets are `t.train` and `t.eval`';
  return seen === 'a record (start, step, horizon, discount)'
    ? 'what acts in an environment makes its own data: `on interaction(env)`, `on replayed(env, policy)`'
    : undefined;
};

/** A number that is known needs no function around it: another is meant, perhaps in another unit. */
const ofKnown = ({ expected, value }: { readonly expected: string; readonly value?: string }): string | undefined => {
  const x = Number(value);
  if (value === undefined || Number.isNaN(x)) return undefined;
  if (expected === 'Positive') return 'take a number above 0';
  if (!expected.startsWith('Interval[')) return undefined;
  return expected.startsWith('Interval[0, 1]') && x >= 2 && x <= 100
    ? `mind the unit: ${x / 100} is ${x} percent`
    : 'take a number between these';
};

/** `R[B, 2]` where each example is an `R[2]`. */
const ofBatch = ({ expected, seen }: { readonly expected: string; readonly seen: string }): string | undefined => {
  const one = /^R\[[\p{L}_]+, (.*)\]$/u.exec(expected)?.[1];
  return one !== undefined && seen === `R[${one}]`
    ? 'a function is of one example: leave out the axis of the batch'
    : undefined;
};

const dimensions = (space: string): readonly string[] | undefined => /^R\[([\d, ]+)\]$/.exec(space)?.[1].split(', ');

/** The order in which the dimensions of one space are those of another, where they differ in nothing else. */
const orderOf = (expected: string, seen: string): readonly number[] | undefined => {
  const [want, have] = [dimensions(expected), dimensions(seen)];
  if (want?.length !== 3 || have?.length !== 3) return undefined;
  const orders = [
    [1, 2, 0],
    [2, 0, 1],
  ];
  return orders.find((order) => order.every((from, to) => have[from] === want[to]));
};

/** How a value of one space is usually made one of another. */
const wayInto = (expected: string, seen: string, name: string): string | undefined => {
  const result = name.startsWith('the value of');
  if (result && expected.startsWith('Class') && /^(R|Simplex)\[/.test(seen))
    return `a distribution over classes is \`~> ${expected}\` and ends in \`Categorical(${seen.startsWith('R') ? 'logits = x' : 'x'})\``;
  if (expected.startsWith('Bit') && /^Class\[2\]/.test(seen))
    return 'a truth value is a bit by itself: leave out `class(...)` in the data set';
  if (/^Class\[\d+\]$/.test(expected) && seen === `${expected}[1]`)
    return 'it is an array of one class: take it with `[0]`';
  if (/^Class\[\d+\]$/.test(expected) && /^Class\[\d+\]\[\d+\]$/.test(seen))
    return 'of one-hot vectors `argmax(y)` is the class: write it in the data set';
  if (expected === 'R[h, w, c]' && /^R\[\d+, \d+\]$/.test(seen))
    return `a picture has height, width and channels: \`reshape${seen.slice(1, -1)}, 1](x)\` has one channel`;
  const order = orderOf(expected, seen);
  if (order) return `its dimensions in another order are that: \`transpose(x, [${order.join(', ')}])\``;
  if (expected === 'R' && seen === 'R[1]') return 'it is an array of one number: take the number with `[0]`';
  if (/^R\[1\]$/.test(expected) && seen === 'R') return 'a number is not an array of one: write `[x]`';
  if (seen === 'Text') {
    if (expected === 'Bit') return 'a comparison with a text gives a bit: `r.answer == "yes"`';
    return expected.startsWith('Class') ? 'texts become classes in the data set: `class(r.species)`' : undefined;
  }
  if (!seen.startsWith('R')) return undefined;
  if (expected.startsWith('Positive'))
    return '`exp(x)`, `softplus(x)` and `x^2` are positive; so is a `param s : Positive`';
  if (expected.startsWith('Interval[0, 1]')) return '`sigmoid(x)` is between 0 and 1';
  if (expected.startsWith('Simplex')) return '`softmax(x)` adds up to 1; so does a `param w : Simplex[K]`';
  if (expected.startsWith('Sphere')) return '`unit(x)` has length 1';
  if (expected.startsWith('Class'))
    return '`class[K](i)` makes a class of a whole number, `argmax(x)` the class of the largest';
  if (expected.startsWith('Bit')) return 'a comparison gives a bit: `x > 0`';
  return undefined;
};

/**
 * What was probably meant where a value of another kind stands: entries of an array that differ (one of them a text), texts for classes, a
 * function for what it makes, a stage for its member, a rate for an optimiser, rows (in pairs) for a paradigm, a value for a draw and
 * the other way round, a count for a range, a distribution for draws of it, per cent for a part.
 */
export type OtherKind =
  | 'entries'
  | 'entry of text'
  | 'texts'
  | 'loss'
  | 'set to be made'
  | 'stage'
  | 'rate'
  | 'rows'
  | 'pairs'
  | 'drawn'
  | 'given'
  | 'count'
  | 'distribution'
  | 'per cent';

export const values = {
  L0301: message<{ op: string; left: string; right: string; why?: string }>({
    severity: 'error',
    title: 'shapes that do not fit',
    text: (p) => `\`${p.op}\` does not fit its two sides: ${p.left} and ${p.right}`,
    label: (p) => p.why,
    explanation:
      'Elementwise operations take equal shapes, a number with anything, or an array whose shape ends with the shape of the other. A matrix product needs equal inner dimensions.',
  }),
  L0302: message<{ expected: string; seen: string; where?: string; slip?: OtherKind }>({
    severity: 'error',
    title: 'another kind of value is needed',
    text: (p) => `${p.where ? `${p.where}: ` : ''}expected ${p.expected}, found ${p.seen}`,
    help: (p) => elsewhere(p.seen, p.expected, p.where),
    explanation: 'The value is of another kind than the place needs, for example a function where a number is meant.',
  }),
  L0303: message<{
    what: string;
    call: string;
    similar?: string;
    unnamed?: string;
    /** What to write, where it is no other name. */
    way?: string;
    names?: readonly string[];
    /** About the arguments in brackets: one is missing, or none is taken. */
    statics?: 'missing' | 'surplus';
  }>({
    severity: 'error',
    title: 'arguments that do not match',
    text: (p) => `${p.what} in the call of ${/^a /.test(p.call) ? p.call : `\`${p.call}\``}`,
    meant: (p) => p.similar,
    help: (p) =>
      p.way ??
      (p.unnamed
        ? `what stands behind \`;\` is given by name: \`${p.unnamed} = ...\``
        : p.names && (p.names.length > 0 ? `it has ${p.names.map((n) => `\`${n}\``).join(', ')}` : 'it has none')),
    explanation: 'Every parameter without a default needs an argument, and every argument a parameter.',
  }),
  L0304: message<{ name: string; expected: string; seen: string; value?: string }>({
    severity: 'error',
    title: 'a value outside its space',
    text: (p) =>
      `${quoted(p.name)} should be in ${p.expected}, but is ${p.value ?? (isThing(p.seen) ? p.seen : `in ${p.seen}`)}`,
    help: (p) => elsewhere(p.seen, p.expected) ?? ofKnown(p) ?? ofBatch(p) ?? wayInto(p.expected, p.seen, p.name),
    explanation: 'The annotation says which space the value must be in, and the value is known to be in another.',
  }),
  L0305: message<{ name: string; seen: string; model?: string; turned?: boolean }>({
    severity: 'error',
    title: 'no overload fits',
    text: (p) => `no \`${p.name}\` takes ${p.seen}`,
    help: (p) => (p.turned ? 'the other way round there is one: swap the two' : undefined),
    explanation: 'None of the definitions of this name accepts these arguments.',
  }),
  L0306: message<{ index: string; size: number }>({
    severity: 'error',
    title: 'index out of range',
    text: (p) => `index ${p.index} is outside an axis of length ${p.size}`,
    help: (p) => `indices start at 0: the last one is ${p.size - 1}`,
    explanation: 'Indices start at 0 and end at the length minus one.',
  }),
  L0307: message<{ what: string }>({
    severity: 'error',
    title: 'must be known when compiling',
    text: (p) => `${p.what} must be known when compiling`,
    explanation:
      'Sizes, static arguments and counts are fixed before training starts: they cannot depend on data or parameters.',
  }),
  L0308: message<{ field: string; of: string; similar?: string; names?: readonly string[]; tuple?: boolean }>({
    severity: 'error',
    title: 'no such field',
    text: (p) => `${p.of} has no \`${p.field}\``,
    meant: (p) => p.similar,
    help: (p) =>
      p.tuple && !isPlace(p.field)
        ? 'its parts have places, not names: `r[0]`, or take it apart, `(x, y) ~ D`'
        : p.names && p.names.length > 0 && p.names.length <= 8
          ? `it has ${p.names.map((n) => `\`${n}\``).join(', ')}`
          : undefined,
    explanation:
      'Records have the fields they were written with, rows the columns of their file, members their parameters.',
  }),
  L0309: message<{ seen: string; slip?: 'index' | 'conversion' }>({
    severity: 'error',
    title: 'not a function',
    text: (p) => `${p.seen} cannot be called`,
    help: (p) =>
      p.seen.startsWith('the text')
        ? `a function is given by its name, without quotes: ${p.seen.slice('the text '.length).replaceAll('"', '`')}`
        : p.seen.startsWith('a tuple of')
          ? 'take it apart first: `(f, g) = ...`'
          : undefined,
    explanation: 'Only functions, members of models and distributions (their density) take arguments.',
  }),
  L0310: message<{ name: string; first: string; second: string }>({
    severity: 'error',
    title: 'contradicting dimensions',
    text: (p) => `\`${p.name}\` would have to be ${p.first} and ${p.second} at once`,
    explanation: 'A dimension that is written with a letter has one value in one use of a function.',
  }),
  L0311: message<{ name: string }>({
    severity: 'error',
    title: 'a set of functions where one of them is meant',
    text: (p) => `\`${p.name}\` is a model, a set of functions; here one of its members is needed`,
    help: () => 'name a member: `over f in M` in a problem, `g in M` in a body',
    explanation: 'A model is the set of functions that its parameters can make. Training looks for one of them.',
  }),
  L0312: message<{ name: string; purpose: string }>({
    severity: 'error',
    title: 'no density',
    text: (p) => `\`${p.name}\` has no density, so ${p.purpose} is not defined`,
    help: () => 'use a divergence of samples: MMD(D_tr || g), W1(D_tr || g; critic = ...), JS(D_tr || g; critic = ...)',
    explanation:
      'A model whose body ends in a value, or draws before its end, can be sampled but has no density that could be computed.',
  }),
  L0313: message<{ name: string; what: string }>({
    severity: 'error',
    title: 'the distribution cannot do this',
    text: (p) => `${quoted(p.name)} has no ${p.what}`,
    explanation: 'Distributions differ in what they can do: sample, density, mean, mode, entropy, finite support.',
  }),
  L0314: message<{ name: string; seen: string }>({
    severity: 'error',
    title: 'two overloads that fit equally well',
    text: (p) => `\`${p.name}\` of ${p.seen} may be either of two definitions`,
    help: () => 'say more of the spaces in one of them: the more specific one is taken',
    explanation:
      'Of several definitions of one name the one is taken that says most of its arguments. When two say equally much the choice would be arbitrary.',
  }),
};
