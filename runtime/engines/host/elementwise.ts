/**
 * Host kernels that work one element at a time, with broadcasting. The same loop serves every function; what differs is a number -> number.
 */
import {
  binaryOps,
  comparisonOps,
  logicalOps,
  unaryOps,
  type BinaryOp,
  type ComparisonOp,
  type LogicalOp,
  type UnaryOp,
} from '../../../compiler/ir/operations.ts';
import { tabulate } from '../../../compiler/rules/table.ts';
import type { HostKernel, HostTable, Spec } from './kernel.ts';
import { polygamma } from '../../../compiler/ir/special.ts';
import { binaryFloat, binaryInt, comparison, unary } from './scalars.ts';
import { broadcastStrides, sizeOf, stridesOf } from '../../../compiler/ir/shape.ts';
import { collapse, eachRow, innermost } from './walk.ts';

const map =
  (f: (x: number) => number): HostKernel =>
  ([x], out) => {
    for (let i = 0; i < out.length; i++) out[i] = f(x[i]);
  };

const map2 = (f: (a: number, b: number) => number, [a, b]: readonly Spec[], output: Spec): HostKernel => {
  const loops = collapse(output.shape, [
    broadcastStrides(a.shape, output.shape),
    broadcastStrides(b.shape, output.shape),
    stridesOf(output.shape),
  ]);
  const { outer, size, strides } = innermost(loops);
  if (sizeOf(output.shape) === 0) return () => {};
  const [aStep, bStep] = strides;
  return ([x, y], out) =>
    eachRow(outer.sizes, outer.strides, (p, q, start) => {
      for (let i = start; i < start + size; i++, p += aStep, q += bStep) out[i] = f(x[p], y[q]);
    });
};

export const elementwise = {
  ...tabulate(unaryOps, (op: UnaryOp) => () => map(unary[op])),
  polygamma: ({ order }) => map((x) => polygamma(order, x)),
  ...tabulate(binaryOps, (op: BinaryOp) => (_: unknown, inputs: readonly Spec[], output: Spec) => {
    return map2((output.dtype === 'int32' ? binaryInt : binaryFloat)[op], inputs, output);
  }),
  ...tabulate(comparisonOps, (op: ComparisonOp) => (_: unknown, inputs: readonly Spec[], output: Spec) => {
    return map2(comparison[op], inputs, output);
  }),
  ...tabulate(logicalOps, (op: LogicalOp) => (_: unknown, inputs: readonly Spec[], output: Spec) => {
    return map2(op === 'and' ? (a, b) => a & b : (a, b) => a | b, inputs, output);
  }),
  not: () => map((x) => 1 - x),
  select: (_, specs, output) => {
    const loops = collapse(output.shape, [
      ...specs.map((spec) => broadcastStrides(spec.shape, output.shape)),
      stridesOf(output.shape),
    ]);
    const { outer, size, strides } = innermost(loops);
    if (sizeOf(output.shape) === 0) return () => {};
    const [testStep, aStep, bStep] = strides;
    return ([test, a, b], out) =>
      eachRow(outer.sizes, outer.strides, (t, p, q, start) => {
        for (let i = start; i < start + size; i++, t += testStep, p += aStep, q += bStep) {
          out[i] = test[t] !== 0 ? a[p] : b[q];
        }
      });
  },
  cast: ({ dtype }, [input]) => {
    if (dtype === 'bool') return map((x) => (x !== 0 ? 1 : 0));
    if (dtype === 'int32' && input.dtype === 'float32') return map(Math.trunc);
    return ([x], out) => out.set(x);
  },
} satisfies Partial<HostTable>;
