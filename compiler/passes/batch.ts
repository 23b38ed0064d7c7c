/**
 * Rounds of a loop that need not wait for each other, done at once outside of it. A carry that only adds up (the gradient of a weight)
 * becomes a sum over stacked operands: Σₜ aₜᵀ bₜ is one product of all rounds' rows. A product of a sequence with a matrix from outside
 * is taken before the loop; a result that is such a product, after it.
 */
import * as ir from '../ir/build.ts';
import { topological, type Graph, type Node } from '../ir/graph.ts';
import type { OperationOf } from '../ir/operations.ts';
import { dependents } from '../ir/rebuild.ts';
import { sameList, sizeOf } from '../ir/shape.ts';
import { entering, withInputs, withOutputs, type Pass } from './pass.ts';

type Scan = OperationOf<'scan'>;

/** Numbers that one stack may hold: memory of a loop should not grow by much more than its sequences are. */
const stackLimit = 1 << 22;
/** A number of this size is stacked as it is. */
const smallTerm = 64;

/** A round that sums up so many has enough to do: they are not stacked. */
const longSum = 1 << 15;

/** A value outside, made of values of the body that are stacked over the rounds. */
interface AtOnce {
  readonly operands: readonly Node[];
  readonly total: (stacks: readonly Node[]) => Node;
}

/** A loop, and what is known about the nodes of its body. */
interface Loop {
  readonly node: Node;
  readonly scan: Scan;
  /** Nodes of the body that are not the same in every round. */
  readonly varying: ReadonlySet<Node>;
  /** The value outside of a node that is the same in every round. */
  readonly outside: (node: Node) => Node;
}

const openLoop = (node: Node, scan: Scan): Loop => {
  const { body, carries, sequences } = scan;
  const changing = 1 + carries + sequences;
  const order = topological(body.outputs.map((o) => o.node));
  const captured = new Map(body.inputs.slice(changing).map((x, i) => [x, node.inputs[changing - 1 + i]]));
  return {
    node,
    scan,
    varying: dependents(order, body.inputs.slice(0, changing)),
    outside: (inner) => ir.substitute([inner], captured)[0],
  };
};

const fits = ({ scan, varying }: Loop, operand: Node): boolean =>
  varying.has(operand) && scan.length * sizeOf(operand.shape) <= stackLimit;

/** [t, m, n] as the rows of all rounds: [t m, n] */
const rows = (stack: Node): Node => ir.reshape(stack, [stack.shape[0] * stack.shape[1], stack.shape[2]]);

/** The sum of a term over all rounds. */
const summed = (loop: Loop, term: Node): AtOnce | undefined => {
  const { operation, inputs, shape, span } = term;
  const { varying } = loop;
  const [a, b] = inputs;
  const through = (inner: Node, f: (sum: Node) => Node): AtOnce | undefined => {
    const found = summed(loop, inner);
    return found && { operands: found.operands, total: (stacks) => f(found.total(stacks)) };
  };
  switch (operation.op) {
    case 'matmul': {
      if (a.shape.length !== 2 || b.shape.length !== 2 || !varying.has(a) || !varying.has(b)) return undefined;
      // Σₜ aₜᵀ bₜ = (a₁; a₂; ...)ᵀ (b₁; b₂; ...)
      const left = operation.transposeA ? a : ir.transpose(a, [1, 0], span);
      const right = operation.transposeB ? ir.transpose(b, [1, 0], span) : b;
      return {
        operands: [left, right],
        total: ([p, q]) => ir.matmul(rows(p), rows(q), { transposeA: true }, span),
      };
    }
    case 'sum': {
      if (!varying.has(a) || sizeOf(a.shape) > longSum) return undefined;
      const axes = [0, ...operation.axes.map((axis) => axis + 1)];
      return { operands: [a], total: ([p]) => ir.reshape(ir.sum(p, axes, false, span), shape, span) };
    }
    case 'reshape':
      return through(a, (sum) => ir.reshape(sum, operation.shape, span));
    case 'transpose':
      return through(a, (sum) => ir.transpose(sum, operation.permutation, span));
    case 'neg':
      return through(a, (sum) => ir.neg(sum, span));
    case 'mul': {
      const [factor, inner] = varying.has(a) ? [b, a] : [a, b];
      if (varying.has(factor) || !sameList(inner.shape, shape)) break;
      return through(inner, (sum) => ir.mul(loop.outside(factor), sum, span));
    }
  }
  if (sizeOf(shape) > smallTerm || !varying.has(term)) return undefined;
  return { operands: [term], total: ([p]) => ir.sum(p, [0], false, span) };
};

