/** Binary and unary operators on values of every kind. */
import type { Span } from '../../../grammar/span.ts';
import type { BinaryExpr, BinaryOp, UnaryExpr } from '../../../grammar/tree/expressions.ts';
import * as ir from '../../ir/build.ts';
import { diagnose, fail } from '../../messages.ts';
import { similar } from '../../../grammar/similar.ts';
import { Bit, R } from '../../spaces/space.ts';
import { inAxes, runAt } from '../context.ts';
import { isLibrary } from '../../host.ts';
import type { Context } from '../context.ts';
import { asCount, asTensor, describe, knownTexts, poisoned } from '../values/describe.ts';
import { draws, powerOf, sequencePower } from '../distributions/distributions.ts';
import { pushforward } from '../distributions/pushforward.ts';
import { comparedByPlace } from './places.ts';
import { arrayOfData } from '../data/rows.ts';
import { masked } from '../values/reduce.ts';
import { isSequence, offset, overSequences, varyingRange } from '../values/sequences.ts';
import {
  axisToShape,
  compareTensors,
  constantBoolean,
  constantNumber,
  known,
  logical,
  mapBinary,
  mapUnary,
  matrixProduct,
  rankOf,
  tensor,
  toBit,
  toReal,
} from '../values/tensors.ts';
import type { FunctionValue, Tensor, TextColumn, Value } from '../values/values.ts';

/** A stochastic map's value stands for one draw of it where a number is needed. */
export const settle = (v: Value, ctx: Context, span: Span): Value => {
  if (v.kind === 'stage' && v.value) return v.value(ctx);
  return v.kind === 'dist' && v.implicit ? draws(v, ctx, span) : v;
};

const operand = (v: Value, ctx: Context, span: Span, op: string): Tensor => {
  const settled = settle(v, ctx, span);
  if (settled.kind === 'dist')
    return fail(
      'L0302',
      span,
      { expected: 'a number or an array', seen: describe(v), where: `\`${op}\`` },
      {
        help: 'take a draw with `z ~ ...` or `E[z ~ ...]`, or its `mean(...)`',
      },
    );
  // Rows of numbers are an array.
  const rows = settled.kind === 'data' ? arrayOfData(settled, ctx) : undefined;
  return rows ?? asTensor(settled, span, `\`${op}\``);
};

const textColumn = (v: TextColumn, test: (s: string | null) => boolean): Tensor => {
  const data = Uint8Array.from(v.values, (s) => (test(s) ? 1 : 0));
  return tensor(ir.constant({ dtype: 'bool', shape: [data.length], data }), [v.axis], Bit());
};

const isNaNTensor = (t: Tensor): Tensor => compareTensors('ne', toReal(t), toReal(t));

/** A text that is in none of the rows, and nearly one that is. */
const warnOfText = (column: TextColumn, text: string, e: BinaryExpr, ctx: Context): void => {
  const literal = [e.left, e.right].find((x) => x.kind === 'string');
  if (!literal || column.values.includes(text)) return;
  const near = similar(text, new Set(column.values.filter((v) => v !== null)));
  const shown = literal === e.left ? e.right : e.left;
  const name = shown.kind === 'field' ? `\`${shown.name.text}\`` : 'the column';
  if (near !== undefined)
    ctx.shared.diagnostics.push(diagnose('L0904', literal.span, { text, column: name, similar: near }));
};

/** A class that is called after a text, and a text. */
const namedClass = (a: Value, b: Value, span: Span): Tensor | undefined => {
  if (a.kind !== 'tensor' || b.kind !== 'text' || a.space.element.kind !== 'Class') return undefined;
  const { names, size } = a.space.element;
  if (!names) return undefined;
  const place = names.indexOf(b.text);
  if (place < 0)
    fail('L0302', span, {
      expected: `one of ${size} texts (${names.slice(0, 4).join(', ')}${size > 4 ? ', ...' : ''})`,
      seen: `the text "${b.text}"`,
      where: '`==`',
    });
  return tensor(ir.compare('eq', a.node, ir.scalar(place, 'int32')), a.axes, Bit(...a.space.shape));
};

