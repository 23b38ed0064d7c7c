/**
 * Operation and types of its inputs -> type of its result. Misuse is a bug of the compiler: `internal: ...`.
 */
import type { DType, OperationOf, OpName, Operation, ReductionOp, Shape, Window } from '../ir/operations.ts';
import { broadcastShapes, outputSize, reducedShape, sizeOf, type Type } from '../ir/shape.ts';
import { each, families } from './table.ts';

type Rule<K extends OpName> = (operation: OperationOf<K>, inputs: readonly Type[]) => Type;

const bug = (op: string, why: string): never => {
  throw new Error(`internal: ${op}: ${why}`);
};

const text = (t: Type): string => `${t.dtype}[${t.shape.join(',')}]`;

const expect = (condition: boolean, op: string, why: string, inputs: readonly Type[]): void => {
  if (!condition) bug(op, `${why} (${inputs.map(text).join(', ')})`);
};

const expectInputs = (op: string, inputs: readonly Type[], ...dtypes: readonly (DType | 'any')[]): void =>
  expect(
    inputs.length === dtypes.length && dtypes.every((d, i) => d === 'any' || inputs[i].dtype === d),
    op,
    `wants ${dtypes.join(', ')}`,
    inputs,
  );

const common = (op: string, inputs: readonly Type[]): Shape =>
  inputs.reduce<Shape>(
    (shape, t) => broadcastShapes(shape, t.shape) ?? bug(op, `shapes do not broadcast: ${inputs.map(text).join(', ')}`),
    [],
  );

const isPermutation = (p: readonly number[], rank: number): boolean =>
  p.length === rank && new Set(p).size === rank && p.every((i) => Number.isInteger(i) && i >= 0 && i < rank);

const areAxes = (axes: readonly number[], rank: number): boolean =>
  new Set(axes).size === axes.length && axes.every((i) => Number.isInteger(i) && i >= 0 && i < rank);

const isShape = (shape: Shape): boolean => shape.every((n) => Number.isInteger(n) && n >= 0);

const float = (shape: Shape): Type => ({ dtype: 'float32', shape });

/** Elementwise float32 -> float32. */
const unary = ({ op }: Operation, inputs: readonly Type[]): Type => {
  expectInputs(op, inputs, 'float32');
  return inputs[0];
};

const binary = ({ op }: Operation, inputs: readonly Type[]): Type => {
  expectInputs(op, inputs, 'any', 'any');
  const [a, b] = inputs;
  expect(a.dtype === b.dtype && a.dtype !== 'bool', op, 'wants two float32 or two int32', inputs);
  return { dtype: a.dtype, shape: common(op, inputs) };
};

const comparison = ({ op }: Operation, inputs: readonly Type[]): Type => {
  expectInputs(op, inputs, 'any', 'any');
  expect(inputs[0].dtype === inputs[1].dtype, op, 'wants two of one dtype', inputs);
  return { dtype: 'bool', shape: common(op, inputs) };
};

const logical = ({ op }: Operation, inputs: readonly Type[]): Type => {
  expectInputs(op, inputs, 'bool', 'bool');
  return { dtype: 'bool', shape: common(op, inputs) };
};

const reduction = (operation: OperationOf<ReductionOp>, inputs: readonly Type[]): Type => {
  const { op, axes, keep } = operation;
  expectInputs(op, inputs, 'any');
  const [x] = inputs;
  expect(x.dtype !== 'bool' && areAxes(axes, x.shape.length), op, `bad axes [${axes.join(',')}]`, inputs);
  return { dtype: x.dtype, shape: reducedShape(x.shape, axes, keep) };
};

const picked = (operation: OperationOf<'argmax'> | OperationOf<'argmin'>, inputs: readonly Type[]): Type => {
  expectInputs(operation.op, inputs, 'any');
  expect(areAxes([operation.axis], inputs[0].shape.length), operation.op, `bad axis ${operation.axis}`, inputs);
  return { dtype: 'int32', shape: reducedShape(inputs[0].shape, [operation.axis], false) };
};

