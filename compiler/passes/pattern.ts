/**
 * Patterns over nodes, so that algebra can be written down as data: [pattern, replacement]. A name twice means the same node; the
 * arguments of commutative operations match in either order.
 */
import { broadcastTo, uniformValue } from '../ir/build.ts';
import type { Node } from '../ir/graph.ts';
import type { OpName } from '../ir/operations.ts';
import { sameList } from '../ir/shape.ts';

export type Pattern =
  | { readonly kind: 'any'; readonly name: string }
  /** A known number, the same everywhere; `value` where only this one will do. */
  | { readonly kind: 'number'; readonly name: string; readonly value?: number }
  | { readonly kind: 'op'; readonly op: OpName; readonly inputs: readonly Pattern[] };

export const any = (name: string): Pattern => ({ kind: 'any', name });
export const number = (name: string): Pattern => ({ kind: 'number', name });
export const exactly = (value: number): Pattern => ({ kind: 'number', name: '', value });
export const p = (op: OpName, ...inputs: readonly Pattern[]): Pattern => ({ kind: 'op', op, inputs });

type Nodes = Record<string, Node>;
type Numbers = Record<string, number>;
export type Rule = readonly [Pattern, (nodes: Nodes, numbers: Numbers, node: Node) => Node | undefined];

const commutative: ReadonlySet<OpName> = new Set<OpName>(['add', 'mul', 'max', 'min', 'eq', 'ne', 'and', 'or']);

const match = (pattern: Pattern, node: Node, nodes: Nodes, numbers: Numbers): boolean => {
  if (pattern.kind === 'any') {
    if (pattern.name in nodes) return nodes[pattern.name] === node;
    nodes[pattern.name] = node;
    return true;
  }
  if (pattern.kind === 'number') {
    const value = uniformValue(node);
    if (value === undefined || (pattern.value !== undefined && pattern.value !== value)) return false;
    numbers[pattern.name] = value;
    return true;
  }
  if (node.operation.op !== pattern.op) return false;
  const matches = (inputs: readonly Node[]): boolean =>
    pattern.inputs.every((q, i) => match(q, inputs[i], nodes, numbers));
  if (!commutative.has(pattern.op)) return matches(node.inputs);
  const before = { ...nodes };
  if (matches(node.inputs)) return true;
  for (const name of Object.keys(nodes)) if (!(name in before)) delete nodes[name];
  return matches([node.inputs[1], node.inputs[0]]);
};

/** The first rule that applies, spread to the shape that the node had. */
export const applier = (rules: readonly Rule[]): ((node: Node) => Node | undefined) => {
  const byOp = new Map<OpName, Rule[]>();
  for (const rule of rules) {
    const [pattern] = rule;
    if (pattern.kind !== 'op') throw new Error('internal: a rule begins with an operation');
    byOp.set(pattern.op, [...(byOp.get(pattern.op) ?? []), rule]);
  }
  return (node) => {
    for (const [pattern, to] of byOp.get(node.operation.op) ?? []) {
      const nodes: Nodes = {};
      const numbers: Numbers = {};
      if (!match(pattern, node, nodes, numbers)) continue;
      const result = to(nodes, numbers, node);
      if (!result || result.dtype !== node.dtype) continue;
      return sameList(result.shape, node.shape) ? result : broadcastTo(result, node.shape, node.span);
    }
    return undefined;
  };
};
