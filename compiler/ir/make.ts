/**
 * Operation and inputs -> node. What is known at once is done at once: operations on constants are folded (up to 4096 numbers), and
 * the identities in `local` below are applied. A broadcast of a constant stays as it is, and counts as known.
 */
import type { Span } from '../../grammar/span.ts';
import { evaluateOperation } from '../rules/evaluation.ts';
import { typeOf } from '../rules/shapes.ts';
import { mapLater } from './arrays.ts';
import type { Node } from './graph.ts';
import { local } from './local.ts';
import { inherit } from './origins.ts';
import type { ArrayValue, Operation } from './operations.ts';
import { sizeOf } from './shape.ts';

/** Results up to this size are computed while building. */
const foldLimit = 4096;
/** Broadcasts up to this size are stored out. */
const spreadLimit = 64;

/** The node as it is written, typed but not simplified. */
export const raw = (operation: Operation, inputs: readonly Node[], span?: Span): Node => {
  const { shape, dtype } = typeOf(operation, inputs);
  return { operation, inputs, shape, dtype, ...(span ? { span } : {}) };
};

/** The numbers of a node that is a constant, or a broadcast of one. */
export const known = (node: Node): ArrayValue | undefined => {
  if (node.operation.op === 'constant') return node.operation.value;
  if (node.operation.op !== 'broadcast' || node.inputs[0].operation.op !== 'constant') return undefined;
  return evaluateOperation(node.operation, [node.inputs[0].operation.value], node, 'float64');
};

/** The one number that a node consists of, when that is known. */
export const uniformValue = (node: Node): number | undefined => {
  const source = node.operation.op === 'broadcast' ? node.inputs[0] : node;
  if (source.operation.op !== 'constant') return undefined;
  const { value } = source.operation;
  if (value.bounds) return undefined; // made later
  const { data } = value;
  if (data.length === 0) return undefined;
  for (let i = 1; i < data.length; i++) if (data[i] !== data[0]) return undefined;
  return data[0];
};

const isKnown = ({ operation, inputs }: Node): boolean =>
  operation.op === 'constant' || (operation.op === 'broadcast' && inputs[0].operation.op === 'constant');

/** Never folded: sources, draws, loops, and broadcasts that would only store a number many times. */
const fold = (node: Node): Node | undefined => {
  const { operation, inputs, shape, dtype } = node;
  const { op } = operation;
  if (inputs.length === 0 || op === 'random' || op === 'scan' || op === 'part' || !inputs.every(isKnown))
    return undefined;
  const size = sizeOf(shape);
  const free = op === 'reshape' && inputs[0].operation.op === 'constant'; // shares its numbers
  if (!free && size > (op === 'broadcast' ? spreadLimit : foldLimit)) return undefined;
  const values = inputs.map((x) => known(x) as ArrayValue);
  const value = free
    ? mapLater(values[0], dtype, shape, (data) => data)
    : evaluateOperation(operation, values, { shape, dtype }, 'float64');
  const folded: Node = {
    operation: { op: 'constant', value },
    inputs: [],
    shape,
    dtype,
    ...(node.span ? { span: node.span } : {}),
  };
  return inherit(folded, inputs);
};

export const make = (operation: Operation, inputs: readonly Node[], span?: Span): Node => {
  const node = raw(operation, inputs, span);
  return fold(node) ?? local(node, { make: (o, i) => make(o, i, span), uniformValue }) ?? node;
};
