/**
 * Expressions as formulas: every kind of expression in tree/expressions.ts, with parentheses only where the structure needs them.
 * Nothing throws: where the parser recovered, the formula has a question mark.
 */
import type {
  Argument,
  BinaryExpr,
  CallExpr,
  Expr,
  FoldExpr,
  IfExpr,
  IndexExpr,
  LambdaExpr,
} from '../../grammar/tree/expressions.ts';
import { bigTerm, comprehensionTerm, under } from './binders.ts';
import * as m from './math.ts';
import type { Box, Term } from './math.ts';
import { nameBox } from './names.ts';
import { constantArray, notation } from './notation.ts';
import { patternBox } from './patterns.ts';
import { problemTerm } from './problems.ts';
import type { Scope } from './problems.ts';
import { spaceOfExpr } from './spaces.ts';
import type { Write } from './spaces.ts';
import { blockTerm } from './statements.ts';

/** The function that writes expressions of a module. */
export const writer = (scope: Scope): Write => {
  const write: Write = (e) => {
    switch (e.kind) {
      case 'name':
        return spaceOfExpr(e, write) ?? m.term(nameBox(e.name));
      case 'number':
        return m.term(m.number(e.text.replaceAll('_', '')));
      case 'string':
        return m.term(m.text(`“${e.value}”`));
      case 'boolean':
        return m.term(m.identifier(String(e.value), true));
      case 'tuple':
        return m.term(m.parens(m.list(e.items.map((i) => write(i).box))));
      case 'record':
        return m.term(
          m.parens(m.list(e.fields.map((f) => m.row(nameBox(f.name.text), m.relation('='), write(f.value).box)))),
        );
      case 'array':
        return m.term(m.fence('[', m.list(e.items.map((i) => write(i).box)), ']'));
      case 'comprehension':
        return comprehensionTerm(e, write);
      case 'call':
        return notation(e, write, (x) => under(x, write)) ?? callTerm(e, write);
      case 'index':
        return spaceOfExpr(e, write) ?? indexTerm(e, write);
      case 'field':
        return m.term(m.row(m.within(write(e.object), m.ATOM), m.prefix('.'), nameBox(e.name.text)));
      case 'unary':
        return e.op === 'not'
          ? m.term(m.row(m.prefix('¬'), m.behind(write(e.operand), m.UNARY)), m.UNARY)
          : minus(write(e.operand));
      case 'binary':
        return binaryTerm(e, write);
      case 'big':
        return bigTerm(e, write);
      case 'if':
        return casesTerm(e, write);
      case 'lambda':
        return lambdaTerm(e, write);
      case 'block':
        return blockTerm(e, write);
      case 'density':
        return m.term(m.row(m.identifier('log', true), m.space, write(e.call).box), m.PRODUCT);
      case 'at':
        return atTerm(write(e.object), e.time, e.amount && write(e.amount));
      case 'fold':
        return foldTerm(e, write);
      case 'dist':
        return m.term(m.row(m.identifier('Law', true), m.fence('{', blockTerm(e.body, write).box, '}')));
      case 'problem':
        return problemTerm(e, write, scope);
      case 'space':
        return spaceOfExpr(e, write) ?? m.term(m.text('?'));
      case 'error':
        return m.term(m.text('?'));
    }
  };
  return write;
};

const minus = (t: Term): Term =>
  m.term(m.row(m.prefix('−'), m.behind(t, m.BIG)), m.UNARY, { open: t.open, signed: true });

const argumentBox = (a: Argument, write: Write): Box =>
  a.name ? m.row(nameBox(a.name.text), m.relation('='), write(a.value).box) : write(a.value).box;

const callTerm = (e: CallExpr, write: Write): Term => {
  const callee = m.within(write(e.callee), m.ATOM);
  const args = e.args.map((a) => argumentBox(a, write));
  const firstNamed = e.semicolon ?? e.args.length;
  const given = e.given.map((a) => argumentBox(a, write));
  const parts: Box[] = [];
  if (e.form === 'divergence') {
    parts.push(m.row(args[0] ?? m.text('?'), m.relation('‖'), args[1] ?? m.text('?')));
    if (args.length > 2) parts.push(m.punctuation(';'), m.list(args.slice(2)));
  } else {
    parts.push(m.list(args.slice(0, firstNamed)));
    if (firstNamed < args.length) parts.push(m.punctuation(';'), m.list(args.slice(firstNamed)));
    if (given.length > 0) parts.push(m.relation('∣'), m.list(given));
  }
  return m.term(m.row(callee, m.parens(m.row(...parts))));
};

/** Data and distributions have powers; models have static arguments; everything else has indices. All stand below or above. */
const indexTerm = (e: IndexExpr, write: Write): Term => {
  const items = e.items.map((i): Box => {
    if (i.kind === 'at') return write(i.value).box;
    if (i.kind === 'named') return m.row(nameBox(i.name.text), m.relation('='), write(i.value).box);
    return m.row(i.from ? write(i.from).box : m.row(), m.prefix(':'), i.to ? write(i.to).box : m.row());
  });
  const { object } = e;
  if (object.kind === 'name' && constantArray[object.name])
    return m.term(m.subscript(constantArray[object.name], m.list(items, m.prefix('×'))));
  const base = m.before(write(object), m.ATOM);
  const distribution = object.kind === 'call' && object.callee.kind === 'name' && /^\p{Lu}/u.test(object.callee.name);
  return distribution
    ? m.term(m.superscript(base, m.list(items, m.prefix('×'))), m.POWER)
    : m.term(m.subscript(base, m.list(items)));
};

