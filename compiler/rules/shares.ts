/**
 * What is bounded by how it is written: parts of a whole (a softmax, x / sum(x)), vectors of length 1, a branch that is taken only where its
 * value is on one side of a number.
 */
import type { Node } from '../ir/graph.ts';
import type { Bounds, OpName } from '../ir/operations.ts';

const shapeless: ReadonlySet<OpName> = new Set<OpName>(['reshape', 'broadcast', 'stop']);

/** The node behind these operations. */
export const behind = (node: Node, ops: ReadonlySet<OpName>): Node => {
  let at = node;
  while (ops.has(at.operation.op)) at = at.inputs[0];
  return at;
};

/** Without what only brings it to another shape. */
export const bare = (node: Node): Node => behind(node, shapeless);

const isPositive = (node: Node): boolean => {
  const { operation } = bare(node);
  return operation.op === 'constant' && operation.value.data.length === 1 && operation.value.data[0] >= 0;
};

/** Without a small number that is added, or below which it cannot fall. */
const withoutFloor = (node: Node): Node => {
  const { operation, inputs } = bare(node);
  if (operation.op !== 'add' && operation.op !== 'max') return bare(node);
  const [a, b] = inputs;
  return isPositive(b) ? bare(a) : isPositive(a) ? bare(b) : bare(node);
};

const axesOfSum = (node: Node, isSummed: (x: Node) => boolean): readonly number[] | undefined =>
  node.operation.op === 'sum' && isSummed(node.inputs[0]) ? node.operation.axes : undefined;

/** Along which axes the entries of x / sum(x) add up to 1. */
export const sharesAlong = (node: Node): readonly number[] | undefined => {
  const at = node.operation.op === 'stop' ? node.inputs[0] : node;
  if (at.operation.op !== 'div') return undefined;
  const [x, whole] = at.inputs;
  return axesOfSum(withoutFloor(whole), (summed) => summed === x);
};

const isSquareOf = (x: Node, of: Node): boolean =>
  (x.operation.op === 'square' && x.inputs[0] === of) ||
  (x.operation.op === 'mul' && x.inputs[0] === of && x.inputs[1] === of);

/** Along which axes x / sqrt(sum(x^2)) has length 1. */
export const unitsAlong = (node: Node): readonly number[] | undefined => {
  const at = node.operation.op === 'stop' ? node.inputs[0] : node;
  if (at.operation.op !== 'div') return undefined;
  const [x, length] = at.inputs;
  const root = withoutFloor(length);
  return root.operation.op === 'sqrt'
    ? axesOfSum(withoutFloor(root.inputs[0]), (squares) => isSquareOf(squares, x))
    : undefined;
};

/** The bounds of a branch where the condition is `taken`: in `if x > 1 then x else 1` x is at least 1. */
export const narrowed = (condition: Node, branch: Node, taken: boolean, of: (n: Node) => Bounds): Bounds => {
  const { low, high } = of(branch);
  const { op } = condition.operation;
  const [a, b] = condition.inputs;
  const above = op === 'gt' || op === 'ge';
  if ((!above && op !== 'lt' && op !== 'le') || (bare(a) !== bare(branch) && bare(b) !== bare(branch)))
    return { low, high };
  const left = bare(a) === bare(branch);
  const limit = of(left ? b : a);
  const larger = (above === left) === taken;
  return larger ? { low: Math.max(low, limit.low), high } : { low, high: Math.min(high, limit.high) };
};