/** Patches of an image [n, h, w, c]. */
const windowed = (op: string, window: Window, [n, h, w]: Shape): [number, number, number] => {
  const [oh, ow] = outputSize(window, [h, w]);
  if (oh < 1 || ow < 1) bug(op, `a window of ${window.kernel.join('x')} does not fit into ${h}x${w}`);
  return [n, oh, ow];
};

const matmul: Rule<'matmul'> = ({ op, transposeA, transposeB }, inputs) => {
  expectInputs(op, inputs, 'float32', 'float32');
  const [a, b] = inputs.map((t) => t.shape);
  expect(a.length >= 2 && b.length >= 2, op, 'wants matrices', inputs);
  const [m, k] = transposeA ? [a[a.length - 1], a[a.length - 2]] : a.slice(-2);
  const [l, n] = transposeB ? [b[b.length - 1], b[b.length - 2]] : b.slice(-2);
  expect(k === l, op, `inner sizes ${k} and ${l} differ`, inputs);
  const batch =
    broadcastShapes(a.slice(0, -2), b.slice(0, -2)) ?? bug(op, `batches differ: ${inputs.map(text).join(', ')}`);
  return float([...batch, m, n]);
};

const scan: Rule<'scan'> = ({ op, body, length, carries, sequences }, inputs) => {
  const same = (t: Type | undefined, u: Type | undefined): boolean =>
    t !== undefined && u !== undefined && t.dtype === u.dtype && t.shape.join() === u.shape.join();
  expect(inputs.length + 1 === body.inputs.length, op, `the body has ${body.inputs.length} inputs`, inputs);
  expect(same(body.inputs[0], { dtype: 'int32', shape: [] }), op, 'the first input of the body is the round', inputs);
  inputs.forEach((t, i) => {
    const isSequence = i >= carries && i < carries + sequences;
    if (isSequence) expect(t.shape[0] === length, op, `sequence ${i} is not of length ${length}`, inputs);
    const element = isSequence ? { dtype: t.dtype, shape: t.shape.slice(1) } : t;
    expect(same(element, body.inputs[i + 1]), op, `input ${i} differs from the body's`, [element, body.inputs[i + 1]]);
  });
  for (let i = 0; i < carries; i++)
    expect(same(body.outputs[i]?.node, inputs[i]), op, `carry ${i} changes its type`, [
      inputs[i],
      body.outputs[i]?.node,
    ]);
  return float([]);
};

