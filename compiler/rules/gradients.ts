/**
 * The gradient of every operation, and where a zero cotangent must stay zero.
 */
import * as ir from '../ir/build.ts';
import type { Node } from '../ir/graph.ts';
import { comparisonOps, logicalOps, type Operation, type OpName } from '../ir/operations.ts';
import { elementwiseGradients } from './gradients/elementwise.ts';
import { linearGradients } from './gradients/linear.ts';
import type { Differentiable, GradientRule } from './gradients/rule.ts';
import { each } from './table.ts';

export const gradientRules: { readonly [K in Differentiable]: GradientRule<K> } = {
  input: 'none',
  constant: 'none',
  random: 'none',
  derive_key: 'none',
  // d value = slope(value) d by, and so on for higher orders: in the slope stands the value that moves
  stop: (_, node, g, k) => {
    const [value, , slope] = node.inputs;
    return k === 1 ? ir.mul(g, ir.substitute([slope], new Map([[value, node]]))[0]) : undefined;
  },
  ...each(comparisonOps, 'none'),
  ...each(logicalOps, 'none'),
  not: 'none',
  argmax: 'none',
  argmin: 'none',
  argsort: 'none',
  one_hot: 'none',
  ...elementwiseGradients,
  ...linearGradients,
};

/** Whether cotangents go through this operation at all. Loops are asked by their parts. */
export const isDifferentiable = (op: OpName): boolean => op === 'scan' || op === 'part' || gradientRules[op] !== 'none';

/** The inputs that cotangents go to. */
export const moving = ({ operation, inputs }: Node): readonly Node[] =>
  operation.op === 'stop' ? inputs.slice(1, 2) : inputs;

/** The cotangent of input k. */
export const pull = (node: Node, g: Node, k: number): Node | undefined => {
  const { operation } = node;
  if (operation.op === 'scan' || operation.op === 'part') throw new Error('internal: a loop is pulled as a whole');
  const rule = gradientRules[operation.op] as
    'none' | ((o: Operation, n: Node, g: Node, k: number) => Node | undefined);
  return rule === 'none' ? undefined : rule(operation, node, g, k);
};

/**
 * Elementwise operations whose slope may be infinite or NaN. Where their cotangent is zero because a `select` did not take them,
 * what they pass on is zero too: 0 times infinity is not allowed to spoil the branch that was taken.
 */
export const steep: ReadonlySet<OpName> = new Set<OpName>([
  ...['abs', 'exp', 'expm1', 'log', 'log1p', 'sqrt', 'square', 'reciprocal', 'sin', 'cos', 'tan', 'asin', 'acos'],
  ...['atan', 'sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh', 'sigmoid', 'softplus', 'erf', 'lgamma'],
  ...['stop', 'polygamma', 'mul', 'div', 'pow', 'mod', 'atan2'],
] as OpName[]);

/** Sums over many numbers: a zero cotangent no longer tells of a branch that was not taken. */
export const mixing: ReadonlySet<OpName> = new Set<OpName>([
  'matmul',
  'conv',
  'conv_to_input',
  'conv_to_filter',
  'part',
  'scan',
]);
