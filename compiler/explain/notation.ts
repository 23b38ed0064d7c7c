/**
 * Calls that mathematics writes in a way of its own: √x, |x|, ⟨a, b⟩, eˣ, ‖x‖², Aᵀ, Σₖ wₖ 𝒩(μₖ, σₖ) for a mixture.
 * A rule answers undefined when the call does not have the form that it is about; then it is written as a call.
 */
import type { CallExpr, Expr } from '../../grammar/tree/expressions.ts';
import {
  ATOM,
  before,
  big,
  BIG,
  fence,
  identifier,
  list,
  number,
  POWER,
  PRODUCT,
  row,
  space,
  subscript,
  superscript,
  term,
  within,
} from './math.ts';
import type { Box, Term } from './math.ts';
import { nameBox } from './names.ts';
import type { Write } from './spaces.ts';

type Rule = (args: readonly Expr[], write: Write, under: (e: Expr) => Box | undefined) => Term | undefined;

const one =
  (make: (a: Term, e: Expr) => Term | undefined): Rule =>
  (args, write) =>
    args.length === 1 ? make(write(args[0]), args[0]) : undefined;

const enclosed = (open: string, close: string): Rule => one((a) => term(fence(open, a.box, close)));

/** `f x` without parentheses when x is short: log 2, det A. */
const applied = (name: string): Rule =>
  one((a) =>
    a.strength >= POWER && !a.open && a.box.kind !== 'fence'
      ? term(row(nameBox(name), space, a.box), PRODUCT)
      : term(row(nameBox(name), fence('(', a.box, ')'))),
  );

const raisedBy = (sup: Box): Rule => one((a) => term(superscript(before(a, ATOM), sup), POWER));

const size = (b: Box): number => {
  switch (b.kind) {
    case 'row':
      return b.items.reduce((n, i) => n + size(i), 0);
    case 'fence':
    case 'root':
      return 2 + size(b.body);
    case 'fraction':
      return size(b.top) + size(b.bottom);
    case 'script':
      return size(b.base) + 1;
    case 'cases':
    case 'big':
      return 99;
    default:
      return 1;
  }
};

const rules: Readonly<Record<string, Rule>> = {
  sqrt: one((a) => term({ kind: 'root', body: a.box, fenced: a.strength < ATOM || size(a.box) > 1 }, POWER)),
  abs: enclosed('|', '|'),
  norm: enclosed('‖', '‖'),
  size: enclosed('|', '|'),
  floor: enclosed('⌊', '⌋'),
  ceil: enclosed('⌈', '⌉'),
  exp: one((a) => (size(a.box) <= 14 ? term(superscript(identifier('e', true), a.box), POWER) : undefined)),
  log: applied('log'),
  lgamma: one((a) => term(row(nameBox('log'), space, identifier('Γ', true), fence('(', a.box, ')')), PRODUCT)),
  det: applied('det'),
  transpose: raisedBy(identifier('⊤', true)),
  inverse: raisedBy(row({ kind: 'operator', text: '−', role: 'prefix' }, number('1'))),
  stop: one((a) => term(row(identifier('sg', true), fence('[', a.box, ']')))),
  dot: (args, write) => (args.length === 2 ? term(fence('⟨', list(args.map((a) => write(a).box)), '⟩')) : undefined),
  /** A sum of squares of an array is a squared norm. */
  sum: one((a, e) => {
    if (e.kind !== 'binary' || e.op !== '^' || e.right.kind !== 'number' || e.right.value !== 2) return undefined;
    return a.box.kind === 'script' && a.box.sup
      ? term(superscript(fence('‖', unfenced(a.box.base), '‖'), number('2')), POWER)
      : undefined;
  }),
  mixture: (args, write, under) => {
    const [weights, parts] = args;
    if (args.length !== 2 || parts.kind !== 'comprehension' || parts.binders.length !== 1) return undefined;
    const target = parts.binders[0].targets[0];
    const beneath = under(parts);
    if (target.kind !== 'name' || !beneath) return undefined;
    const weight = subscript(within(write(weights), ATOM), nameBox(target.name));
    return term(row(big('∑', beneath), space, weight, space, within(write(parts.body), PRODUCT)), BIG, { open: true });
  },
};

const unfenced = (b: Box): Box => (b.kind === 'fence' && b.open === '(' ? b.body : b);

/** The call in its own notation; `under` writes the binders of a comprehension. */
export const notation = (call: CallExpr, write: Write, under: (e: Expr) => Box | undefined): Term | undefined => {
  if (call.callee.kind !== 'name' || call.form !== 'plain' || call.args.some((a) => a.name)) return undefined;
  const rule = Object.hasOwn(rules, call.callee.name) ? rules[call.callee.name] : undefined;
  return rule?.(
    call.args.map((a) => a.value),
    write,
    under,
  );
};

/** `identity[4]` is I₄, `zeros[32]` 0₃₂, `ones[n]` 1ₙ. */
export const constantArray: Readonly<Record<string, Box>> = {
  identity: identifier('I', false),
  zeros: identifier('0', true),
  ones: identifier('1', true),
};
