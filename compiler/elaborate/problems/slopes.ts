/** Objectives that no step changes: gradients that are zero by their form, and where the slope is lost. */
import type { Diagnostic } from '../../../grammar/diagnostics.ts';
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { movesSmoothly } from '../../differentiate.ts';
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { comparisonOps } from '../../ir/operations.ts';
import type { OpName } from '../../ir/operations.ts';
import { isSlope, reads } from '../values/dependence.ts';
import { isLibrary } from '../../host.ts';

/** Zero where all of their operands are. */
const keepsZero: ReadonlySet<OpName> = new Set<OpName>([
  ...([
    'neg',
    'abs',
    'sign',
    'sqrt',
    'square',
    'sin',
    'tan',
    'tanh',
    'expm1',
    'log1p',
    'relu',
    'stop',
    'cast',
  ] as const),
  ...([
    'add',
    'sub',
    'max',
    'min',
    'sum',
    'max_over',
    'min_over',
    'cumsum',
    'reshape',
    'transpose',
    'broadcast',
  ] as const),
  ...(['slice', 'pad', 'concat', 'reverse', 'unfold', 'fold'] as const),
]);
/** Zero where one of them is. */
const absorbs: ReadonlySet<OpName> = new Set<OpName>(['mul', 'matmul', 'conv', 'conv_to_input', 'conv_to_filter']);

/** `a + -a`, either way round. */
const cancels = ([a, b]: readonly Node[]): boolean =>
  (a.operation.op === 'neg' && a.inputs[0] === b) || (b.operation.op === 'neg' && b.inputs[0] === a);

/** Those of the nodes that are zero whatever their inputs are (and where those are numbers). */
export const zerosAmong = (nodes: readonly Node[]): ReadonlySet<Node> => {
  const zero = new Set<Node>();
  for (const node of topological(nodes)) {
    const { operation, inputs } = node;
    const { op } = operation;
    const all = inputs.length > 0 && inputs.every((x) => zero.has(x));
    const isZero =
      op === 'constant' || op === 'broadcast'
        ? all || ir.uniformValue(node) === 0
        : (keepsZero.has(op) && all) ||
          (absorbs.has(op) && inputs.some((x) => zero.has(x))) ||
          (op === 'sub' && inputs[0] === inputs[1]) ||
          (op === 'add' && cancels(inputs)) ||
          ((op === 'div' || op === 'gather' || op === 'scatter_add') && zero.has(inputs[0])) ||
          (op === 'select' && inputs.slice(1).every((x) => zero.has(x)));
    if (isZero) zero.add(node);
  }
  return zero;
};

/** A quotient of equals, a power with exponent 0: the same number whatever they are. */
const isSettled = ({ operation, inputs: [a, b] }: Node): boolean =>
  (operation.op === 'div' && a === b) || (operation.op === 'pow' && ir.uniformValue(b) === 0);

/** Inputs that a loss reads other than through what cancels; equal nodes of the loss must be one (passes/share.ts). */
export const readsThrough = (loss: Node): ReadonlySet<Node> => {
  const found = new Set<Node>();
  const open = [loss];
  for (let node = open.pop(); node; node = open.pop()) {
    if (found.has(node) || isSettled(node)) continue;
    found.add(node);
    open.push(...node.inputs);
  }
  return found;
};

const steps: ReadonlySet<OpName> = new Set<OpName>(['round', 'floor', 'ceil', 'sign']);
const places: ReadonlySet<OpName> = new Set<OpName>(['argmax', 'argmin', 'argsort', 'one_hot']);

/** In what way a value has no slope: it moves in jumps, is held, is multiplied by 0, or cancels. */
export type Flatness = 'jumps' | 'held' | 'zero' | 'cancels';

const flatness = (node: Node): { readonly why: Flatness; readonly message: string } | undefined => {
  const { op } = node.operation;
  if (op === 'stop') return { why: 'held', message: '`stop` holds this constant' };
  if (steps.has(op)) return { why: 'jumps', message: 'this jumps, and is flat between its jumps' };
  if (places.has(op)) return { why: 'jumps', message: 'which one is the largest changes in jumps' };
  if ((comparisonOps as readonly string[]).includes(op))
    return { why: 'jumps', message: 'a comparison is true or false: it changes in jumps' };
  if (isSettled(node)) return { why: 'cancels', message: 'this is 1, whatever it is taken of' };
  const byZero = absorbs.has(op) && node.inputs.some((x) => ir.uniformValue(x) === 0);
  return byZero ? { why: 'zero', message: 'a product with 0 is 0' } : undefined;
};

const isUsers = (span: Span | undefined): span is Span => span !== undefined && !isLibrary(span);

/** Where what depends on these inputs has no slope any more, as near to the loss as can be. */
export const whereFlat = (
  loss: Node,
  inputs: readonly Node[],
): { readonly why: Flatness; readonly note: Diagnostic['notes'][number] } | undefined => {
  const order = topological([loss]);
  // A node of the library stands where it was called.
  const spans = new Map<Node, Span | undefined>();
  for (const node of [...order].reverse()) {
    const span = isUsers(node.span) ? node.span : spans.get(node);
    spans.set(node, span);
    for (const x of node.inputs) if (!spans.has(x)) spans.set(x, span);
    const flat = flatness(node);
    if (flat && inputs.some((x) => reads(node, x))) return { why: flat.why, note: { message: flat.message, span } };
  }
  return undefined;
};

/**
 * The value depends on these draws only through what is true or false, rounded, or a place. Slopes that `grad` took do not count: those of
 * what is piecewise linear jump, and nobody means their jumps.
 */
export const jumpsWith = (value: Node, drawn: readonly Node[]): boolean => {
  if (drawn.length === 0 || movesSmoothly(value, drawn)) return false;
  const reached = new Set(drawn);
  for (const node of topological([value])) {
    const why = flatness(node)?.why;
    const passes = (why === undefined || why === 'jumps') && !isSlope(node);
    if (passes && node.inputs.some((x) => reached.has(x))) reached.add(node);
  }
  return reached.has(value);
};
