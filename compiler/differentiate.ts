/**
 * Reverse mode: nodes -> nodes. Outputs and their cotangents enter, the cotangents of `wrt` leave; the rules are in rules/gradients.ts.
 * Broadcasting is undone here, and here alone. What comes out is a graph like any other, so it can be differentiated again.
 */
import * as ir from './ir/build.ts';
import { topological, type Node } from './ir/graph.ts';
import { sameList } from './ir/shape.ts';
import { stabilised } from './passes/stable.ts';
import { isDifferentiable, mixing, moving, pull, steep } from './rules/gradients.ts';
import { pullScan } from './rules/gradients/loops.ts';

/** The nodes through which a change of `wrt` reaches the outputs smoothly. */
const activeNodes = (order: readonly Node[], wrt: readonly Node[]): Set<Node> => {
  const active = new Set(wrt);
  for (const node of order) {
    const { op } = node.operation;
    const carriesReals = node.dtype === 'float32' && isDifferentiable(op);
    if (carriesReals && moving(node).some((x) => active.has(x))) active.add(node);
  }
  return active;
};

/** Does any change of `wrt` reach the output otherwise than in jumps? */
export const movesSmoothly = (output: Node, wrt: readonly Node[]): boolean =>
  activeNodes(topological([output]), wrt).has(output);

/** What is known of the way back while walking it. */
interface Walk {
  readonly active: ReadonlySet<Node>;
  /** Cotangents so far: of nodes, and of the parts of scans. */
  readonly cotangents: Map<Node, Node>;
  readonly parts: Map<Node, (Node | undefined)[]>;
  /** Nodes whose cotangent went through a `select`, so that its zeros may mean "not taken". */
  readonly masked: Set<Node>;
}

const accumulate = (walk: Walk, node: Node, cotangent: Node): void => {
  const sofar = walk.cotangents.get(node);
  walk.cotangents.set(node, sofar ? ir.add(sofar, cotangent) : cotangent);
};

const zero = ir.scalar(0);

/** A step of the way back belongs to the place in the source where the step forward came from. */
const located = (node: Node, span: Node['span']): Node =>
  node.span || !span || node.inputs.length === 0 ? node : { ...node, span };

/** Hands the cotangent of a node on to its inputs. */
const passOn = (walk: Walk, node: Node, g: Node): void => {
  const { op } = node.operation;
  const masked = walk.masked.has(node);
  // sqrt is guarded always: √x has an infinite slope where distances and deviations are exactly zero
  const guarded = op === 'sqrt' || (masked && steep.has(op));
  node.inputs.forEach((x, k) => {
    if (!walk.active.has(x) || x.dtype !== 'float32') return;
    const rule = pull(node, g, k);
    if (!rule) return;
    const pulled = rule === g || node.inputs.includes(rule) ? rule : located(rule, node.span);
    // where g = 0 nothing is passed on, whatever the slope
    const safe = guarded ? ir.select(ir.eq(g, zero), zero, pulled) : pulled;
    accumulate(walk, x, sameList(safe.shape, x.shape) ? safe : located(ir.unbroadcast(safe, x.shape), node.span));
    if (op === 'select' || (masked && !mixing.has(op))) walk.masked.add(x);
  });
};

/** One step back. */
const visit = (walk: Walk, node: Node): void => {
  const { operation } = node;
  if (operation.op === 'scan') {
    const cotangents = walk.parts.get(node);
    if (!cotangents) return;
    pullScan(node, cotangents, (x) => walk.active.has(x), vjp).forEach((pulled, i) => {
      if (pulled && walk.active.has(node.inputs[i])) accumulate(walk, node.inputs[i], pulled);
    });
    return;
  }
  const g = walk.cotangents.get(node);
  if (!g) return;
  if (operation.op !== 'part') return passOn(walk, node, g);
  const [scanned] = node.inputs;
  const cotangents = walk.parts.get(scanned) ?? [];
  const sofar = cotangents[operation.index];
  cotangents[operation.index] = sofar ? ir.add(sofar, g) : g;
  walk.parts.set(scanned, cotangents);
};

/** Σ cotangentᵢ · ∂outputᵢ/∂wrt; zeros for what no output depends on. The slope of log σ(x) is that of -softplus(-x): first to stable forms. */
export const vjp = (values: readonly Node[], cotangents: readonly Node[], wrt: readonly Node[]): Node[] => {
  const outputs = stabilised(values, wrt);
  for (const x of wrt)
    if (x.dtype !== 'float32') throw new Error(`internal: no gradient with respect to ${x.dtype} numbers`);
  const order = topological(outputs);
  const walk: Walk = { active: activeNodes(order, wrt), cotangents: new Map(), parts: new Map(), masked: new Set() };
  outputs.forEach((node, i) => {
    if (!sameList(node.shape, cotangents[i].shape))
      throw new Error(`internal: cotangent [${cotangents[i].shape.join(',')}] for an output [${node.shape.join(',')}]`);
    if (walk.active.has(node)) accumulate(walk, node, cotangents[i]);
  });
  for (let i = order.length - 1; i >= 0; i--) if (walk.active.has(order[i])) visit(walk, order[i]);
  return wrt.map((x) => walk.cotangents.get(x) ?? ir.zerosLike(x));
};

/** The gradient of a single number. */
export const gradients = (output: Node, wrt: readonly Node[]): Node[] => {
  if (output.shape.length > 0)
    throw new Error(`internal: the gradient of [${output.shape.join(',')}], not of one number`);
  return vjp([output], [ir.scalar(1)], wrt);
};