const equality = (left: Value, right: Value, ctx: Context, e: BinaryExpr): Tensor => {
  const { span } = e;
  for (const v of [left, right]) if (v.kind === 'texts') knownTexts(v, span);
  if (right.kind === 'missing' || left.kind === 'missing') {
    const v = right.kind === 'missing' ? left : right;
    if (v.kind === 'texts') return textColumn(v, (s) => s === null);
    if (v.kind === 'tensor' && v.space.element.kind === 'Class')
      return tensor(ir.lt(v.node, ir.scalar(0, 'int32')), v.axes, Bit(...v.space.shape));
    if (v.kind === 'tensor') return isNaNTensor(v);
    if (v.kind === 'missing') return constantBoolean(true);
    return fail('L0302', span, { expected: 'a column', seen: describe(v), where: 'the comparison with `missing`' });
  }
  if (left.kind === 'text' && right.kind === 'text') return constantBoolean(left.text === right.text);
  if (left.kind === 'texts' && right.kind === 'text') warnOfText(left, right.text, e, ctx);
  if (right.kind === 'texts' && left.kind === 'text') warnOfText(right, left.text, e, ctx);
  if (left.kind === 'texts' && right.kind === 'text') return textColumn(left, (s) => s === right.text);
  if (right.kind === 'texts' && left.kind === 'text') return textColumn(right, (s) => s === left.text);
  if (left.kind === 'texts' && right.kind === 'texts' && left.axis === right.axis) {
    const data = Uint8Array.from(left.values, (s, i) => (s === right.values[i] ? 1 : 0));
    return tensor(ir.constant({ dtype: 'bool', shape: [data.length], data }), [left.axis], Bit());
  }
  const named = namedClass(left, right, span) ?? namedClass(right, left, span);
  if (named) return named;
  if (left.kind === 'tuple' && right.kind === 'tuple' && left.items.length === right.items.length)
    return left.items.map((x, i) => equality(x, right.items[i], ctx, e)).reduce((a, b) => logical('and', a, b, span));
  const empty =
    [left, right].some((v) => v.kind === 'text' && v.text === '') && [left, right].some((v) => v.kind === 'tensor');
  if (empty)
    fail(
      'L0302',
      span,
      { expected: 'a number', seen: 'the text ""', where: '`==`' },
      { help: 'a field that holds nothing is `missing`: `r.column == missing`' },
    );
  return compareTensors('eq', operand(left, ctx, span, '=='), operand(right, ctx, span, '=='), span, '==');
};

const negated = (t: Tensor): Tensor => tensor(ir.not(toBit(t).node), t.axes, Bit(...toBit(t).space.shape));

/** x^n for a small whole n as products: exact signs, and a polynomial stays one. */
const power = (x: Tensor, y: Tensor, span: Span): Tensor => {
  const n = known(y);
  const base = toReal(x);
  if (n === 1) return base;
  if (n === 2) return mapUnary('square', base, span);
  if (n === 3) return mapBinary('mul', mapUnary('square', base, span), base, span, '^');
  if (n === 4) return mapUnary('square', mapUnary('square', base, span), span);
  if (n === 0.5) return mapUnary('sqrt', base, span);
  if (n === -1) return mapUnary('reciprocal', base, span);
  return mapBinary('pow', base, y, span, '^');
};

const arithmetic = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', mod: 'mod' } as const;
const comparisons = { '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' } as const;

/** A number that differs from example to example, or from draw to draw. */
const varies = (v: Value): v is Tensor => v.kind === 'tensor' && rankOf(v) === 0 && known(v) === undefined;

const isNumberLike = (v: Value): boolean => ['tensor', 'range', 'along'].includes(v.kind);

/** Known numbers of which the operation has no value: 0 / 0, infinity - infinity, (-1)^0.5. */
const defined = (
  compute: (a: Tensor, b: Tensor, span: Span) => Tensor,
  a: Tensor,
  b: Tensor,
  { op, span }: BinaryExpr,
): Tensor => {
  const result = compute(a, b, span);
  const [x, y] = [known(a), known(b)];
  if (x === undefined || y === undefined || Number.isNaN(x) || Number.isNaN(y)) return result;
  // What the library computes may be left out again by a condition.
  if (!Number.isNaN(known(result) ?? 0) || isLibrary(span)) return result;
  return fail('L0302', span, {
    expected: 'numbers of which it has a value',
    seen: `${x} and ${y}`,
    where: `\`${op}\``,
  });
};

/** A place on an axis, or a number with bounds, stays one when a whole number is added. */
const offsetOf = (op: '+' | '-', a: Tensor, b: Tensor, result: Tensor): Tensor => {
  const [n, m] = [known(b), known(a)];
  const [t, by] = n !== undefined ? [a, op === '+' ? n : -n] : op === '+' ? [b, m] : [b, undefined];
  if (by === undefined || !Number.isInteger(by)) return result;
  const { counts, within } = offset(t, by);
  return { ...result, counts, within };
};

/**
 * `weights @ values` of sequences that are as long: the sum over the entries. A matrix after a sequence of vectors is applied to each.
 */
const sequenceProduct = (left: Value, right: Value, ctx: Context, span: Span): Value => {
  const product = (a: Value, b: Value, at: Context): Tensor =>
    matrixProduct(operand(a, at, span, '@'), operand(b, at, span, '@'), span);
  if (left.kind !== 'along' || left.mask === undefined || right.kind !== 'along') {
    if (left.kind === 'along')
      return overSequences([left, right], ctx, span, ([a, b], at) => product(a, b, at)) as Value;
    return product(left, right, ctx);
  }
  const { axis, mask } = left;
  const weights = operand(left.element, inAxes(ctx, axis), span, '@');
  const paired = overSequences([left, right], ctx, span, ([, b], at) => operand(b, at, span, '@'));
  if (rankOf(toReal(weights)) > 0 || paired?.element.kind !== 'tensor')
    return overSequences([left, right], ctx, span, ([a, b], at) => product(a, b, at)) as Value;
  const [a, b] = [weights, paired.element].map((t) => masked(toReal(t), mask, 0));
  return matrixProduct(axisToShape(a, axis), axisToShape(b, axis), span);
};

