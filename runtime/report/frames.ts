/** What a run drew -> a picture: rows that the mask leaves out are dropped, frames of several steps are stacked. */
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import type { Frame } from '../events.ts';
import type { Drawn } from '../result.ts';
import { rowOf, sizeOf } from './arrays.ts';
import type { Picture } from './pictures.ts';

const joined = (parts: readonly ArrayValue[], shape: readonly number[]): ArrayValue => {
  const data = new Float64Array(sizeOf(shape));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { dtype: 'float32', shape, data };
};

const kept = (value: ArrayValue, mask: ArrayValue): ArrayValue => {
  const rows = Array.from(mask.data, (keep, i) => (keep ? i : -1)).filter((i) => i >= 0);
  return joined(
    rows.map((i) => rowOf(value, i)),
    [rows.length, ...value.shape.slice(1)],
  );
};

const valuesOf = ({ values, mask }: Frame): readonly ArrayValue[] =>
  mask && mask.shape.length === 1 ? values.map((v) => (v.shape[0] === mask.shape[0] ? kept(v, mask) : v)) : values;

export const pictureOf = ({ show, frames }: Drawn): Picture => {
  const drawn = frames.map(valuesOf);
  const last = drawn[drawn.length - 1] ?? [];
  const { name, kind, columns } = show;
  const same = drawn.every((values) => values.every((v, k) => sizeOf(v.shape) === sizeOf(last[k]?.shape ?? [])));
  if (kind !== 'curve' || drawn.length < 2 || !same) return { name, kind, columns, values: last };
  const values = last.map((v, k) =>
    joined(
      drawn.map((parts) => parts[k]),
      [drawn.length, ...v.shape],
    ),
  );
  return { name, kind, columns, values, steps: frames.map((f) => f.step) };
};
