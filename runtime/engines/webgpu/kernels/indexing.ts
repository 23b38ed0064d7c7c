/**
 * Operations led by indices in WGSL, those that find indices, and products whose batches differ.
 */
import type { OperationOf } from '../../../../compiler/ir/operations.ts';
import { broadcastStrides, sizeOf } from '../../../../compiler/ir/shape.ts';
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

/** A product's element at `index`, by a loop whose lines are written in `inside`; `loadA`, `loadB`: the factors at a place. */
export const multiply = (
  body: Body,
  inside: Body,
  { transposeA, transposeB }: OperationOf<'matmul'>,
  [a, b]: readonly [Spec, Spec],
  { shape }: Spec,
  index: string,
  loadA: (place: string) => string,
  loadB: (place: string) => string,
): string => {
  const batch = shape.slice(0, -2);
  const [m, n] = shape.slice(-2);
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const at = coordinates(body, index, shape);
  const [row, column] = at.slice(-2);
  const start = (of: Spec, size: number): string =>
    body.name(
      place(
        at.slice(0, -2),
        broadcastStrides(of.shape.slice(0, -2), batch).map((s) => s * size),
      ),
    );
  const [p, q] = [start(a, m * k), start(b, k * n)];
  const [total, i] = [`total_${q}`, `k_${q}`];
  const x = loadA(`${p} + ${transposeA ? `${i} * ${m} + ${row}` : `${row} * ${k} + ${i}`}`);
  const y = loadB(`${q} + ${transposeB ? `${column} * ${k} + ${i}` : `${i} * ${n} + ${column}`}`);
  body.line(`var ${total} = 0.0f;
  for (var ${i} = 0; ${i} < ${k}; ${i}++) {
    ${inside.text()}
    ${total} += ${x} * ${y};
  }`);
  return total;
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
  matmul: (operation, [a, b], output) => {
    const body = openBody();
    const inside = openBody('u');
    const load = (x: string) => (at: string) => inside.name(`${x}[${at}]`);
    body.line(`result[index] = ${multiply(body, inside, operation, [a, b], output, 'index', load('x0'), load('x1'))};`);
    return { body: body.text() };
  },
} satisfies WgslTable;