const rules: { readonly [K in OpName]: Rule<K> } = {
  input: ({ dtype, shape }) => ({ dtype, shape }),
  constant: ({ op, value }) => {
    if (!value.bounds && value.data.length !== sizeOf(value.shape))
      bug(op, `${value.data.length} numbers for [${value.shape.join(',')}]`);
    return { dtype: value.dtype, shape: value.shape };
  },
  random: ({ op, shape }, inputs) => {
    expectInputs(op, inputs, 'int32');
    return float(shape);
  },
  derive_key: ({ op }, inputs) => {
    expectInputs(op, inputs, 'int32', 'int32');
    expect(sizeOf(inputs[0].shape) === 2 && inputs[1].shape.length === 0, op, 'wants a key and an index', inputs);
    return { dtype: 'int32', shape: [2] };
  },
  ...each(families.unary, unary),
  polygamma: unary,
  ...each(families.binary, binary),
  ...each(families.comparison, comparison),
  ...each(families.logical, logical),
  not: ({ op }, inputs) => {
    expectInputs(op, inputs, 'bool');
    return inputs[0];
  },
  select: ({ op }, inputs) => {
    expectInputs(op, inputs, 'bool', 'any', 'any');
    expect(inputs[1].dtype === inputs[2].dtype, op, 'branches of two dtypes', inputs);
    return { dtype: inputs[1].dtype, shape: common(op, inputs) };
  },
  cast: ({ op, dtype }, inputs) => {
    expectInputs(op, inputs, 'any');
    return { dtype, shape: inputs[0].shape };
  },
  stop: ({ op }, inputs) => {
    const [value, ...path] = inputs;
    expectInputs(op, [value], 'any');
    expect(path.length === 0 || (path.length === 2 && path.every((x) => String(x.shape) === String(value.shape))), op, 'a path of another shape', inputs); // prettier-ignore
    return value;
  },
  reshape: ({ op, shape }, inputs) => {
    expectInputs(op, inputs, 'any');
    expect(isShape(shape) && sizeOf(shape) === sizeOf(inputs[0].shape), op, `not to [${shape.join(',')}]`, inputs);
    return { dtype: inputs[0].dtype, shape };
  },
  transpose: ({ op, permutation }, inputs) => {
    expectInputs(op, inputs, 'any');
    expect(isPermutation(permutation, inputs[0].shape.length), op, `not by [${permutation.join(',')}]`, inputs);
    return { dtype: inputs[0].dtype, shape: permutation.map((i) => inputs[0].shape[i]) };
  },
  broadcast: ({ op, shape }, inputs) => {
    expectInputs(op, inputs, 'any');
    const result = broadcastShapes(inputs[0].shape, shape);
    expect(isShape(shape) && result?.join() === shape.join(), op, `not to [${shape.join(',')}]`, inputs);
    return { dtype: inputs[0].dtype, shape };
  },
  slice: ({ op, begin, size, strides }, inputs) => {
    expectInputs(op, inputs, 'any');
    const { shape, dtype } = inputs[0];
    const fits = shape.every(
      (n, i) =>
        begin[i] >= 0 &&
        size[i] >= 0 &&
        strides[i] >= 1 &&
        (size[i] === 0 || begin[i] + (size[i] - 1) * strides[i] < n),
    );
    const ranks = [begin, size, strides].every((list) => list.length === shape.length);
    expect(ranks && fits && isShape(size), op, `[${begin.join(',')}] + [${size.join(',')}] is outside`, inputs);
    return { dtype, shape: size };
  },
  pad: ({ op, before, after, interior }, inputs) => {
    expectInputs(op, inputs, 'any');
    const { shape, dtype } = inputs[0];
    const right = [before, after, interior].every((list) => list.length === shape.length && isShape(list));
    expect(right, op, 'wants a count for each axis', inputs);
    return { dtype, shape: shape.map((n, i) => before[i] + n + Math.max(0, n - 1) * interior[i] + after[i]) };
  },
  concat: ({ op, axis }, inputs) => {
    expect(inputs.length > 0 && areAxes([axis], inputs[0].shape.length), op, `bad axis ${axis}`, inputs);
    const [first] = inputs;
    const fits = (t: Type): boolean =>
      t.dtype === first.dtype &&
      t.shape.length === first.shape.length &&
      t.shape.every((n, i) => i === axis || n === first.shape[i]);
    expect(inputs.every(fits), op, `pieces differ beside axis ${axis}`, inputs);
    const length = inputs.reduce((sum, t) => sum + t.shape[axis], 0);
    return { dtype: first.dtype, shape: first.shape.map((n, i) => (i === axis ? length : n)) };
  },
  reverse: ({ op, axes }, inputs) => {
    expectInputs(op, inputs, 'any');
    expect(areAxes(axes, inputs[0].shape.length), op, `bad axes [${axes.join(',')}]`, inputs);
    return inputs[0];
  },
  cumsum: ({ op, axis }, inputs) => {
    expectInputs(op, inputs, 'any');
    expect(inputs[0].dtype !== 'bool' && areAxes([axis], inputs[0].shape.length), op, `bad axis ${axis}`, inputs);
    return inputs[0];
  },
  gather: ({ op }, inputs) => {
    expectInputs(op, inputs, 'any', 'int32');
    expect(inputs[0].shape.length >= 1, op, 'wants rows', inputs);
    return { dtype: inputs[0].dtype, shape: [...inputs[1].shape, ...inputs[0].shape.slice(1)] };
  },
  scatter_add: ({ op, size }, inputs) => {
    expectInputs(op, inputs, 'any', 'int32');
    const [updates, index] = inputs;
    const fits = index.shape.every((n, i) => n === updates.shape[i]);
    expect(fits && updates.dtype !== 'bool', op, 'updates do not begin with the shape of the index', inputs);
    return { dtype: updates.dtype, shape: [size, ...updates.shape.slice(index.shape.length)] };
  },
  unfold: ({ op, window }, inputs) => {
    expectInputs(op, inputs, 'float32');
    expect(inputs[0].shape.length === 4, op, 'wants [n, h, w, c]', inputs);
    return float([...windowed(op, window, inputs[0].shape), ...window.kernel, inputs[0].shape[3]]);
  },
  fold: ({ op, window, size }, inputs) => {
    expectInputs(op, inputs, 'float32');
    const { shape } = inputs[0];
    const [n, c] = [shape[0], shape[5]];
    const fits = [...windowed(op, window, [n, ...size]), ...window.kernel, c].join() === shape.join();
    expect(fits, op, `patches do not come from ${size.join('x')}`, inputs);
    return float([n, ...size, c]);
  },
  matmul,
  conv: ({ op, window }, inputs) => {
    expectInputs(op, inputs, 'float32', 'float32');
    const [x, filter] = inputs.map((t) => t.shape);
    const fits = x.length === 4 && filter.slice(0, 3).join() === [...window.kernel, x[3]].join();
    expect(fits && filter.length === 4, op, 'image and filter do not fit', inputs);
    return float([...windowed(op, window, x), filter[3]]);
  },
  conv_to_input: ({ op, window, size }, inputs) => {
    expectInputs(op, inputs, 'float32', 'float32');
    const [g, filter] = inputs.map((t) => t.shape);
    const fits = g.join() === [...windowed(op, window, [g[0], ...size]), filter[3]].join();
    expect(fits && filter.slice(0, 2).join() === window.kernel.join(), op, `not from ${size.join('x')}`, inputs);
    return float([g[0], ...size, filter[2]]);
  },
  conv_to_filter: ({ op, window }, inputs) => {
    expectInputs(op, inputs, 'float32', 'float32');
    const [x, g] = inputs.map((t) => t.shape);
    const fits = x.length === 4 && g.length === 4 && g.slice(0, 3).join() === windowed(op, window, x).join();
    expect(fits, op, 'image and cotangent do not fit', inputs);
    return float([...window.kernel, x[3], g[3]]);
  },
  sum: reduction,
  prod: reduction,
  max_over: reduction,
  min_over: reduction,
  argmax: picked,
  argmin: picked,
  argsort: ({ op }, inputs) => {
    expectInputs(op, inputs, 'any');
    expect(inputs[0].shape.length >= 1, op, 'wants an axis', inputs);
    return { dtype: 'int32', shape: inputs[0].shape };
  },
  one_hot: ({ op, depth }, inputs) => {
    expectInputs(op, inputs, 'int32');
    return float([...inputs[0].shape, depth]);
  },
  scan,
  /** Needs the scan's operation, not its type: see `typeOf`. */
  part: ({ op }) => bug(op, 'its type is read off the scan'),
};

/** The type of part `index` of a scan. */
const partType = (scanned: OperationOf<'scan'>, index: number): Type => {
  const output = scanned.body.outputs[index]?.node ?? bug('part', `the scan has no part ${index}`);
  const { dtype, shape } = output;
  return index < scanned.carries ? { dtype, shape } : { dtype, shape: [scanned.length, ...shape] };
};

/** The type of an operation on these inputs (nodes are types, and `part` looks at the operation of its input). */
export const typeOf = (operation: Operation, inputs: readonly (Type & { readonly operation: Operation })[]): Type => {
  if (operation.op === 'part') {
    const source = inputs[0]?.operation;
    return source?.op === 'scan' ? partType(source, operation.index) : bug('part', 'of something that is not a scan');
  }
  return (rules[operation.op] as (operation: Operation, inputs: readonly Type[]) => Type)(operation, inputs);
};