interface Term {
  readonly node: Node;
  readonly negative: boolean;
}

/** What a round adds to a carry, if that is all that it does with it. */
const termsOf = (node: Node, carry: Node, depth = 0): Term[] | undefined => {
  if (node === carry) return [];
  const { op } = node.operation;
  if ((op !== 'add' && op !== 'sub') || depth > 16 || !node.inputs.every((x) => sameList(x.shape, carry.shape)))
    return undefined;
  const [a, b] = node.inputs;
  const left = termsOf(a, carry, depth + 1);
  if (left) return [...left, { node: b, negative: op === 'sub' }];
  const right = op === 'add' ? termsOf(b, carry, depth + 1) : undefined;
  return right && [...right, { node: a, negative: false }];
};

/** A final carry as its beginning and all that was added. */
const accumulated = (loop: Loop, index: number): AtOnce | undefined => {
  const { body } = loop.scan;
  const carry = body.inputs[index + 1];
  const terms = termsOf(body.outputs[index].node, carry);
  if (!terms || terms.length === 0 || carry.dtype !== 'float32') return undefined;
  const parts = terms.map((term) => summed(loop, term.node));
  const operands = parts.flatMap((part) => part?.operands ?? []);
  if (parts.some((part) => !part) || !operands.every((x) => fits(loop, x) || sizeOf(x.shape) <= smallTerm))
    return undefined;
  const others = body.outputs.map((o) => o.node).filter((_, i) => i !== index);
  if (topological([...others, ...operands]).includes(carry)) return undefined;
  return {
    operands,
    total: (stacks) => {
      let at = 0;
      return parts.reduce((sum, part, i) => {
        const { operands: own, total } = part as AtOnce;
        const added = total(stacks.slice(at, (at += own.length)));
        return terms[i].negative ? ir.sub(sum, added) : ir.add(sum, added);
      }, loop.node.inputs[index]);
    },
  };
};

/** A product with a matrix that is the same in every round. */
const isProjection = ({ varying }: Loop, { operation, inputs: [a, b] }: Node): boolean =>
  operation.op === 'matmul' &&
  !operation.transposeA &&
  a.shape.length === 2 &&
  b.shape.length === 2 &&
  varying.has(a) &&
  !varying.has(b);

const projected = (loop: Loop, { operation, inputs, span }: Node, stack: Node): Node => {
  const { transposeB } = operation as OperationOf<'matmul'>;
  return ir.matmul(stack, loop.outside(inputs[1]), { transposeB }, span);
};

/** A result that is a projection of something else, which is stacked instead. */
const resulting = (loop: Loop, index: number): AtOnce | undefined => {
  const { body } = loop.scan;
  const { node } = body.outputs[index];
  if (!isProjection(loop, node) || !fits(loop, node.inputs[0])) return undefined;
  const others = body.outputs.map((o) => o.node).filter((_, i) => i !== index);
  if (topological(others).includes(node)) return undefined;
  return { operands: [node.inputs[0]], total: ([stack]) => projected(loop, node, stack) };
};

/** Elements of a sequence times a matrix from outside: the products, and the sequence of each. */
const projectedFirst = (loop: Loop): Map<Node, Node> => {
  const { node, scan } = loop;
  const { body, carries, sequences, length } = scan;
  const found = new Map<Node, Node>();
  for (const inner of topological(body.outputs.map((o) => o.node))) {
    const place = body.inputs.indexOf(inner.inputs[0]) - 1;
    if (place < carries || place >= carries + sequences || !isProjection(loop, inner)) continue;
    if (length * sizeOf(inner.shape) <= stackLimit) found.set(inner, projected(loop, inner, node.inputs[place]));
  }
  return found;
};

