/**
 * Elementwise operations in WGSL: the functions that all engines share for float32, and the machine's own for integers and truths.
 */
import {
  binaryOps,
  comparisonOps,
  logicalOps,
  unaryOps,
  type BinaryOp,
  type ComparisonOp,
  type DType,
  type LogicalOp,
  type Operation,
  type UnaryOp,
} from '../../../../compiler/ir/operations.ts';
import { broadcastStrides } from '../../../../compiler/ir/shape.ts';
import { tabulate } from '../../../../compiler/rules/table.ts';
import { polygamma } from '../../functions/special.ts';
import { binaryFunctions, comparisons, unaryFunctions } from '../../functions/table.ts';
import type { Spec } from '../../host/kernel.ts';
import { coordinates, place } from '../indices.ts';
import type { Source } from '../program.ts';
import { openBody, type Body } from '../wgsl.ts';
import type { WgslTable } from './rule.ts';

/** What is stored is cut to 32 bits, and division rounds towards zero; a negative power is 0 but for ±1. */
export const integerPower = `
fn power(a : i32, b : i32) -> i32 {
  if (b < 0) { return select(select(0, select(1, -1, (b & 1) == 1), a == -1), 1, a == 1); }
  var base = a;
  var left = b;
  var result = 1;
  while (left > 0) {
    if ((left & 1) == 1) { result = result * base; }
    base = base * base;
    left = left >> 1u;
  }
  return result;
}`;

const integers: { readonly [K in BinaryOp]: (a: string, b: string) => string } = {
  add: (a, b) => `${a} + ${b}`,
  sub: (a, b) => `${a} - ${b}`,
  mul: (a, b) => `${a} * ${b}`,
  div: (a, b) => `${a} / ${b}`,
  mod: (a, b) => `select(${a} % ${b}, ${a} % ${b} + ${b}, (${a} % ${b}) != 0 && ((${a} % ${b}) < 0) != (${b} < 0))`,
  max: (a, b) => `max(${a}, ${b})`,
  min: (a, b) => `min(${a}, ${b})`,
  pow: (a, b) => `power(${a}, ${b})`,
  atan2: (a, b) => `i32(atan2(f32(${a}), f32(${b})))`,
};

const symbols: { readonly [K in ComparisonOp]: string } = { eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' };

const castTo = (body: Body, to: DType, from: DType, x: string): string => {
  if (to === from) return x;
  if (to === 'float32') return `f32(${x})`;
  if (to === 'int32') return from === 'bool' ? x : `select(i32(${x}), 0, ${body.arithmetic.isNaN(x)})`;
  return `select(0, 1, ${x} != ${from === 'float32' ? '0.0f' : '0'})`;
};

const includes = <T extends string>(list: readonly T[], op: string): op is T =>
  (list as readonly string[]).includes(op);

/** The expression of one element from those of its operands; truths are the integers 0 and 1. */
export const expressionOf = (
  body: Body,
  operation: Operation,
  args: readonly string[],
  inputs: readonly Spec[],
): string => {
  const { op } = operation;
  const m = body.arithmetic;
  const real = inputs[inputs.length - 1].dtype === 'float32';
  const [a, b, c] = args;
  if (includes(unaryOps, op)) return unaryFunctions[op](m, a);
  if (operation.op === 'polygamma') return polygamma(m, operation.order, a);
  if (includes(binaryOps, op)) return real ? binaryFunctions[op](m, a, b) : integers[op](a, b);
  if (includes(comparisonOps, op))
    return `select(0, 1, ${real ? comparisons[op](m, a, b) : `${a} ${symbols[op]} ${b}`})`;
  if (op === 'and') return `${a} & ${b}`;
  if (op === 'or') return `${a} | ${b}`;
  if (op === 'not') return `1 - ${a}`;
  if (op === 'select') return `select(${c}, ${b}, ${a} != 0)`;
  if (operation.op === 'cast') return castTo(body, operation.dtype, inputs[0].dtype, a);
  if (op === 'stop') return a;
  throw new Error(`internal: ${op} is not elementwise`);
};

const element = (operation: Operation, inputs: readonly Spec[], output: Spec): Source => {
  const body = openBody();
  const broadcasts = inputs.some(({ shape }) => String(shape) !== String(output.shape));
  const at = broadcasts ? coordinates(body, 'index', output.shape) : [];
  const args = inputs.map(({ shape }, i) => {
    const own = broadcasts ? place(at, broadcastStrides(shape, output.shape)) : 'index';
    return body.name(`x${i}[${own}]`);
  });
  body.line(`result[index] = ${expressionOf(body, operation, args, inputs)};`);
  return { body: body.text(), ...(operation.op === 'pow' ? { functions: integerPower } : {}) };
};

export const elementwise = {
  ...tabulate(unaryOps, (_: UnaryOp) => element),
  ...tabulate(binaryOps, (_: BinaryOp) => element),
  ...tabulate(comparisonOps, (_: ComparisonOp) => element),
  ...tabulate(logicalOps, (_: LogicalOp) => element),
  polygamma: element,
  not: element,
  select: element,
  cast: element,
} satisfies WgslTable;
