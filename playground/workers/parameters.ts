/**
 * Parameters for the page, by layer: their spread, their gradient, how far they moved since the last look, and the numbers themselves when
 * few.
 */
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import type { Program } from '../../compiler/program.ts';

export interface ParameterView {
  readonly name: string;
  /** What it belongs to: `f.dense` of `f.dense.W`. */
  readonly layer: string;
  readonly space: string;
  readonly shape: readonly number[];
  readonly min: number;
  readonly max: number;
  /** Root mean square of the entries, and of their change a step since the last look. */
  readonly size: number;
  readonly moved?: number;
  /** Root mean square of the gradient's entries, in the coordinates in which it is trained. */
  readonly gradient?: number;
  readonly values?: readonly number[];
}

const few = 8;
interface Seen {
  readonly data: ArrayLike<number>;
  readonly step: number;
  readonly moved?: number;
}
let last = new Map<string, Seen>();

const rms = (data: ArrayLike<number>, before?: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i] - (before?.[i] ?? 0)) ** 2;
  return Math.sqrt(sum / Math.max(1, data.length));
};

const layerOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')));

export const parameterRows = (
  program: Program,
  values: ReadonlyMap<string, ArrayValue>,
  gradients: ReadonlyMap<string, ArrayValue>,
  step: number,
): ParameterView[] => {
  const now = new Map<string, Seen>();
  const rows = [...values].flatMap(([id, { data, shape }]): ParameterView[] => {
    const variable = program.variables.get(id);
    if (!variable) return [];
    const before = last.get(id);
    const slope = gradients.get(id);
    const fits = before && before.data.length === data.length;
    const moved =
      !fits || step < before.step
        ? undefined
        : step === before.step
          ? before.moved
          : rms(data, before.data) / (step - before.step);
    now.set(id, { data: Array.from(data), step, ...(moved !== undefined && { moved }) });
    let [min, max] = [Infinity, -Infinity];
    for (const x of data) {
      if (x < min) min = x;
      if (x > max) max = x;
    }
    return [
      {
        ...{ name: variable.name, layer: layerOf(variable.name), space: variable.space, shape },
        ...{ min, max },
        size: rms(data),
        ...(moved !== undefined && { moved }),
        ...(slope && { gradient: rms(slope.data) }),
        ...(data.length <= few && { values: Array.from(data) }),
      },
    ];
  });
  last = now;
  return rows;
};
