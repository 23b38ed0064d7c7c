/**
 * Writing an ONNX graph: a node is added by its operator and answers with the name of its result; constants that are equal are one.
 * A loop's body has a writer of its own; it may read the names of the graph around it.
 */
import type { Shape } from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import type { Attributes, ElementType, OnnxGraph, OnnxNode, OnnxTensor, OnnxType } from './model.ts';

export interface Writer {
  add(op: string, inputs: readonly string[], attributes?: Attributes): string;
  addAll(op: string, inputs: readonly string[], outputs: number, attributes?: Attributes): string[];
  /** Nothing reads it before it is an input or an output of a graph. */
  fresh(): string;
  /** A constant. */
  tensor(type: ElementType, shape: Shape, numbers: ArrayLike<number>): string;
  /** A constant without axes. */
  number(x: number, type?: ElementType): string;
  /** A list of whole numbers, as operators take axes, shapes and positions. */
  list(numbers: readonly number[]): string;
  inner(): Writer;
  finish(inputs: readonly OnnxType[], outputs: readonly OnnxType[]): OnnxGraph;
}

const bytesOf = (type: ElementType, numbers: ArrayLike<number>): Uint8Array => {
  const array =
    type === 'float32'
      ? Float32Array.from(numbers)
      : type === 'float64'
        ? Float64Array.from(numbers)
        : type === 'int32'
          ? Int32Array.from(numbers)
          : type === 'uint32'
            ? Uint32Array.from(numbers)
            : type === 'int64'
              ? BigInt64Array.from(Array.from(numbers, BigInt))
              : Uint8Array.from(numbers);
  return new Uint8Array(array.buffer);
};

/** Above this, equal constants are not looked for. */
const shareLimit = 64;

export const openWriter = (names: { count: number } = { count: 0 }): Writer => {
  const nodes: OnnxNode[] = [];
  const constants: OnnxTensor[] = [];
  const known = new Map<string, string>();
  const fresh = (): string => `v${names.count++}`;

  const addAll: Writer['addAll'] = (op, inputs, count, attributes = {}) => {
    const outputs = Array.from({ length: count }, fresh);
    nodes.push({ op, inputs, outputs, attributes });
    return outputs;
  };
  const tensor: Writer['tensor'] = (type, shape, numbers) => {
    if (numbers.length !== sizeOf(shape)) throw new Error(`internal: ${numbers.length} numbers for [${shape.join()}]`);
    const bytes = bytesOf(type, numbers);
    const key = bytes.length <= shareLimit * 8 ? `${type}[${shape.join()}]${bytes.join()}` : undefined;
    const old = key && known.get(key);
    if (old) return old;
    const name = fresh();
    constants.push({ name, type, shape, bytes });
    if (key) known.set(key, name);
    return name;
  };
  return {
    fresh,
    addAll,
    add: (op, inputs, attributes) => addAll(op, inputs, 1, attributes)[0],
    tensor,
    number: (x, type = 'float32') => tensor(type, [], [x]),
    list: (numbers) => tensor('int64', [numbers.length], numbers),
    inner: () => openWriter(names),
    finish: (inputs, outputs) => ({ nodes, constants, inputs, outputs }),
  };
};
