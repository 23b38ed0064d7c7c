/**
 * Operations led by indices in WGSL, those that find indices, products whose batches differ, and plain reductions.
 */
import type { OperationOf, ReductionOp } from '../../../../compiler/ir/operations.ts';
import { broadcastStrides, otherAxes, sizeOf, stridesOf } from '../../../../compiler/ir/shape.ts';
import type { Spec } from '../../host/kernel.ts';
import { coordinates, place } from '../indices.ts';
import type { Source } from '../program.ts';
import { openBody, type Body } from '../wgsl.ts';
import { lines } from './moves.ts';
import { elementType, type WgslTable } from './rule.ts';

const notANumber = `
fn missing(x : f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }`;

/** NaN loses; the first of equals stays. */
const extreme = (sign: '>' | '<', axis: number, [input]: readonly Spec[]): Source => {
  const { start, step } = lines(input.shape, axis);
  const real = input.dtype === 'float32';
  const better = real ? 'x > y || (missing(y) && !missing(x))' : 'x > y';
  return {
    functions: `${notANumber}
fn better(x : ${elementType(input.dtype)}, y : ${elementType(input.dtype)}) -> bool { return ${better.replace('>', sign)}; }`,
    body: `
  let start = ${start};
  var best = 0;
  for (var k = 1; k < ${input.shape[axis]}; k++) {
    if (better(x0[start + k * ${step}], x0[start + best * ${step}])) { best = k; }
  }
  result[index] = best;`,
  };
};

const starts: { readonly [K in ReductionOp]: { readonly int32: string; readonly float32: number } } = {
  sum: { int32: '0', float32: 0 },
  prod: { int32: '1', float32: 1 },
  max_over: { int32: '-2147483647 - 1', float32: -Infinity },
  min_over: { int32: '2147483647', float32: Infinity },
};

/** The total with one more number. */
const step = (body: Body, op: ReductionOp, real: boolean, total: string, x: string): string => {
  if (op === 'sum') return `${total} + ${x}`;
  if (op === 'prod') return `${total} * ${x}`;
  const side = op === 'max_over' ? 'max' : 'min';
  return real ? body.arithmetic[side](total, x) : `${side}(${total}, ${x})`;
};

/** Over what is counted by `k`; one invocation a result. */
const reduction = (operation: OperationOf<ReductionOp>, [input]: readonly Spec[]): Source => {
  const { op, axes } = operation;
  const { shape } = input;
  const strides = stridesOf(shape);
  const kept = otherAxes(shape.length, axes);
  const body = openBody();
  const outer = coordinates(
    body,
    'index',
    kept.map((i) => shape[i]),
  );
  const from = body.name(
    place(
      outer,
      kept.map((i) => strides[i]),
    ),
  );
  const inside = openBody('u');
  const inner = coordinates(
    inside,
    'k',
    axes.map((i) => shape[i]),
  );
  const real = input.dtype === 'float32';
  const next = step(
    inside,
    op,
    real,
    'total',
    inside.name(
      `x0[${from} + ${place(
        inner,
        axes.map((i) => strides[i]),
      )}]`,
    ),
  );
  const start = starts[op];
  body.line(`
  var total = ${real ? body.arithmetic.number(start.float32) : start.int32};
  for (var k = 0; k < ${sizeOf(axes.map((i) => shape[i]))}; k++) {
    ${inside.text()}
    total = ${next};
  }
  result[index] = total;`);
  return { body: body.text() };
};

export const indexing = {
  gather: (_, [input], output) => {
    const row = sizeOf(input.shape.slice(1));
    const from = `clamp(x1[index / ${row}], 0, ${input.shape[0] - 1})`;
    return { body: `result[index] = x0[${from} * ${row} + index % ${row}];`, count: sizeOf(output.shape) };
  },
  // each place looks for what is added to it: no atomics, and the same order every time
  scatter_add: (_, [, index], output) => {
    const row = sizeOf(output.shape.slice(1));
    return {
      body: `
  let to = index / ${row};
  var sum = ${elementType(output.dtype)}(0);
  for (var k = 0; k < ${sizeOf(index.shape)}; k++) {
    if (x1[k] == to) { sum += x0[k * ${row} + index % ${row}]; }
  }
  result[index] = sum;`,
    };
  },
  one_hot: ({ depth }) => ({ body: `result[index] = select(0.0f, 1.0f, x0[index / ${depth}] == index % ${depth});` }),
  argmax: ({ axis }, inputs) => extreme('>', axis, inputs),
  argmin: ({ axis }, inputs) => extreme('<', axis, inputs),
  // the place of each number is how many come before it; NaN is where ∞ is, last
  argsort: (_, [input]) => {
    const length = input.shape[input.shape.length - 1] ?? 1;
    const type = elementType(input.dtype);
    const real = input.dtype === 'float32';
    const last = real ? '(missing(y) && x < bitcast<f32>(infinityBits))' : 'false';
    const same = real ? 'x == y || !(x < bitcast<f32>(infinityBits) || y < bitcast<f32>(infinityBits))' : 'x == y';
    return {
      functions: `${notANumber}
fn earlier(x : ${type}, y : ${type}) -> bool { return x < y || ${last}; }
fn same(x : ${type}, y : ${type}) -> bool { return ${same}; }`,
      body: `
  let own = index % ${length};
  let start = index - own;
  var before = 0;
  for (var k = 0; k < ${length}; k++) {
    let other = x0[start + k];
    if (earlier(other, x0[index]) || (k < own && same(other, x0[index]))) { before++; }
  }
  result[start + before] = own;`,
    };
  },
  matmul: ({ transposeA, transposeB }, [a, b], output) => {
    const { shape } = output;
    const batch = shape.slice(0, -2);
    const [m, n] = shape.slice(-2);
    const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
    const body = openBody();
    const at = coordinates(body, 'index', shape);
    const [row, column] = at.slice(-2);
    const start = (of: Spec, size: number): string =>
      body.name(
        place(
          at.slice(0, -2),
          broadcastStrides(of.shape.slice(0, -2), batch).map((s) => s * size),
        ),
      );
    const [p, q] = [start(a, m * k), start(b, k * n)];
    body.line(`
  var sum = 0.0f;
  for (var k = 0; k < ${k}; k++) {
    sum += x0[${p} + ${transposeA ? `k * ${m} + ${row}` : `${row} * ${k} + k`}] * x1[${q} + ${transposeB ? `${column} * ${k} + k` : `k * ${n} + ${column}`}];
  }
  result[index] = sum;`);
    return { body: body.text() };
  },
  sum: reduction,
  prod: reduction,
  max_over: reduction,
  min_over: reduction,
} satisfies WgslTable;
