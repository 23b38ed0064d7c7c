/**
 * Big operators and comprehensions: what is bound stands beneath, 𝔼_{x∼P}, Σ_{i<n}, Π_{t=1}^{T}.
 */
import type { BigExpr, BigOp, ComprehensionExpr, Expr } from '../../grammar/tree/expressions.ts';
import type { Binder } from '../../grammar/tree/patterns.ts';
import * as m from './math.ts';
import type { Box, Term } from './math.ts';
import { patternBox } from './patterns.ts';
import type { Write } from './spaces.ts';

const relations: Readonly<Record<Binder['relation'], string>> = { in: '∈', '~': '∼', '<': '<' };

const binderBox = (b: Binder, write: Write): Box =>
  m.row(m.list(b.targets.map(patternBox)), m.relation(relations[b.relation]), m.within(write(b.source), m.SUM));

/** What stands beneath the operator: of a binder, or of all binders and conditions of a comprehension. */
export const under = (x: Binder | Expr, write: Write): Box => {
  if ('relation' in x) return binderBox(x, write);
  return x.kind === 'comprehension' ? beneath(x.binders, x.conditions, write) : m.text('?');
};

const beneath = (binders: readonly Binder[], conditions: readonly Expr[], write: Write): Box =>
  m.list([...binders.map((b) => binderBox(b, write)), ...conditions.map((c) => write(c).box)]);

const symbols: Readonly<Record<BigOp, string>> = {
  ...{ E: '𝔼', sum: '∑', prod: '∏', mean: 'mean', max: 'max', min: 'min', argmax: 'arg max', argmin: 'arg min' },
  ...{ all: '⋀', any: '⋁', logsumexp: 'log ∑', softmax: 'softmax', grad: '∇', P: 'ℙ' },
};

/** `t in 1..T` as the only binder of a sum: limits below and above. */
const limits = (e: BigExpr, write: Write): { under: Box; over?: Box } => {
  const [b] = e.binders;
  const ranged = (e.op === 'sum' || e.op === 'prod') && e.binders.length === 1 && e.conditions.length === 0;
  if (ranged && b.relation === 'in' && b.source.kind === 'binary' && b.source.op === '..')
    return {
      under: m.row(m.list(b.targets.map(patternBox)), m.relation('='), write(b.source.left).box),
      over: write(b.source.right).box,
    };
  return { under: beneath(e.binders, e.conditions, write) };
};

const truth = (e: Expr): boolean =>
  (e.kind === 'binary' && /^(==|!=|<=?|>=?|and|or)$/.test(e.op)) || (e.kind === 'unary' && e.op === 'not');

/** The body in brackets when it binds less than a product. */
const body = (e: Expr, op: BigOp, write: Write): Box[] => {
  const t = write(e);
  const [open, close] = op === 'E' ? ['[', ']'] : ['(', ')'];
  if (truth(e) && op !== 'all' && op !== 'any' && op !== 'P')
    return [m.space, m.identifier('𝟙', true), m.fence('[', t.box, ']')];
  if (op === 'P') return [m.parens(t.box)];
  if (op === 'softmax') return [m.parens(t.box)];
  if (t.strength < m.BIG || t.signed) return [m.space, m.fence(open, t.box, close)];
  return [m.space, t.box];
};

export const bigTerm = (e: BigExpr, write: Write): Term => {
  if (e.op === 'grad') {
    const nabla = m.subscript(m.identifier('∇', true), m.list(e.targets.map((t) => write(t).box)));
    return m.term(m.row(nabla, ...body(e.body, e.op, write)), m.BIG, { open: true });
  }
  const around = limits(e, write);
  if (e.op === 'logsumexp') {
    const t = write(e.body);
    const exp = m.row(m.identifier('exp', true), m.parens(t.box));
    return m.term(m.row(m.identifier('log', true), m.space, m.big('∑', around.under), m.space, exp), m.BIG, {
      open: true,
    });
  }
  const operator = m.big(symbols[e.op], around.under, around.over);
  return m.term(m.row(operator, ...body(e.body, e.op, write)), m.BIG, { open: true });
};

/** `[e for x in xs if c]` as the family of its elements. */
export const comprehensionTerm = (e: ComprehensionExpr, write: Write): Term =>
  m.term(m.fence('[', m.row(write(e.body).box, m.relation('∣'), beneath(e.binders, e.conditions, write)), ']'));
