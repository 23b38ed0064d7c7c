/**
 * The model class of a member: what kind of set of functions it is, read off the body of its model and the models that
 * it mentions; and whether its values are random, and then whether they have a density.
 */
import type { ModelDeclaration, Module } from '../../grammar/tree/declarations.ts';
import type { Expr } from '../../grammar/tree/expressions.ts';
import { isAffine } from './affine.ts';
import { isSpaceName } from './spaces.ts';
import { lastOf, mentioned, nodes } from '../../grammar/walk.ts';

const layers = new Set([
  ...['dense', 'conv', 'conv_transpose', 'embedding', 'mlp', 'resnet', 'lstm', 'gru', 'rnn', 'attention'],
  ...['transformer', 'layer_norm', 'batch_norm', 'classifier'],
]);
const bends = new Set([
  ...['relu', 'leaky_relu', 'tanh', 'sigmoid', 'softplus', 'gelu', 'silu', 'elu', 'selu', 'swish', 'sin', 'cos', 'exp'],
  ...['mlp', 'resnet', 'lstm', 'gru', 'rnn', 'attention', 'transformer'],
]);
const nonparametric: Readonly<Record<string, string>> = {
  ...{ knn: 'nearest neighbours', tree: 'a decision tree', forest: 'a forest of trees', boosted: 'boosted trees' },
  ...{ kernel: 'kernel expansions', gp: 'a Gaussian process', svm: 'kernel expansions' },
};

export interface ModelClass {
  readonly words: string;
  readonly because: string;
  readonly neural: boolean;
}

const modelNamed = (name: string, module: Module): ModelDeclaration | undefined => {
  const d = module.declarations.find((x) => x.kind === 'model' && x.name.text === name);
  return d?.kind === 'model' ? d : undefined;
};

/** Bodies of the model and of the module's models that it mentions. */
const bodies = (model: ModelDeclaration, module: Module, seen = new Set<string>()): Expr[] => {
  if (seen.has(model.name.text)) return [];
  seen.add(model.name.text);
  const inner = mentioned(model.body).flatMap((name) => {
    const other = modelNamed(name, module);
    return other ? bodies(other, module, seen) : [];
  });
  return [model.body, ...inner];
};

const valueOf = (e: Expr): Expr => {
  if (e.kind !== 'block') return e;
  const last = lastOf(e.statements);
  return last?.kind === 'expr' ? valueOf(last.value) : e;
};

/** "deterministic", "random, with a density", "random, known by its samples only". */
const randomness = (model: ModelDeclaration): string => {
  if (model.result?.stochastic !== true) return 'deterministic';
  const value = valueOf(model.body);
  if (value.kind === 'binary' && value.op === '#')
    return 'stochastic, a pushforward (with a density where the map has an inverse)';
  const call = value.kind === 'index' ? value.object : value;
  const draws = model.body.kind === 'block' && model.body.statements.some((s) => s.kind === 'draw');
  const named = call.kind === 'call' && call.callee.kind === 'name' ? call.callee.name : '';
  const density = !draws && (/^\p{Lu}/u.test(named) || named === 'mixture');
  return density ? 'stochastic, with a density' : 'stochastic, known by its samples only (implicit)';
};

const structure = (model: ModelDeclaration, module: Module): { words: string; because: string; neural: boolean } => {
  const all = bodies(model, module);
  const names = new Set(all.flatMap((b) => mentioned(b)));
  const used = (set: ReadonlySet<string>): string[] => [...names].filter((n) => set.has(n));
  const plain = Object.keys(nonparametric).find((n) => names.has(n));
  if (plain) return { words: `nonparametric: ${nonparametric[plain]}`, because: `\`${plain}\``, neural: false };
  const kinds = new Set(all.flatMap((b) => nodes(b).map((n) => String(n.kind))));
  const bent = used(bends);
  const layer = used(layers);
  if (layer.length > 0) {
    const because = [...layer, ...bent.filter((b) => !layer.includes(b))].map((n) => `\`${n}\``).join(', ');
    if (isAffine(model, module)) return { words: 'parametric, linear', because, neural: false };
    if (bent.length === 0 && !kinds.has('fold')) return { words: 'parametric', because, neural: false };
    const kind = kinds.has('fold') ? 'recurrent ' : layer.includes('conv') ? 'convolutional ' : '';
    return { words: `parametric, ${kind}neural network`, because, neural: true };
  }
  if (names.has('mixture')) return { words: 'parametric, a mixture', because: '`mixture`', neural: false };
  if (model.params.length === 0)
    return { words: 'parametric, a family of distributions', because: 'no input', neural: false };
  if (isAffine(model, module))
    return {
      words: 'parametric, linear',
      because: 'sums, and products of parameters with the input only',
      neural: false,
    };
  return { words: 'parametric', because: 'its parameters', neural: false };
};

/** The class that `over f in DOMAIN` ranges over. */
export const classOf = (domain: Expr, module: Module): ModelClass => {
  const callee = domain.kind === 'index' ? domain.object : domain;
  const name = callee.kind === 'name' ? callee.name : undefined;
  if (name === undefined) return { words: 'a set given by an expression', because: 'its domain', neural: false };
  if (isSpaceName(name)) return { words: 'a point of a space', because: `\`${name}\` is a space`, neural: false };
  const model = modelNamed(name, module);
  if (model) {
    const s = structure(model, module);
    return { ...s, words: `${s.words}; ${randomness(model)}` };
  }
  if (Object.hasOwn(nonparametric, name))
    return { words: `nonparametric: ${nonparametric[name]}`, because: `\`${name}\``, neural: false };
  if (name === 'classifier')
    return {
      words: 'parametric, linear; stochastic, with a density',
      because: '`classifier` of the library',
      neural: false,
    };
  return { words: 'parametric', because: `\`${name}\` of the library or another file`, neural: bends.has(name) };
};
