/**
 * Reductions in WGSL: one invocation a result walks through what is put together, wherever it lies, so nothing is transposed before. Where
 * few results are made of many numbers, parts are made first, side by side, and put together by a second kernel.
 */
import type { OperationOf, ReductionOp } from '../../../../compiler/ir/operations.ts';
import { reductionOps } from '../../../../compiler/ir/operations.ts';
import { otherAxes, sizeOf, stridesOf } from '../../../../compiler/ir/shape.ts';
import { tabulate } from '../../../../compiler/rules/table.ts';
import type { Spec } from '../../host/kernel.ts';
import type { Prepared, Site } from '../../kernels/rule.ts';
import { coordinates, place } from '../indices.ts';
import { prepareProgram, type Source } from '../program.ts';
import { openBody, type Body } from '../wgsl.ts';
import type { WgslTable } from './rule.ts';

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

/** Coordinates along some axes as a place in the whole array. */
const along = (body: Body, index: string, { shape }: Spec, axes: readonly number[]): string => {
  const strides = stridesOf(shape);
  return place(
    coordinates(
      body,
      index,
      axes.map((i) => shape[i]),
    ),
    axes.map((i) => strides[i]),
  );
};

/**
 * The result at `index`, by a loop whose lines are written in `inside`: `load` the element at a place. With `parts`, for each of them a
 * share of what is put together, the results of a part side by side.
 */
export const walk = (
  body: Body,
  inside: Body,
  { op, axes }: OperationOf<ReductionOp>,
  input: Spec,
  index: string,
  load: (place: string) => string,
  parts = 1,
): string => {
  const { shape, dtype } = input;
  const kept = otherAxes(shape.length, axes);
  const results = sizeOf(kept.map((i) => shape[i]));
  const count = sizeOf(axes.map((i) => shape[i]));
  const share = Math.ceil(count / parts);
  const from = body.name(along(body, parts === 1 ? index : body.name(`${index} % ${results}`), input, kept));
  const [total, k] = [`total_${from}`, `k_${from}`];
  const real = dtype === 'float32';
  const next = step(inside, op, real, total, load(`${from} + ${along(inside, k, input, axes)}`));
  const first = parts === 1 ? '0' : body.name(`(${index} / ${results}) * ${share}`);
  const end = parts === 1 ? count : body.name(`min(${first} + ${share}, ${count})`);
  body.line(`var ${total} = ${real ? body.arithmetic.number(starts[op].float32) : starts[op].int32};
  for (var ${k} = ${first}; ${k} < ${end}; ${k}++) {
    ${inside.text()}
    ${total} = ${next};
  }`);
  return total;
};

const alone = (operation: OperationOf<ReductionOp>, input: Spec, parts = 1): Source => {
  const body = openBody();
  const inside = openBody('u');
  const load = (at: string): string => inside.name(`x0[${at}]`);
  body.line(`result[index] = ${walk(body, inside, operation, input, 'index', load, parts)};`);
  const kept = otherAxes(input.shape.length, operation.axes);
  return { body: body.text(), count: parts * sizeOf(kept.map((i) => input.shape[i])) };
};

/** So many invocations keep a graphics card busy. */
const many = 16_384;
/** Walked by one invocation at most, where there could be more of them. */
const longest = 64;

/** Whether a single kernel would walk through it too slowly. */
export const isTall = (input: Spec, output: Spec): boolean => {
  const results = sizeOf(output.shape);
  return results < many && sizeOf(input.shape) > longest * results;
};

export const prepareInParts = (
  operation: OperationOf<ReductionOp>,
  { device, inputs, output }: Site,
): Prepared | undefined => {
  const [input] = inputs;
  if (!isTall(input, output)) return undefined;
  const results = sizeOf(output.shape);
  const parts = Math.ceil(Math.sqrt(sizeOf(input.shape) / results));
  const between = { shape: [parts, results], dtype: output.dtype };
  const label = `${operation.op} in parts`;
  const first = prepareProgram(device, { ...alone(operation, input, parts), label }, inputs, [between]);
  const second = { ...alone({ ...operation, axes: [0] }, between), label };
  const last = prepareProgram(device, second, [between], [output]);
  return (tensors) => {
    const made = first(tensors);
    const [result] = last(made);
    made.forEach(device.free);
    return result;
  };
};

export const isReduction = (operation: { readonly op: string }): operation is OperationOf<ReductionOp> =>
  (reductionOps as readonly string[]).includes(operation.op);

/** Along the last axes, and enough of them for the threads of a group to share: what TF.js does well. */
export const alongRows = ({ axes }: OperationOf<ReductionOp>, { shape }: Spec): boolean =>
  axes.every((axis) => axis >= shape.length - axes.length) && sizeOf(axes.map((i) => shape[i])) > longest;

export const reductions = tabulate(
  reductionOps,
  (_: ReductionOp) => (operation: OperationOf<ReductionOp>, inputs: readonly Spec[]) => alone(operation, inputs[0]),
) satisfies WgslTable;
