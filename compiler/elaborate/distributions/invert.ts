/**
 * y = g(x) solved for x along the graph of g, with log |det dy/dx|: what gives a pushforward its density. From the known y walks back
 * through operations that can be undone; where some entries of x are found first (the untouched half of a coupling layer), what
 * depends on them alone is known too, and the walk goes on. Anything else: no inverse.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { graphOf, topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { sameList, sizeOf } from '../../ir/shape.ts';
import { share } from '../../passes/share.ts';
import { inverseNode, logDeterminantNode } from '../intrinsics/linear-algebra.ts';

export interface Inverse {
  readonly x: Node;
  /** log |det dy/dx|, one number for each example. */
  readonly logDeterminant: Node;
}

/** One elementwise step back: the input, and log |slope| there. */
type Undo = (y: Node) => { readonly x: Node; readonly slope?: Node };

const two = ir.scalar(2);
const log2 = ir.scalar(Math.LN2);

const undoUnary: Readonly<Record<string, Undo>> = {
  neg: (y) => ({ x: ir.neg(y) }),
  exp: (y) => ({ x: ir.log(y), slope: ir.log(y) }),
  log: (y) => ({ x: ir.exp(y), slope: ir.neg(y) }),
  expm1: (y) => ({ x: ir.log1p(y), slope: ir.log1p(y) }),
  log1p: (y) => ({ x: ir.expm1(y), slope: ir.neg(y) }),
  sqrt: (y) => ({ x: ir.square(y), slope: ir.neg(ir.log(ir.mul(two, y))) }),
  reciprocal: (y) => ({ x: ir.reciprocal(y), slope: ir.mul(two, ir.log(ir.abs_(y))) }), // |dy/dx| = y^2
  sinh: (y) => ({ x: ir.asinh(y), slope: ir.mul(ir.scalar(0.5), ir.log1p(ir.square(y))) }),
  asinh: (y) => ({ x: ir.sinh(y), slope: ir.neg(ir.log(ir.cosh(y))) }),
  atan: (y) => ({ x: ir.tan(y), slope: ir.neg(ir.log1p(ir.square(ir.tan(y)))) }),
  sigmoid: (y) => ({
    x: ir.sub(ir.log(y), ir.log1p(ir.neg(y))),
    slope: ir.add(ir.log(y), ir.log1p(ir.neg(y))), // y (1 - y)
  }),
  softplus: (y) => ({
    x: ir.add(y, ir.log(ir.neg(ir.expm1(ir.neg(y))))),
    slope: ir.log(ir.neg(ir.expm1(ir.neg(y)))), // sigmoid x = 1 - e^-y
  }),
  tanh: (y) => {
    const x = ir.atanh(y);
    // 1 - tanh^2 = 4 / (e^x + e^-x)^2
    const slope = ir.mul(two, ir.sub(ir.sub(log2, x), ir.softplus(ir.mul(ir.scalar(-2), x))));
    return { x, slope };
  },
};

/** y = a op b with the other operand known; `first`: it is a that is sought. */
const undoBinary = (op: string, y: Node, other: Node, first: boolean): ReturnType<Undo> | undefined => {
  const size = (): Node => ir.log(ir.abs_(other));
  switch (op) {
    case 'add':
      return { x: ir.sub(y, other) };
    case 'sub':
      return { x: first ? ir.add(y, other) : ir.sub(other, y) };
    case 'mul':
      return { x: ir.div(y, other), slope: size() };
    case 'div': {
      if (first) return { x: ir.mul(y, other), slope: ir.neg(size()) };
      const x = ir.div(other, y);
      return { x, slope: ir.sub(size(), ir.mul(two, ir.log(ir.abs_(x)))) };
    }
    default:
      return undefined;
  }
};

/** How the examples stand in a node: in front, in order; or moved away by a transposition. */
type Layout = 'front' | readonly number[];

interface Known {
  readonly value: Node;
  readonly layout: Layout;
}

