/** L02xx: names and modules. */
import { message } from '../../grammar/diagnostics.ts';

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
  ['optim', 'adam(1e-3)'],
  ['detach', 'stop'],
  ['stop_gradient', 'stop'],
  ['D_train', 'D_tr'],
  ['D_test', 'D_eval'],
  ['D_val', 'D_eval'],
  ['D_ev', 'D_eval'],
]);

/** Words that have no other here, and what is done instead. */
const instead: ReadonlyMap<string, string> = new Map([
  ['lbfgs', 'leave `by` out: L-BFGS is taken where the objective is small and smooth, and `learn explain` says so'],
  ['LBFGS', 'leave `by` out: L-BFGS is taken where the objective is small and smooth, and `learn explain` says so'],
  ['BFGS', 'leave `by` out: L-BFGS is taken where the objective is small and smooth, and `learn explain` says so'],
  ['newton', 'leave `by` out: what is quadratic is solved exactly, and `learn explain` says so'],
  ['P', 'a probability says what is drawn: `P[x ~ Normal(0, 1)] x > 0`'],
  ['E', 'an expectation says what is drawn: `E[(x, y) ~ D_tr] (f(x) - y)^2`'],
]);

export const names = {
  L0201: message<{ name: string; kind?: string; similar?: string }>({
    severity: 'error',
    title: 'unknown name',
    text: (p) => `there is no ${p.kind ?? 'name'} \`${p.name}\` here`,
    meant: (p) => (instead.has(p.name) ? undefined : (elsewhere.get(p.name) ?? p.similar)),
    help: (p) => instead.get(p.name),
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
    meant: (p) => p.similar,
    explanation: 'An import names a file relative to the importing file, and names that the file declares.',
  }),
};
