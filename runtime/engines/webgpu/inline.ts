/**
 * Several instructions as one kernel. Each element of a result asks for what it is made of, back to the arrays that are read: what is only
 * moved (a transpose, a slice, a row) becomes another place to read from, sums and small products become loops, and nothing in between
 * is written.
 */
import type { Operation, OperationOf } from '../../../compiler/ir/operations.ts';
import { elementwiseOps } from '../../../compiler/ir/operations.ts';
import { broadcastStrides, sizeOf } from '../../../compiler/ir/shape.ts';
import type { Spec } from '../host/kernel.ts';
import { moved, rowMajor, type Move } from '../strided.ts';
import { coordinates, place } from './indices.ts';
import { expressionOf, integerPower } from './kernels/elementwise.ts';
import { multiply } from './kernels/indexing.ts';
import { isReduction, walk } from './kernels/reductions.ts';
import type { Source } from './program.ts';
import { openBody, type Body } from './wgsl.ts';

export interface Member {
  readonly operation: Operation;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

const moves: ReadonlySet<string> = new Set(['transpose', 'broadcast', 'slice', 'reverse']);
export const isMove = (operation: Operation): operation is Move => moves.has(operation.op);

/** Where lines are written, and what has a name there already. */
interface Scope {
  readonly body: Body;
  readonly named: Map<string, string>;
}

/** For who looks at kernels by their labels: how much lies around the single rows that are read. */
const leftAlone = (members: readonly Member[], inputs: readonly number[], spec: (slot: number) => Spec): string => {
  const around = inputs.map((slot) => {
    const { shape } = spec(slot);
    const readers = members.filter(({ inputs: read }) => read.includes(slot));
    const byRow = readers.every(
      ({ operation, inputs: [x, at] }) => operation.op === 'gather' && x === slot && sizeOf(spec(at).shape) === 1,
    );
    return byRow ? 4 * (sizeOf(shape) - sizeOf(shape.slice(1))) : 0;
  });
  const bytes = around.reduce((sum, x) => sum + x, 0);
  return bytes === 0 ? 'fused' : `fused, ${bytes} bytes left alone`;
};

/** `outputs`: as many elements each as the kernel runs for. */
export const inlined = (
  members: readonly Member[],
  inputs: readonly number[],
  outputs: readonly number[],
  spec: (slot: number) => Spec,
): Source => {
  const makers = new Map(members.map((member) => [member.outputs[0], member]));
  let loops = 0;

  const once = ({ named }: Scope, key: string, make: () => string): string => {
    const known = named.get(key) ?? make();
    named.set(key, known);
    return known;
  };
  const name = (scope: Scope, expression: string): string =>
    /^\w+$/.test(expression) ? expression : once(scope, expression, () => scope.body.name(expression));
  const coordinatesOf = (scope: Scope, at: string, { shape }: Spec): string[] =>
    once(scope, `coordinates of ${at} in ${shape.join()}`, () => coordinates(scope.body, at, shape).join(' '))
      .split(' ')
      .slice(0, shape.length);

  /** The element of a slot at a place; a name. */
  const value = (scope: Scope, slot: number, at: string): string =>
    once(scope, `${slot} at ${at}`, () => {
      const maker = makers.get(slot);
      return maker ? made(scope, maker, at) : scope.body.name(`x${inputs.indexOf(slot)}[${at}]`);
    });
  /** A loop around lines that have names of their own. */
  const inside = (scope: Scope): Scope => ({ body: openBody(`u${loops++}_`), named: new Map(scope.named) });

  const made = (scope: Scope, { operation, inputs: read, outputs: [slot] }: Member, at: string): string => {
    const { body } = scope;
    const own = spec(slot);
    const [first, second] = read;
    if (elementwiseOps.has(operation.op)) {
      const args = read.map((x) => {
        const { shape } = spec(x);
        if (sizeOf(shape) === sizeOf(own.shape)) return value(scope, x, at);
        return value(scope, x, name(scope, place(coordinatesOf(scope, at, own), broadcastStrides(shape, own.shape))));
      });
      return name(scope, expressionOf(body, operation, args, read.map(spec)));
    }
    if (isMove(operation)) {
      const { strides, offset } = moved(operation, rowMajor(spec(first).shape), own.shape);
      return value(scope, first, name(scope, place(coordinatesOf(scope, at, own), strides, offset)));
    }
    if (isReduction(operation)) {
      const inner = inside(scope);
      return walk(body, inner.body, operation, spec(first), at, (k) => value(inner, first, name(inner, k)));
    }
    switch (operation.op) {
      case 'reshape':
      case 'stop':
        return value(scope, first, at);
      case 'gather': {
        const { shape } = spec(first);
        const row = sizeOf(shape.slice(1));
        const index = value(scope, second, name(scope, sizeOf(spec(second).shape) === 1 ? '0' : `${at} / ${row}`));
        const from = name(scope, `clamp(${index}, 0, ${shape[0] - 1})`);
        return value(scope, first, name(scope, `${from} * ${row} + ${at} % ${row}`));
      }
      case 'one_hot': {
        const { depth } = operation;
        return name(
          scope,
          `select(0.0f, 1.0f, ${value(scope, first, name(scope, `${at} / ${depth}`))} == ${at} % ${depth})`,
        );
      }
      case 'matmul': {
        const inner = inside(scope);
        const load = (x: number) => (k: string) => value(inner, x, name(inner, k));
        const sides = read.map(spec) as [Spec, Spec];
        return multiply(
          body,
          inner.body,
          operation as OperationOf<'matmul'>,
          sides,
          own,
          at,
          load(first),
          load(second),
        );
      }
      default:
        throw new Error(`internal: ${operation.op} in a kernel with others`);
    }
  };

  const scope: Scope = { body: openBody(), named: new Map() };
  outputs.forEach((slot, i) => {
    const target = outputs.length === 1 ? 'result' : `result${i}`;
    scope.body.line(`${target}[index] = ${value(scope, slot, 'index')};`);
  });
  return {
    label: leftAlone(members, inputs, spec),
    body: scope.body.text(),
    functions: members.some(({ operation }) => operation.op === 'pow') ? integerPower : '',
  };
};