const swap = [1, 0];

/** `given` is the value of `y`; `front`: the sizes of the axes under which x and y stand. */
export const invert = (
  y: Node,
  holder: Node,
  given: Node,
  front: readonly number[],
  span: Span,
): Inverse | undefined => {
  const { outputs } = share.run(graphOf([{ name: 'y', node: y }], [holder]));
  const root = outputs[0].node;
  const order = topological([root]);
  if (order.some((n) => n.operation.op === 'random' || n.operation.op === 'scan')) return undefined;
  const depends = new Set<Node>();
  for (const n of order) if (n === holder || n.inputs.some((x) => depends.has(x))) depends.add(n);
  if (!depends.has(root) || sizeOf(root.shape) !== sizeOf(holder.shape)) return undefined;

  const examples = sizeOf(front);
  const known = new Map<Node, Known>();
  const pieces = new Map<
    Node,
    { readonly begin: number; readonly axis: number; readonly part: Known; readonly size: number }[]
  >();
  const values = new Map<Node, Node>();
  let total: Node = ir.full(0, front);
  let lost = false;

  /** A slice that lies within another slice of the same array, which is known. */
  const within = ({ operation, inputs: [a] }: Node): Node | undefined => {
    if (operation.op !== 'slice') return undefined;
    for (const { axis, begin, size, part } of pieces.get(a) ?? []) {
      const from = operation.begin[axis] - begin;
      const others = a.shape.every((n, i) => i === axis || n === operation.size[i]);
      if (!others || operation.strides[axis] !== 1 || from < 0 || from + operation.size[axis] > size) continue;
      return ir.sliceAxis(part.value, axis, from, operation.size[axis]);
    }
    return undefined;
  };
  /** The node's value, from what is known by now. */
  const valueOf = (node: Node): Node | undefined => {
    if (!depends.has(node)) return node;
    const own = known.get(node)?.value ?? values.get(node) ?? within(node);
    if (own || node === holder) return own;
    const inputs: Node[] = [];
    for (const x of node.inputs) {
      const v = valueOf(x);
      if (!v) return undefined;
      inputs.push(v);
    }
    const value = ir.make(node.operation, inputs, node.span);
    values.set(node, value);
    return value;
  };
  const learn = (node: Node, value: Node, layout: Layout): void => {
    if (depends.has(node) && !known.has(node)) known.set(node, { value, layout });
  };
  const count = (slope: Node, shape: readonly number[], layout: Layout): void => {
    if (layout !== 'front') {
      lost = true;
      return;
    }
    const each = ir.reshape(ir.broadcastTo(slope, shape), [examples, sizeOf(shape) / Math.max(1, examples)]);
    total = ir.add(total, ir.reshape(ir.sum(each, [1]), front), span);
  };

  /** One step back from a known node; false where it has to wait. */
  const back = (node: Node, { value, layout }: Known): boolean => {
    const { operation, inputs } = node;
    const [a, b] = inputs;
    const undo = undoUnary[operation.op];
    if (undo) {
      const { x, slope } = undo(value);
      learn(a, x, layout);
      if (slope) count(slope, node.shape, layout);
      return true;
    }
    switch (operation.op) {
      case 'add':
      case 'sub':
      case 'mul':
      case 'div': {
        for (const [sought, other, first] of [
          [a, b, true],
          [b, a, false],
        ] as const) {
          if (!depends.has(sought) || known.has(sought) || !sameList(sought.shape, node.shape)) continue;
          const with_ = valueOf(other);
          const step = with_ && undoBinary(operation.op, value, with_, first);
          if (!step) continue;
          learn(sought, step.x, layout);
          if (step.slope) count(step.slope, node.shape, layout);
          return true;
        }
        return false;
      }
      case 'cast':
        if (a.dtype !== 'float32') return false;
        learn(a, value, layout);
        return true;
      case 'reshape': {
        if (layout !== 'front') return false;
        learn(a, ir.reshape(value, a.shape), layout);
        return true;
      }
      case 'broadcast': {
        if (sizeOf(a.shape) !== sizeOf(node.shape)) return false;
        learn(a, ir.reshape(value, a.shape), layout);
        return true;
      }
      case 'transpose': {
        const inverse = operation.permutation.map((_, i) => operation.permutation.indexOf(i));
        const stays = examples === 1 || operation.permutation.every((p, i) => i >= front.length || p === i);
        const next: Layout =
          layout === 'front' ? (stays ? 'front' : inverse) : sameList(layout, operation.permutation) ? 'front' : [];
        learn(a, ir.transpose(value, inverse), next);
        return true;
      }
      case 'reverse':
        learn(a, ir.reverse(value, operation.axes), layout);
        return true;
      case 'concat': {
        let begin = 0;
        for (const x of inputs) {
          learn(x, ir.sliceAxis(value, operation.axis, begin, x.shape[operation.axis]), layout);
          begin += x.shape[operation.axis];
        }
        return true;
      }
      case 'slice': {
        const cut = a.shape.map((n, i) => (n === operation.size[i] ? -1 : i)).filter((i) => i >= 0);
        if (cut.length !== 1 || operation.strides[cut[0]] !== 1) return false;
        const [axis] = cut;
        const found = pieces.get(a) ?? [];
        found.push({ begin: operation.begin[axis], axis, part: { value, layout }, size: operation.size[axis] });
        pieces.set(a, found);
        assemble(a);
        return true;
      }
      case 'matmul': {
        const square = (m: Node): boolean => m.shape.length === 2 && m.shape[0] === m.shape[1];
        const right = depends.has(a) && !depends.has(b) && square(b) && a.shape.length === 2;
        const left = depends.has(b) && !depends.has(a) && square(a) && b.shape.length === 2;
        if (!right && !left) return false;
        const m = right ? b : a;
        const turned = right ? operation.transposeB : operation.transposeA;
        const inverse = inverseNode(turned ? ir.transpose(m, swap) : m, span);
        const vectors = right ? node.shape[0] : node.shape[1];
        const logarithm = ir.mul(ir.scalar(vectors / Math.max(1, examples)), logDeterminantNode(m, span));
        total = ir.add(total, ir.broadcastTo(logarithm, front), span);
        const solved = right ? ir.matmul(value, inverse) : ir.matmul(inverse, value);
        const sought = right ? a : b;
        const across = right ? operation.transposeA : operation.transposeB;
        const after: Layout =
          examples === 1 || !across ? layout : layout === 'front' ? swap : sameList(layout, swap) ? 'front' : [];
        learn(sought, across ? ir.transpose(solved, swap) : solved, after);
        return true;
      }
      default:
        return false;
    }
  };

  /** An array whose slices are all known. */
  const assemble = (node: Node): void => {
    const found = pieces.get(node) ?? [];
    const axis = found[0]?.axis;
    const sorted = found.filter((p) => p.axis === axis).sort((p, q) => p.begin - q.begin);
    const parts: Node[] = [];
    let reached = 0;
    for (const p of sorted) {
      if (p.begin + p.size <= reached) continue;
      if (p.begin > reached) return;
      const skip = reached - p.begin;
      parts.push(skip === 0 ? p.part.value : ir.sliceAxis(p.part.value, axis, skip, p.size - skip));
      reached = p.begin + p.size;
    }
    if (reached === node.shape[axis]) learn(node, ir.concat(parts, axis), sorted[0].part.layout);
  };

  known.set(root, { value: given, layout: 'front' });
  const done = new Set<Node>();
  for (let moved = true; moved && !known.has(holder);) {
    moved = false;
    for (const [node, k] of [...known])
      if (!done.has(node) && back(node, k)) {
        done.add(node);
        moved = true;
      }
  }
  const x = known.get(holder);
  return x && x.layout === 'front' && !lost ? { x: x.value, logDeterminant: total } : undefined;
};
