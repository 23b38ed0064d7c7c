/** L04xx: problems and their evaluations. */
import { message } from '../../grammar/diagnostics.ts';

const between = (low: string, high: string): string =>
  low === high
    ? low
    : low === 'any number'
      ? `at most ${high}`
      : high === 'infinity'
        ? `at least ${low}`
        : `from ${low} to ${high}`;

export const problems = {
  L0401: message<{ name: string; flat?: 'jumps' | 'held' | 'zero' | 'cancels' }>({
    severity: 'error',
    title: 'the objective does not depend on a member',
    text: (p) =>
      p.flat
        ? `the objective has no slope along \`${p.name}\`: a small step in it changes nothing, so there is no way to train it`
        : `the objective does not depend on \`${p.name}\`, so there is nothing to train in it`,
    help: (p) =>
      p.flat === 'jumps'
        ? 'train on what changes gradually, such as a squared error or `-log f(y | x)`, and keep this for an `eval`'
        : p.flat === 'zero'
          ? 'give it another weight, or leave it and the member out'
          : p.flat === 'cancels'
            ? 'mind what it is divided by, or raised to'
            : undefined,
    explanation:
      'Every member behind `over` must occur in its objective, and the objective must have a slope along it: what is rounded, compared, held by `stop`, multiplied by 0 or divided by itself has none.',
  }),
  L0402: message<{ seen: string; what: string; summed?: boolean }>({
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
  L0405: message<{ name: string; where?: 'in a function' | 'outside' }>({
    severity: 'error',
    title: 'no data',
    text: (p) =>
      p.where
        ? `\`${p.name}\` belongs to a problem with \`on S\`: ${p.where === 'outside' ? 'here is none' : 'a function sees what it is given'}`
        : `\`${p.name}\` is only defined with \`on S\``,
    help: (p) =>
      p.where === 'in a function'
        ? `give it to the function: \`def L(f, D) = E[(x, y) ~ D] ...\`, called with \`L(f, ${p.name})\``
        : p.where === 'outside'
          ? 'use it in the problem, in its objective or conditions, or in a `show` behind it'
          : 'add `on supervised(D, holdout = 0.2)` or another paradigm',
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
  L0408: message<{
    written: string;
    argument?: string;
    outside: string;
    where: 'always' | 'rows' | 'start' | 'slope';
    value?: string;
    row?: number;
    set?: string;
  }>({
    severity: 'error',
    title: 'a function outside of its domain',
    text: (p) => {
      const argument = p.argument ?? 'its argument';
      const value = `\`${p.written}\` has no finite value`;
      if (p.where === 'always') return `${value}: ${argument} is never anything but ${p.outside}`;
      if (p.where === 'slope')
        return `\`${p.written}\` has no finite slope where training starts: ${argument} is ${p.value} there`;
      if (p.where === 'start') return `${value} where training starts: ${argument} is ${p.value} there`;
      const row = p.row === undefined ? '' : ` in row ${p.row}${p.set === undefined ? '' : ` of \`${p.set}\``}`;
      return `${value}${row}: ${argument} is ${p.value}`;
    },
    help: (p) =>
      p.where === 'rows'
        ? 'leave such rows out where the set is made, `... for r in D if ...`, or keep it away from there: `max(x, 1e-6)`'
        : p.where !== 'always'
          ? 'start elsewhere, `param a : R = 1` or `over a in R from 1`, or take a space where it has a value: `Positive`'
          : 'mind the sign of the argument, and what is taken from what',
    explanation:
      'A logarithm of 0 or less, a root of a negative number, 1 / 0: the objective is infinite or not a number, and nothing can be trained from there. The rows, the start of the parameters or the form of the argument say so before anything runs.',
  }),
};
