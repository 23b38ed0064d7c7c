/**
 * The one table of diagnostics: code -> texts. L01xx syntax (grammar/messages.ts), L02xx names, L03xx spaces and values,
 * L04xx problems, L05xx data, L06xx not available yet, L09xx warnings.
 */
import { message, reporter } from '../grammar/diagnostics.ts';
import type { Diagnostic, Extra, Message } from '../grammar/diagnostics.ts';
import type { Span } from '../grammar/tree.ts';
import { Failure } from './elaborate/context.ts';

/** Names in backquotes, phrases as they are. */
const quoted = (name: string): string => (/^[^\s]+$/.test(name) ? `\`${name}\`` : name);

/** How a value of one space is usually made one of another. */
const wayInto = (expected: string, seen: string): string | undefined => {
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

/** Words of other languages and books, and what they are called here. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['Gaussian', 'Normal'],
  ['N', 'Normal'],
  ['MultivariateNormal', 'Normal'],
  ['Gauss', 'Normal'],
  ['Linear', 'dense'],
  ['FullyConnected', 'dense'],
  ['len', 'size'],
  ['length', 'size'],
  ['True', 'true'],
  ['False', 'false'],
  ['Float', 'R'],
  ['float', 'R'],
  ['Real', 'R'],
  ['Double', 'R'],
  ['Vector', 'R'],
  ['Tensor', 'R'],
  ['Integer', 'Int'],
  ['Bool', 'Bit'],
  ['Boolean', 'Bit'],
  ['String', 'Text'],
  ['Probability', 'Interval[0, 1]'],
  ['None', 'missing'],
  ['nan', 'missing'],
  ['NaN', 'missing'],
  ['null', 'missing'],
  ['np', 'mean(x), sum(x), ...'],
  ['torch', 'mean(x), dense[8](x), ...'],
  ['nn', 'dense[8](x), relu(x), ...'],
  ['pd', 'csv("file.csv")'],
]);

/** What keeps the parameter of a distribution in its space. */
const staysIn = (space: string): string =>
  space === 'Positive'
    ? '`softplus(x)` is positive, and so is a `param s : Positive`'
    : `give \`logits = x\`, or \`${space.startsWith('Simplex') ? 'softmax' : 'sigmoid'}(x)\``;

const between = (low: string, high: string): string =>
  low === 'any number' ? `at most ${high}` : high === 'infinity' ? `at least ${low}` : `from ${low} to ${high}`;

export const messages = {
  L0201: message<{ name: string; kind?: string; similar?: string }>({
    severity: 'error',
    title: 'unknown name',
    text: (p) => `there is no ${p.kind ?? 'name'} \`${p.name}\` here`,
    help: (p) => {
      const meant = elsewhere.get(p.name) ?? p.similar;
      return meant ? `did you mean \`${meant}\`?` : undefined;
    },
    explanation:
      'Every name must be declared in this file, imported, or be in the standard library. Names are case-sensitive.',
  }),
  L0202: message<{ name: string }>({
    severity: 'error',
    title: 'declared twice',
    text: (p) => `\`${p.name}\` is declared twice`,
    help: () => 'rename one of them; only `def`s may share a name, as overloads',
    explanation: 'A name stands for one thing in a file. Several `def`s may share a name: they are overloads.',
  }),
  L0203: message<{ name: string }>({
    severity: 'error',
    title: 'defined by itself',
    text: (p) => `\`${p.name}\` is defined by itself`,
    explanation: 'The value of a `let` or `data` may not depend on itself. A function may call itself.',
  }),
  L0204: message<{ name: string; what: string; similar?: string }>({
    severity: 'error',
    title: 'no such module',
    text: (p) => `${p.what} \`${p.name}\``,
    help: (p) => (p.similar ? `did you mean \`${p.similar}\`?` : undefined),
    explanation: 'An import names a file relative to the importing file, and names that the file declares.',
  }),
  L0301: message<{ op: string; left: string; right: string; why?: string }>({
    severity: 'error',
    title: 'shapes that do not fit',
    text: (p) => `\`${p.op}\` does not fit its two sides: ${p.left} and ${p.right}`,
    label: (p) => p.why,
    explanation:
      'Elementwise operations take equal shapes, a number with anything, or an array whose shape ends with the shape of the other. A matrix product needs equal inner dimensions.',
  }),
  L0302: message<{ expected: string; seen: string; where?: string }>({
    severity: 'error',
    title: 'another kind of value is needed',
    text: (p) => `${p.where ? `${p.where}: ` : ''}expected ${p.expected}, found ${p.seen}`,
    explanation: 'The value is of another kind than the place needs, for example a function where a number is meant.',
  }),
  L0303: message<{ what: string; call: string; similar?: string; unnamed?: string; names?: readonly string[] }>({
    severity: 'error',
    title: 'arguments that do not match',
    text: (p) => `${p.what} in the call of ${/^a /.test(p.call) ? p.call : `\`${p.call}\``}`,
    help: (p) =>
      p.similar
        ? `did you mean \`${p.similar}\`?`
        : p.unnamed
          ? `what stands behind \`;\` is given by name: \`${p.unnamed} = ...\``
          : p.names && (p.names.length > 0 ? `it has ${p.names.map((n) => `\`${n}\``).join(', ')}` : 'it has none'),
    explanation: 'Every parameter without a default needs an argument, and every argument a parameter.',
  }),
  L0304: message<{ name: string; expected: string; seen: string; value?: string }>({
    severity: 'error',
    title: 'a value outside its space',
    text: (p) => `${quoted(p.name)} should be in ${p.expected}, but is ${p.value ?? `in ${p.seen}`}`,
    help: (p) => wayInto(p.expected, p.seen),
    explanation: 'The annotation says which space the value must be in, and the value is known to be in another.',
  }),
  L0305: message<{ name: string; seen: string }>({
    severity: 'error',
    title: 'no overload fits',
    text: (p) => `no \`${p.name}\` takes ${p.seen}`,
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
  L0308: message<{ field: string; of: string; similar?: string }>({
    severity: 'error',
    title: 'no such field',
    text: (p) => `${p.of} has no \`${p.field}\``,
    help: (p) => (p.similar ? `did you mean \`${p.similar}\`?` : undefined),
    explanation:
      'Records have the fields they were written with, rows the columns of their file, members their parameters.',
  }),
  L0309: message<{ seen: string }>({
    severity: 'error',
    title: 'not a function',
    text: (p) => `${p.seen} cannot be called`,
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
  L0401: message<{ name: string }>({
    severity: 'error',
    title: 'the objective does not depend on a member',
    text: (p) => `the objective does not depend on \`${p.name}\`, so there is nothing to train in it`,
    explanation: 'Every member behind `over` must occur in its objective.',
  }),
  L0402: message<{ seen: string; what: string }>({
    severity: 'error',
    title: 'not one number',
    text: (p) => `${p.what} must be one number, but it is in ${p.seen}`,
    help: () => 'take a mean or a sum: `E[...]`, `mean(...)`, `sum(...)`',
    explanation: 'What is minimised, and what is compared with a threshold, is one real number.',
  }),
  L0403: message<{ model: string; free: readonly string[] }>({
    severity: 'error',
    title: 'which name is the member?',
    text: (p) =>
      p.free.length === 0
        ? `the objective has no free name that could stand for the member of \`${p.model}\``
        : `the objective has several free names (${p.free.join(', ')}): which one is the member of \`${p.model}\`?`,
    help: (p) => `name it: \`over f in ${p.model}\``,
    explanation: 'With a model alone behind `over`, its member takes the one free name of the objective.',
  }),
  L0404: message<{ set: string }>({
    severity: 'error',
    title: 'evaluation data in a training objective',
    text: (p) => `the training objective depends on evaluation data (${p.set})`,
    help: () => 'use `D_tr`, or fit what you need (a mean, a scale) inside the training data',
    explanation:
      'Nothing that depends on evaluation data may reach a training objective: also not a statistic of all rows, or a member trained on them.',
  }),
  L0405: message<{ name: string }>({
    severity: 'error',
    title: 'no data',
    text: (p) => `\`${p.name}\` is only defined with \`on S\``,
    help: () => 'add `on supervised(D, holdout = 0.2)` or another paradigm',
    explanation: '`D_tr` and `D_eval` are supplied by the task paradigm behind `on`.',
  }),
  L0406: message<{ what: string }>({
    severity: 'error',
    title: 'a problem that cannot be solved as stated',
    text: (p) => p.what,
    explanation: 'The problem has no solution, or its solver cannot find one.',
  }),
  L0407: message<{ name: string; low: string; high: string; threshold: string }>({
    severity: 'error',
    title: 'a threshold that can never be met',
    text: (p) => `${p.name} is ${between(p.low, p.high)}, so it can never be ${p.threshold}`,
    help: () => 'mind the unit (0.97, not 97) and the direction (`<=` or `>=`)',
    explanation:
      'What is evaluated has bounds that follow from how it is computed: a share of rows is from 0 to 1, a mean of squares is not negative. A threshold beyond them is not met by any member, however well it is trained.',
  }),
  L0501: message<{ what: string; place?: string }>({
    severity: 'error',
    title: 'a data file that cannot be read',
    text: (p) => (p.place ? `${p.what} (${p.place})` : p.what),
    explanation: 'The file is missing, damaged, or not what its name says.',
  }),
  L0502: message<{ set: string; place: string; column: string; space: string; seen: string }>({
    severity: 'error',
    title: 'a row outside its space',
    text: (p) =>
      `${p.place.includes(', ') ? p.place : `${p.set}, ${p.place}`}: ${p.column} is ${p.seen}, which is not in ${p.space}`,
    help: (p) => {
      if (p.seen !== 'missing') return undefined;
      const column = /^`([\p{L}_][\p{L}\p{N}_]*)`$/u.exec(p.column)?.[1] ?? 'column';
      return `leave such rows out: \`... for r in D if r.${column} != missing\``;
    },
    explanation: 'Every row of a data set is checked against the space it is declared in.',
  }),
  L0503: message<{ column: string; set: string; similar?: string }>({
    severity: 'error',
    title: 'no such column',
    text: (p) => `${p.set} has no column \`${p.column}\``,
    help: (p) => (p.similar ? `did you mean \`${p.similar}\`?` : undefined),
    explanation: 'Columns are read from the file when compiling.',
  }),
  L0504: message<{ what: string }>({
    severity: 'error',
    title: 'a data set that does not serve',
    text: (p) => p.what,
    explanation: 'The data set is empty, or has another number of rows than is needed.',
  }),
  L0601: message<{ what: string }>({
    severity: 'error',
    title: 'not available yet',
    text: (p) => `${p.what} is part of the language, but not available yet`,
    explanation: 'The construct parses and prints, and a later version will give it its meaning.',
  }),
  L0602: message<{ what: string }>({
    severity: 'error',
    title: 'not possible',
    text: (p) => p.what,
    explanation: 'The construct cannot be used in this way.',
  }),
  L0901: message<{ set: string }>({
    severity: 'warning',
    title: 'evaluated on training data only',
    text: (p) => `everything is evaluated on ${p.set}, which is trained on: this says how well the rows are remembered`,
    help: () => 'evaluate on `D_eval`; to keep it so, write `-- allow L0901` on the line before',
    explanation:
      'A member that has seen the rows can be good at them and at nothing else. Rows that were held out tell what it does on new ones. A comment `-- allow L0901` on the line before silences the warning.',
  }),
  L0902: message<{ sense: string; other: string; what: string }>({
    severity: 'warning',
    title: 'minimise and maximise mixed up',
    text: (p) =>
      `${p.what} is ${p.sense}d, which has no end: it can always be made ${p.sense === 'maximize' ? 'larger' : 'smaller'}`,
    help: (p) => `did you mean \`${p.other}\`? To keep it so, write \`-- allow L0902\` on the line before`,
    explanation:
      'A sum or mean of squares or distances has a least value and no greatest one, unless the parameters are bounded. Usually the other direction is meant. A comment `-- allow L0902` on the line before silences the warning.',
  }),
  L0903: message<{ name: string; family: string; space: string; written: string }>({
    severity: 'warning',
    title: 'a distribution whose parameter may leave its space',
    text: (p) =>
      `\`${p.name}\` of \`${p.family}\` should be in ${p.space}, but training may ${p.space === 'Positive' ? 'make it negative' : 'take it out'}`,
    help: (p) => `${staysIn(p.space)}; to keep it so, write \`-- allow L0903\` on the line before`,
    explanation:
      'A spread, a rate or a probability is trained, and nothing keeps it where it has a meaning: outside there is no such distribution, and its density is not a number. A `param s : Positive` stays positive; `softplus(x)`, `exp(x)` and `x^2` are. Give probabilities as `logits = x`, or through `sigmoid` and `softmax`. A comment `-- allow L0903` on the line before silences the warning.',
  }),
  L0904: message<{ text: string; column: string; similar: string }>({
    severity: 'warning',
    title: 'a text that no row has',
    text: (p) => `no row of ${p.column} is "${p.text}"`,
    help: (p) => `did you mean \`"${p.similar}"\`? To keep it so, write \`-- allow L0904\` on the line before`,
    explanation:
      'A column of texts is compared with one that it does not have, and it has one that is spelt nearly the same. The comparison is the same for every row: a filter leaves all out, or none. A comment `-- allow L0904` on the line before silences the warning.',
  }),
} satisfies Record<string, Message<never>>;

export const diagnose = reporter(messages);

type Table = typeof messages;
export type Code = keyof Table;
export type ParametersOf<C extends keyof Table> = Table[C] extends Message<infer P> ? P : never;

/** Stops the statement at hand with one diagnostic. */
export const fail = <C extends keyof Table & string>(
  code: C,
  span: Span | undefined,
  p: ParametersOf<C>,
  extra?: Extra,
): never => {
  throw new Failure([diagnose(code, span, p, extra) as Diagnostic]);
};

/** The candidate closest to `name` by edit distance, if close enough to be a slip. */
export const similar = (name: string, candidates: Iterable<string>): string | undefined => {
  let best: string | undefined;
  // A single letter is near to every other: only its case may differ. Of two none may be another.
  let least = name.length === 1 ? 1 : Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    const d = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (name.length === 2 && candidate.length === 2 && d > 0 && [...candidate].reverse().join('') !== name) continue;
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
};

/** Letters inserted, left out, changed, or swapped with their neighbour. */
const editDistance = (a: string, b: string): number => {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : Infinity;
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1), swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length];
};
