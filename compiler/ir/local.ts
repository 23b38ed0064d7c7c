/**
 * Identities that hold for one node and the nodes it reads: what `make` applies while a graph is being built.
 * A rule gives the simpler node, or undefined where it does not apply. Larger patterns are in ../passes/.
 */
import type { Node } from './graph.ts';
import type { Operation, OperationOf, OpName, ReductionOp, Shape } from './operations.ts';
import { broadcastShapes, isIdentity, sameList } from './shape.ts';

export interface Tools {
  readonly make: (operation: Operation, inputs: readonly Node[]) => Node;
  readonly uniformValue: (node: Node) => number | undefined;
}

type Rule<K extends OpName> = (operation: OperationOf<K>, node: Node, tools: Tools) => Node | undefined;

const spread = (a: Node, shape: Shape, { make }: Tools): Node => make({ op: 'broadcast', shape }, [a]);

/** f(a, broadcast b) = f(a, b) where a alone has the shape of the result. */
const unspread = (node: Node, { make }: Tools): Node | undefined => {
  const { inputs, shape } = node;
  for (let i = 0; i < inputs.length; i++) {
    const x = inputs[i];
    if (x.operation.op !== 'broadcast') continue;
    const others = inputs
      .filter((_, j) => j !== i)
      .reduce<Shape | undefined>((s, y) => s && broadcastShapes(s, y.shape), []);
    const source = x.inputs[0];
    const result = others && broadcastShapes(others, source.shape);
    if (result && sameList(result, shape))
      return make(
        node.operation,
        inputs.map((y, j) => (j === i ? source : y)),
      );
  }
  return undefined;
};

/** f(broadcast a) = broadcast f(a) */
const beforeSpread = (node: Node, { make }: Tools): Node | undefined => {
  const [x] = node.inputs;
  if (x.operation.op !== 'broadcast') return undefined;
  return make({ op: 'broadcast', shape: node.shape }, [make(node.operation, [x.inputs[0]])]);
};

/** x ∘ e = x and e ∘ x = x for neutral elements e */
const neutral =
  (right: number, left?: number) =>
  (_: Operation, node: Node, tools: Tools): Node | undefined => {
    const [a, b] = node.inputs;
    if (tools.uniformValue(b) === right) return spread(a, node.shape, tools);
    if (left !== undefined && tools.uniformValue(a) === left) return spread(b, node.shape, tools);
    return unspread(node, tools);
  };

const plain = (_: Operation, node: Node, tools: Tools): Node | undefined => unspread(node, tools);

/** Over nothing, or over axes of size 1: the same numbers. */
const overOnes = ({ axes }: OperationOf<ReductionOp>, node: Node, { make }: Tools): Node | undefined => {
  const [x] = node.inputs;
  return axes.every((i) => x.shape[i] === 1) ? make({ op: 'reshape', shape: node.shape }, [x]) : undefined;
};

const inner = (node: Node): Node => node.inputs[0];

