/**
 * Places in flat arrays as WGSL: an index taken apart into coordinates, and coordinates put together by strides.
 */
import { stridesOf } from '../../../compiler/ir/shape.ts';
import type { Shape } from '../../../compiler/ir/operations.ts';
import type { Body } from './wgsl.ts';

/** Names of the coordinates of `index` in an array of that shape; 0 along axes of size 1. */
export const coordinates = (body: Body, index: string, shape: Shape): string[] => {
  const strides = stridesOf(shape);
  return shape.map((n, axis) => {
    if (n === 1) return '0';
    const quotient = strides[axis] === 1 ? index : `(${index} / ${strides[axis]})`;
    return body.name(axis === shape.findIndex((m) => m !== 1) ? quotient : `${quotient} % ${n}`);
  });
};

/** offset + Σ coordinate · stride */
export const place = (at: readonly string[], strides: readonly number[], offset = 0): string => {
  const terms = at.flatMap((c, i) =>
    c === '0' || strides[i] === 0 ? [] : [strides[i] === 1 ? c : `${c} * ${strides[i]}`],
  );
  return [...(offset !== 0 || terms.length === 0 ? [String(offset)] : []), ...terms].join(' + ');
};
