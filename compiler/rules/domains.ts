/** Where the functions of the closed list have a value: outside the result is NaN, at an end that is left out it is infinite. */
import { uniformValue } from '../ir/make.ts';
import type { Node } from '../ir/graph.ts';
import type { Bounds, OpName } from '../ir/operations.ts';
import { bare } from './shares.ts';

export interface Domain extends Bounds {
  /** Which of the inputs it is about. */
  readonly of: number;
  /** The ends are not in it. */
  readonly open: boolean;
  /** Where there is no value, in words. */
  readonly outside: string;
}

const domain = (low: number, high: number, outside: string, open = false, of = 0): Domain => ({
  ...{ low, high, outside, open, of },
});

const unaries: { readonly [K in OpName]?: Domain } = {
  log: domain(0, Infinity, 'negative', true),
  log1p: domain(-1, Infinity, 'below -1', true),
  sqrt: domain(0, Infinity, 'negative'),
  asin: domain(-1, 1, 'outside of [-1, 1]'),
  acos: domain(-1, 1, 'outside of [-1, 1]'),
  acosh: domain(1, Infinity, 'below 1'),
  atanh: domain(-1, 1, 'outside of [-1, 1]', true),
};

const rounding: ReadonlySet<OpName> = new Set<OpName>(['floor', 'ceil', 'round', 'argmax', 'argmin']);

const isWhole = (node: Node): boolean => {
  const { operation, inputs, dtype } = bare(node);
  if (dtype !== 'float32' || rounding.has(operation.op)) return true;
  if (operation.op === 'cast') return inputs[0].dtype !== 'float32';
  return operation.op === 'constant' && !operation.value.bounds && operation.value.data.every(Number.isInteger);
};

/** Undefined where every number will do. What divides may be anything but 0, which is no interval: see `divisorOf`. */
export const domainOf = ({ operation, inputs }: Node): Domain | undefined => {
  if (operation.op !== 'pow') return unaries[operation.op];
  if (isWhole(inputs[1])) return undefined;
  const exponent = uniformValue(inputs[1]);
  return domain(0, Infinity, 'negative', exponent !== undefined && exponent < 0);
};

/** The input that must not be 0. */
export const divisorOf = ({ operation, inputs, dtype }: Node): Node | undefined => {
  if (dtype !== 'float32') return undefined;
  if (operation.op === 'reciprocal') return inputs[0];
  return operation.op === 'div' || operation.op === 'mod' ? inputs[1] : undefined;
};

/** Has the function a finite value there? */
export const isInside = (x: number, { low, high, open }: Domain): boolean =>
  open ? x > low && x < high : x >= low && x <= high;
