/**
 * Whether a value can be anywhere between its bounds, or whether they are only careful. x - min(x) is never negative, though its bounds
 * know nothing of that: both sides move with the same parameters. W x + b does take every value.
 */
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import type { Bounds, OpName } from '../../ir/operations.ts';
import { families } from '../../rules/table.ts';
import { sharesAlong, unitsAlong } from '../../rules/shares.ts';
import { boundsFrom } from './bounds.ts';
import type { Shared } from '../context.ts';

export interface Attained {
  readonly all: boolean;
  /** Which parameters and draws it moves with, a bit each. */
  readonly by: bigint;
}

const never: Attained = { all: false, by: 0n };
const fixed: Attained = { all: true, by: 0n };

const none = (op: OpName): boolean =>
  ['scan', 'part', 'lgamma', 'polygamma', 'tan', 'scatter_add', 'fold', 'conv_to_input', 'conv_to_filter'].includes(op);
const products: ReadonlySet<OpName> = new Set<OpName>(['add', 'sub', 'mul', 'div', 'matmul', 'conv']);
const isBinary = (op: OpName): boolean => (families.binary as readonly OpName[]).includes(op) || products.has(op);

const free = (a: Attained, { low, high }: Bounds): boolean =>
  a.all && a.by !== 0n && low === -Infinity && high === Infinity;

/** Which parameters and draws have been met, and the bit of each. */
export type Bits = Map<Node, bigint>;

/** Each of the nodes that the roots reach; `given` says it of the inputs of a loop's body. */
export const attainedFrom = (
  roots: readonly Node[],
  bounds: ReadonlyMap<Node, Bounds>,
  { variables }: Pick<Shared, 'variables'>,
  bits: Bits = new Map(),
  given: (input: Node) => Attained | undefined = () => undefined,
): ReadonlyMap<Node, Attained> => {
  const known = new Map<Node, Attained>();
  const moving = (node: Node): Attained => {
    const bit = bits.get(node) ?? 1n << BigInt(bits.size);
    bits.set(node, bit);
    return { all: true, by: bit };
  };
  const ofInput = (node: Node, name: string): Attained => {
    if (name.startsWith('data:')) return fixed;
    const variable = name.startsWith('var:') ? variables.get(name.slice(4)) : undefined;
    return variable?.role === 'parameter' && variable.choices === undefined ? moving(node) : (given(node) ?? never);
  };
  const rule = (node: Node): Attained => {
    const { operation } = node;
    const { op } = operation;
    if (op === 'constant') return fixed;
    if (op === 'random') return moving(node);
    if (op === 'input') return ofInput(node, operation.name);
    const inputs = node.inputs.map((x) => known.get(x) as Attained);
    const by = inputs.reduce((all, x) => all | x.by, 0n);
    if (none(op)) return { all: false, by };
    if (op === 'div' && (sharesAlong(node) || unitsAlong(node))) return { all: true, by };
    const [a, b] = inputs;
    const apart = (some: readonly Attained[]): boolean => {
      let seen = 0n;
      return some.every((x) => (seen & x.by) === 0n && ((seen |= x.by), true));
    };
    if (isBinary(op)) {
      const [x, y] = node.inputs;
      if (x === y && op === 'mul') return a;
      const either = products.has(op) && (free(a, bounds.get(x) as Bounds) || free(b, bounds.get(y) as Bounds));
      return { all: apart(inputs) && ((a.all && b.all) || either), by };
    }
    if (op === 'concat' || op === 'select')
      return { all: inputs.every((x) => x.all) && (op === 'concat' || apart(inputs)), by };
    return { all: a?.all ?? false, by };
  };
  for (const node of topological(roots)) known.set(node, rule(node));
  return known;
};

/** Can what is trained or drawn bring the value below or above these? */
export const mayLeave = (node: Node, within: Bounds, shared: Shared): boolean => {
  const bounds = boundsFrom([node]);
  const { low, high } = bounds.get(node) as Bounds;
  return (low < within.low || high > within.high) && (attainedFrom([node], bounds, shared).get(node)?.all ?? false);
};