const signs: Readonly<Partial<Record<BinaryExpr['op'], string>>> = {
  ...{ '==': '=', '!=': '≠', '<': '<', '<=': '≤', '>': '>', '>=': '≥', and: '∧', or: '∨', mod: 'mod' },
};

const binaryTerm = (e: BinaryExpr, write: Write): Term => {
  const [left, right] = [write(e.left), write(e.right)];
  const infix = (sign: Box, strength: number, rightStrength = strength): Term =>
    m.term(m.row(m.within(left, strength), sign, m.behind(right, rightStrength)), strength, {
      open: right.open,
      signed: left.signed && left.strength >= strength,
    });
  switch (e.op) {
    case '^':
      return m.term(m.superscript(m.before(left, e.left.kind === 'index' ? m.POWER : m.ATOM), right.box), m.POWER);
    case '*':
    case '@':
      return productTerm(left, right);
    case '/':
      return m.term(
        {
          kind: 'fraction',
          top: left.box,
          bottom: right.box,
          fenced: [left.strength < m.UNARY || left.open, right.strength < m.POWER || right.open],
        },
        m.PRODUCT,
        { signed: left.signed && left.strength >= m.UNARY },
      );
    case '∘':
      return m.term(m.row(m.before(left, m.PRODUCT), m.binary('∘'), m.behind(right, m.PRODUCT)), m.PRODUCT);
    case '#':
      return m.term(
        m.row(m.subscript(m.before(left, m.ATOM), m.prefix('♯')), m.space, m.behind(right, m.POWER)),
        m.PRODUCT,
      );
    case 'mod':
      return m.term(m.row(m.before(left, m.PRODUCT), m.binary('mod'), m.behind(right, m.UNARY)), m.PRODUCT);
    case '+':
      return infix(m.binary('+'), m.SUM);
    case '-':
      return infix(m.binary('−'), m.SUM, m.BIG);
    case '..':
      return m.term(m.fence('{', m.list([left.box, m.identifier('…', true), right.box]), '}'));
    case 'and':
      return infix(m.binary('∧'), m.AND);
    case 'or':
      return infix(m.binary('∨'), m.OR);
    default:
      return infix(m.relation(signs[e.op] ?? e.op), m.COMPARE, m.COMPARE + 1);
  }
};

const productTerm = (left: Term, right: Term): Term => {
  const l = m.before(left, m.PRODUCT);
  const r = m.behind(right, m.BIG);
  return m.term(m.row(l, juxtaposed(l, r) ? m.space : m.binary('·'), r), m.PRODUCT, {
    open: right.open,
    signed: left.signed && left.strength >= m.PRODUCT,
  });
};

const edge = (b: Box, side: 'first' | 'last'): Box => {
  if (b.kind === 'row') return b.items.length > 0 ? edge(b.items[side === 'first' ? 0 : b.items.length - 1], side) : b;
  return b;
};

/** Factors stand side by side unless that could be misread: 2 3, words, a letter before a parenthesis, a fraction on one line. */
const juxtaposed = (l: Box, r: Box): boolean => {
  const [a, b] = [edge(l, 'last'), edge(r, 'first')];
  const letter = (x: Box): boolean =>
    (x.kind === 'identifier' && (!x.upright || [...x.text].length === 1)) ||
    (x.kind === 'script' && letter(x.base)) ||
    x.kind === 'big';
  if (b.kind === 'number' || a.kind === 'fraction' || b.kind === 'fraction' || b.kind === 'cases') return false;
  if (b.kind === 'script' && b.base.kind === 'number') return false;
  if (b.kind === 'fence') return a.kind === 'number' || a.kind === 'fence';
  if (a.kind === 'number' || a.kind === 'fence') return true;
  return letter(a) && letter(b) && r.kind !== 'row';
};

const casesTerm = (e: IfExpr, write: Write): Term => {
  const rows: { value: Box; condition: Box }[] = [];
  let at: Expr = e;
  while (at.kind === 'if') {
    rows.push({ value: write(at.then).box, condition: m.row(m.text('if '), write(at.condition).box) });
    at = at.else;
  }
  rows.push({ value: write(at).box, condition: m.text('otherwise') });
  return m.term({ kind: 'cases', rows }, m.LOOSE, { open: true });
};

const lambdaTerm = (e: LambdaExpr, write: Write): Term => {
  const params = e.params.map((p) => patternBox(p.pattern));
  const head = params.length === 1 ? params[0] : m.parens(m.list(params));
  return m.term(m.row(head, m.relation(e.stochastic ? '⇝' : '↦'), write(e.body).box), m.LOOSE, { open: true });
};

/** A member at another time: of the last multiple of K steps, averaged with decay d, at the start. */
const atTerm = (object: Term, time: 'every' | 'decay' | 'start', amount: Term | undefined): Term => {
  const base = m.before(object, m.ATOM);
  if (time === 'start') return m.term(m.superscript(base, m.parens(m.number('0'))), m.POWER);
  const by = amount?.box ?? m.text('?');
  if (time === 'decay') return m.term(m.row(m.subscript(m.identifier('EMA', true), by), m.parens(object.box)));
  const last = m.row(by, m.space, m.fence('⌊', m.row(m.identifier('t'), m.prefix('/'), by), '⌋'));
  return m.term(m.superscript(base, m.parens(last)), m.POWER);
};

const foldTerm = (e: FoldExpr, write: Write): Term => {
  const state = patternBox(e.state);
  const beneath = m.list([m.row(state, m.prefix(':='), write(e.init).box), ...e.binders.map((b) => under(b, write))]);
  return m.term(m.row(m.big(e.all ? 'scan' : 'fold', beneath), m.space, write(e.body).box), m.LOOSE, { open: true });
};
