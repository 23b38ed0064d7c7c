/**
 * An ONNX model as plain data, and its bytes (field numbers are those of onnx.proto). Nothing here knows where a graph comes from.
 */
import type { Shape } from '../../../compiler/ir/operations.ts';
import { assemble, bytesField, floatField, messageField, numberField, textField, type Field } from './proto.ts';

/** TensorProto.DataType */
export const elementTypes = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11, uint32: 12 } as const;
export type ElementType = keyof typeof elementTypes;

/** Integers, lists of integers, text, a float (wrapped: it must not be taken for an integer), a loop's body. */
export type Attribute = number | readonly number[] | string | { readonly float: number } | OnnxGraph;
export type Attributes = { readonly [name: string]: Attribute };

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}
export interface OnnxType {
  readonly name: string;
  readonly type: ElementType;
  /** A name where a size is known only when the model runs. */
  readonly shape: readonly (number | string)[];
}
export interface OnnxTensor extends OnnxType {
  readonly shape: Shape;
  /** As in memory: little-endian numbers, row by row. */
  readonly bytes: Uint8Array;
}
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly OnnxTensor[];
  readonly inputs: readonly OnnxType[];
  readonly outputs: readonly OnnxType[];
}

/** The operators that onnxruntime has beyond the standard. */
const contributed = 'com.microsoft';
const extra = new Set(['FusedMatMul']);
const standardVersion = 20;

const isGraph = (attribute: Attribute): attribute is OnnxGraph => typeof attribute === 'object' && 'nodes' in attribute;

/** AttributeProto: its name, its value in the field for its type, the type. */
const attributeOf = ([name, value]: [string, Attribute]): Field => {
  const typed = (type: number, fields: readonly Field[]): Field =>
    messageField(5, [textField(1, name), ...fields, numberField(20, type)]);
  if (typeof value === 'number') return typed(2, [numberField(3, value)]);
  if (typeof value === 'string') return typed(3, [textField(4, value)]);
  if (isGraph(value)) return typed(5, [messageField(6, graphOf(value))]);
  if ('float' in value) return typed(1, [floatField(2, value.float)]);
  return typed(
    7,
    value.map((n) => numberField(8, n)),
  );
};

const nodeOf = ({ op, inputs, outputs, attributes }: OnnxNode): Field =>
  messageField(1, [
    ...inputs.map((name) => textField(1, name)),
    ...outputs.map((name) => textField(2, name)),
    textField(4, op),
    ...Object.entries(attributes).map(attributeOf),
    ...(extra.has(op) ? [textField(7, contributed)] : []),
  ]);

const constantOf = ({ name, type, shape, bytes }: OnnxTensor): Field =>
  messageField(5, [
    ...shape.map((n) => numberField(1, n)),
    numberField(2, elementTypes[type]),
    textField(8, name),
    bytesField(9, [bytes]),
  ]);

const typeOf = (id: number, { name, type, shape }: OnnxType): Field => {
  const dimensions = shape.map((n) => messageField(1, [typeof n === 'number' ? numberField(1, n) : textField(2, n)]));
  const tensor = messageField(1, [numberField(1, elementTypes[type]), messageField(2, dimensions)]);
  return messageField(id, [textField(1, name), messageField(2, [tensor])]);
};

const graphOf = ({ nodes, constants, inputs, outputs }: OnnxGraph): Field[] => [
  ...nodes.map(nodeOf),
  textField(2, 'step'),
  ...constants.map(constantOf),
  ...inputs.map((type) => typeOf(11, type)),
  ...outputs.map((type) => typeOf(12, type)),
];

const version = (domain: string, number: number): Field =>
  messageField(8, [textField(1, domain), numberField(2, number)]);

/** ModelProto */
export const encodeModel = (graph: OnnxGraph): Uint8Array =>
  assemble([
    numberField(1, 9),
    textField(2, 'learn'),
    messageField(7, graphOf(graph)),
    version('', standardVersion),
    version(contributed, 1),
  ]);