export const applyBinary = (op: BinaryOp, left: Value, right: Value, ctx: Context, e: BinaryExpr): Value => {
  const { span } = e;
  if (left.kind === 'poison' || right.kind === 'poison') return poisoned();
  const placed = comparedByPlace(op, left, right);
  if (placed !== undefined) return constantBoolean(placed);
  if (op in arithmetic || op in comparisons || ['^', '==', '!=', 'and', 'or'].includes(op)) {
    const each = overSequences([left, right], ctx, span, ([a, b], at) => applyBinary(op, a, b, at, e));
    if (each) return each;
  }
  switch (op) {
    case '^':
      if (!isNumberLike(left) && !(left.kind === 'dist' && left.implicit && right.kind !== 'tensor'))
        return varies(right)
          ? sequencePower(left, toReal(right), ctx, span)
          : powerOf(left, asCount(right, e.right.span, 'the number of draws'), ctx, span);
      return defined(power, operand(left, ctx, e.left.span, op), operand(right, ctx, e.right.span, op), e);
    case '+':
    case '-': {
      const a = operand(left, ctx, e.left.span, op);
      const b = operand(right, ctx, e.right.span, op);
      return defined((x, y) => offsetOf(op, x, y, mapBinary(arithmetic[op], x, y, span, op)), a, b, e);
    }
    case '*':
    case '/':
    case 'mod':
      // `1 / 0` is how infinity is written.
      if (op !== '*' && e.right.kind === 'number' && e.right.value === 0 && e.left.kind !== 'number')
        fail('L0602', span, { what: 'division by 0' });
      return defined(
        (a, b) => mapBinary(arithmetic[op], a, b, span, op),
        operand(left, ctx, e.left.span, op),
        operand(right, ctx, e.right.span, op),
        e,
      );
    case '@':
      if ([left, right].some(isSequence)) return sequenceProduct(left, right, ctx, span);
      return matrixProduct(operand(left, ctx, e.left.span, op), operand(right, ctx, e.right.span, op), span);
    case '∘':
      return compose(left, right);
    case '#':
      return pushforward(
        (x, at) => ctx.shared.run.apply(left, [{ value: x, span }], runAt(ctx, at), span),
        right,
        ctx,
        span,
      );
    case '==':
      return equality(settle(left, ctx, e.left.span), settle(right, ctx, e.right.span), ctx, e);
    case '!=':
      return negated(equality(settle(left, ctx, e.left.span), settle(right, ctx, e.right.span), ctx, e));
    case '<':
    case '<=':
    case '>':
    case '>=':
      return compareTensors(
        comparisons[op],
        operand(left, ctx, e.left.span, op),
        operand(right, ctx, e.right.span, op),
        span,
        op,
      );
    case 'and':
    case 'or':
      return logical(op, operand(left, ctx, e.left.span, op), operand(right, ctx, e.right.span, op), span);
    case '..': {
      const end = (v: Value, at: Span, where: string): Tensor => asTensor(settle(v, ctx, at), at, where);
      const ends = [end(left, e.left.span, 'the start of a range'), end(right, e.right.span, 'the end of a range')];
      if (ends.some((t) => known(t) === undefined)) return varyingRange(ends[0], ends[1], ctx, span);
      const [from, to] = ends.map((t) => known(t) as number);
      if (!Number.isInteger(from) || !Number.isInteger(to))
        return fail('L0302', span, { expected: 'whole numbers', seen: `${from}..${to}`, where: 'a range' });
      return { kind: 'range', from, to };
    }
  }
};

/** `f ∘ g`: first g, then f. */
const compose = (f: Value, g: Value): FunctionValue => ({
  kind: 'function',
  name: '',
  overloads: [],
  run: (ctx, args, span) => {
    const { run } = ctx.shared;
    return run.apply(f, [{ value: run.apply(g, args, ctx, span), span }], ctx, span);
  },
});

export const applyUnary = (e: UnaryExpr, v: Value, ctx: Context): Value => {
  const each = overSequences([v], ctx, e.span, ([x], at) => applyUnary(e, x, at));
  if (each) return each;
  const t = operand(v, ctx, e.operand.span, e.op);
  if (e.op === 'not') return negated(t);
  const n = known(toReal(t));
  if (n !== undefined) return constantNumber(-n);
  const x = toReal(t);
  return tensor(ir.neg(x.node, e.span), x.axes, R(...x.space.shape));
};
