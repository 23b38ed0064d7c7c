/**
 * Is the body of a model an affine function of what it is given? Read off its tree, as a proof: what is not known to keep the degree is taken to
 * bend. Of a conditional distribution the parameters are meant, as in a generalised linear model.
 */
import type { ModelDeclaration, Module } from '../../grammar/tree/declarations.ts';
import type { Expr } from '../../grammar/tree/expressions.ts';
import type { Binder } from '../../grammar/tree/patterns.ts';
import { lastOf, mentioned, patternNames } from '../../grammar/walk.ts';

/** In the inputs: 0 constant, 1 affine, more or `Infinity` not. */
type Degrees = ReadonlyMap<string, number>;

/** Affine in their arguments. */
const keeping = new Set([
  ...[
    'sum',
    'mean',
    'cumsum',
    'flatten',
    'reshape',
    'transpose',
    'concat',
    'stack',
    'reverse',
    'pad',
    'repeat',
    'tile',
  ],
  ...['dense', 'conv', 'conv_transpose', 'conv1d', 'depthwise_conv', 'mean_pool', 'classifier'],
]);
const products = new Set(['dot', 'outer']);

const degreeIn = (module: Module) => {
  const affineModel = (name: string, within: ReadonlySet<string>): boolean => {
    const model = module.declarations.find((d) => d.kind === 'model' && d.name.text === name);
    return model?.kind === 'model' && !within.has(name) && of(model, new Set([...within, name])) <= 1;
  };

  const of = (model: ModelDeclaration, within: ReadonlySet<string>): number => {
    const members = new Map<string, string>();
    const most = (es: readonly Expr[], at: Degrees): number => Math.max(0, ...es.map((e) => degree(e, at)));
    const bound = (binders: readonly Binder[], at: Degrees): Degrees =>
      binders.reduce((known, b) => {
        const d = degree(b.source, known);
        return new Map([...known, ...b.targets.flatMap(patternNames).map((n): [string, number] => [n, d])]);
      }, at);

    const call = (callee: Expr, args: readonly Expr[], at: Degrees): number => {
      const target = callee.kind === 'index' ? callee.object : callee;
      if (target.kind !== 'name' || at.has(target.name)) return Infinity;
      const name = members.get(target.name) ?? target.name;
      if (products.has(name)) return args.reduce((total, e) => total + degree(e, at), 0);
      const kept = keeping.has(name) || (/^\p{Lu}\w*$/u.test(name) && !isModel(name)) || affineModel(name, within);
      const d = most(args, at);
      return d === 0 || kept ? d : Infinity;
    };
    const isModel = (name: string): boolean =>
      module.declarations.some((d) => d.kind === 'model' && d.name.text === name);

    const degree = (e: Expr, at: Degrees): number => {
      switch (e.kind) {
        case 'name':
          return at.get(e.name) ?? 0;
        case 'tuple':
        case 'array':
          return most(e.items, at);
        case 'field':
          return degree(e.object, at);
        case 'unary':
          return e.op === '-' ? degree(e.operand, at) : opaque(e, at);
        case 'binary': {
          const [left, right] = [degree(e.left, at), degree(e.right, at)];
          if (e.op === '+' || e.op === '-') return Math.max(left, right);
          if (e.op === '*' || e.op === '@') return left + right;
          return e.op === '/' && right === 0 ? left : opaque(e, at);
        }
        case 'index':
          return e.items.every((i) => opaque(i, at) === 0) ? degree(e.object, at) : Infinity;
        case 'comprehension':
          return e.conditions.length > 0 ? opaque(e, at) : degree(e.body, bound(e.binders, at));
        case 'big':
          if (e.op !== 'sum' && e.op !== 'mean') return opaque(e, at);
          return e.conditions.length > 0 ? opaque(e, at) : degree(e.body, bound(e.binders, at));
        case 'call':
          return e.form === 'plain'
            ? call(
                e.callee,
                e.args.map((a) => a.value),
                at,
              )
            : opaque(e, at);
        case 'block': {
          let known = at;
          for (const s of e.statements) {
            if (s.kind === 'assign') {
              const d = degree(s.value, known);
              known = new Map([...known, ...patternNames(s.pattern).map((n): [string, number] => [n, d])]);
            } else if (s.kind === 'member') {
              const target = s.model.kind === 'index' ? s.model.object : s.model;
              if (target.kind === 'name') members.set(s.name.text, target.name);
            } else if (s.kind !== 'param' && s.kind !== 'expr') return opaque(e, known);
          }
          const last = lastOf(e.statements);
          return last?.kind === 'expr' ? degree(last.value, known) : Infinity;
        }
        default:
          return opaque(e, at);
      }
    };
    /** 0 where no input is mentioned. */
    const opaque = (e: unknown, at: Degrees): number => (mentioned(e).some((n) => (at.get(n) ?? 0) > 0) ? Infinity : 0);

    const inputs = model.params.flatMap((p) => patternNames(p.pattern));
    return degree(model.body, new Map(inputs.map((n) => [n, 1])));
  };
  return of;
};

export const isAffine = (model: ModelDeclaration, module: Module): boolean =>
  degreeIn(module)(model, new Set([model.name.text])) === 1;