const rules: { readonly [K in OpName]?: Rule<K> } = {
  add: neutral(0, 0), // x + 0 = x
  sub: neutral(0), // x - 0 = x
  mul: neutral(1, 1), // x * 1 = x
  div: neutral(1), // x / 1 = x
  pow: (operation, node, tools) => {
    const exponent = tools.uniformValue(node.inputs[1]);
    const [x] = node.inputs;
    if (exponent === 1) return spread(x, node.shape, tools); // x ^ 1 = x
    if (exponent === 2 && node.dtype === 'float32') return spread(tools.make({ op: 'square' }, [x]), node.shape, tools); // x ^ 2
    return plain(operation, node, tools);
  },
  max: plain,
  min: plain,
  atan2: plain,
  mod: plain,
  eq: plain,
  ne: plain,
  lt: plain,
  le: plain,
  gt: plain,
  ge: plain,
  and: plain,
  or: plain,
  select: (_, node, tools) => {
    const [c, a, b] = node.inputs;
    const choice = tools.uniformValue(c);
    if (choice !== undefined) return spread(choice !== 0 ? a : b, node.shape, tools); // the branch taken
    if (a === b) return spread(a, node.shape, tools); // the same either way
    return unspread(node, tools);
  },
  not: (_, node) => (inner(node).operation.op === 'not' ? inner(inner(node)) : undefined), // not not c = c
  neg: (_, node) => (inner(node).operation.op === 'neg' ? inner(inner(node)) : undefined), // --x = x
  cast: ({ dtype }, node, tools) => (inner(node).dtype === dtype ? inner(node) : beforeSpread(node, tools)),
  reshape: ({ shape }, node, { make }) => {
    const x = inner(node);
    if (sameList(x.shape, shape)) return x;
    if (x.operation.op === 'reshape') return make({ op: 'reshape', shape }, [inner(x)]);
    // a number spread out has no axes to speak of
    if (x.operation.op === 'broadcast' && inner(x).shape.length === 0)
      return make({ op: 'broadcast', shape }, [inner(x)]);
    return undefined;
  },
  transpose: ({ permutation }, node, { make }) => {
    const x = inner(node);
    if (isIdentity(permutation)) return x;
    if (x.operation.op === 'transpose') {
      const before = x.operation.permutation;
      return make({ op: 'transpose', permutation: permutation.map((i) => before[i]) }, [inner(x)]);
    }
    if (x.operation.op === 'broadcast' && inner(x).shape.length === 0)
      return make({ op: 'broadcast', shape: node.shape }, [inner(x)]);
    // moving only axes of size 1 moves no number
    const moving = permutation.filter((i) => x.shape[i] !== 1);
    return moving.every((i, j) => j === 0 || moving[j - 1] < i)
      ? make({ op: 'reshape', shape: node.shape }, [x])
      : undefined;
  },
  broadcast: ({ shape }, node, { make, uniformValue }) => {
    const x = inner(node);
    if (sameList(x.shape, shape)) return x;
    if (x.operation.op === 'broadcast') return make({ op: 'broadcast', shape }, [inner(x)]);
    // all numbers equal: keep one
    if (x.shape.length > 0 && x.operation.op === 'constant' && uniformValue(x) !== undefined) {
      const { dtype, data } = x.operation.value;
      return make({ op: 'broadcast', shape }, [
        make({ op: 'constant', value: { dtype, shape: [], data: data.slice(0, 1) } }, []),
      ]);
    }
    return undefined;
  },
  slice: ({ size, strides }, node, { make }) => {
    const x = inner(node);
    if (sameList(size, x.shape) && strides.every((s, i) => s === 1 || size[i] <= 1)) return x;
    if (x.operation.op === 'broadcast' && inner(x).shape.length === 0)
      return make({ op: 'broadcast', shape: node.shape }, [inner(x)]);
    return undefined;
  },
  pad: ({ before, after, interior }, node) => {
    const nothing = before.every((n) => n === 0) && after.every((n) => n === 0);
    return nothing && interior.every((n, i) => n === 0 || inner(node).shape[i] <= 1) ? inner(node) : undefined;
  },
  concat: ({ axis }, node, { make }) => {
    const pieces = node.inputs.filter((x) => x.shape[axis] > 0);
    if (pieces.length === 1) return pieces[0];
    return pieces.length > 0 && pieces.length < node.inputs.length ? make({ op: 'concat', axis }, pieces) : undefined;
  },
  reverse: ({ axes }, node) => (axes.every((i) => inner(node).shape[i] <= 1) ? inner(node) : undefined),
  cumsum: ({ axis, exclusive }, node) => (!exclusive && inner(node).shape[axis] <= 1 ? inner(node) : undefined),
  sum: overOnes,
  prod: overOnes,
  max_over: overOnes,
  min_over: overOnes,
};

export const local = (node: Node, tools: Tools): Node | undefined => {
  const rule = rules[node.operation.op] as
    ((operation: Operation, node: Node, tools: Tools) => Node | undefined) | undefined;
  return rule?.(node.operation, node, tools);
};