type Parts = (index: number) => Node;

/** The loop without what is done at once; its parts in terms of what is left. */
const apart = (node: Node, scan: Scan): Parts | undefined => {
  const loop = openLoop(node, scan);
  const { body, carries, sequences, length } = scan;
  const first = projectedFirst(loop);
  const later = new Map<number, AtOnce>();
  body.outputs.forEach((_, i) => {
    const found = length < 2 ? undefined : i < carries ? accumulated(loop, i) : resulting(loop, i);
    if (found) later.set(i, found);
  });
  if (first.size === 0 && later.size === 0) return undefined;

  // what is stacked: sequences are already, and so are results that stay
  const kept = body.outputs.map((_, i) => i).filter((i) => !later.has(i));
  const outputs = kept.map((i) => body.outputs[i].node);
  const keptCarries = kept.filter((i) => i < carries).length;
  const wanted = [...later.values()].flatMap(({ operands }) => operands);
  const isElement = (x: Node): boolean => {
    const place = body.inputs.indexOf(x) - 1;
    return place >= carries && place < carries + sequences;
  };
  for (const operand of wanted)
    if (!isElement(operand) && !outputs.includes(operand, keptCarries)) outputs.push(operand);

  const elements = [...first.keys()].map(({ dtype, shape }, i) => ir.input(`projected${i}`, dtype, shape));
  const map = new Map([...first.keys()].map((inner, i) => [inner, elements[i]]));
  const gone = new Set([...later.keys()].filter((i) => i < carries));
  const stay = node.inputs.map((_, i) => i).filter((i) => !gone.has(i));
  const end = stay.filter((i) => i < carries + sequences).length;
  const bodyInputs = stay.map((i) => body.inputs[i + 1]);
  const inputs = stay.map((i) => node.inputs[i]);
  bodyInputs.splice(end, 0, ...elements);
  inputs.splice(end, 0, ...first.values());
  const made = ir.substitute(outputs, map);
  const rest: Graph = {
    inputs: [body.inputs[0], ...bodyInputs],
    outputs: made.map((x, i) => ({ name: i < keptCarries ? `carry${i}` : `result${i - keptCarries}`, node: x })),
  };
  const scanned =
    made.length > 0
      ? ir.make(
          { ...scan, body: rest, carries: keptCarries, sequences: sequences + elements.length },
          inputs,
          node.span,
        )
      : undefined;
  const stackOf = (operand: Node): Node => {
    if (isElement(operand)) return node.inputs[body.inputs.indexOf(operand) - 1];
    return ir.part(scanned as Node, outputs.indexOf(operand, keptCarries));
  };
  const totals = new Map<number, Node>();
  return (index) => {
    const atOnce = later.get(index);
    if (!atOnce) return ir.part(scanned as Node, kept.indexOf(index));
    const total = totals.get(index) ?? atOnce.total(atOnce.operands.map(stackOf));
    totals.set(index, total);
    return total;
  };
};

const batch = (graph: Graph): Graph => {
  const enter = entering(batch);
  const map = new Map<Node, Node>();
  const parts = new Map<Node, Parts>();
  for (const old of topological(graph.outputs.map((o) => o.node))) {
    const { operation } = old;
    if (operation.op === 'part' && parts.has(old.inputs[0])) {
      map.set(old, (parts.get(old.inputs[0]) as Parts)(operation.index));
      continue;
    }
    const inputs = old.inputs.map((x) => map.get(x) as Node);
    const node = enter(withInputs(old, inputs));
    const split = node.operation.op === 'scan' ? apart(node, node.operation) : undefined;
    if (split) parts.set(old, split);
    map.set(old, node);
  }
  return withOutputs(
    graph,
    graph.outputs.map((o) => map.get(o.node) as Node),
  );
};

export const batchRounds: Pass = {
  name: 'batch rounds',
  why: 'What rounds do without waiting for each other is one large product or sum instead of many small ones.',
  run: (graph) => batch(graph),
};
