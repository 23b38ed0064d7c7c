/**
 * Spaces are the types of the language. A tensor space is an element (what one entry, or one small vector, may be) and the
 * shape of an array of it. Dimensions are numbers by the time values meet spaces: functions are checked at each use.
 */
import type { DType, Shape } from '../ir/operations.ts';

/** What an entry is. `Class` is stored as an index, `Simplex`, `Sphere` and `Ball` as vectors, the rest as one number. */
export type Element =
  | { readonly kind: 'R' }
  | { readonly kind: 'Positive' }
  | { readonly kind: 'Interval'; readonly from: number; readonly to: number }
  | { readonly kind: 'Bit' }
  | { readonly kind: 'Nat' }
  | { readonly kind: 'Int' }
  | { readonly kind: 'Circle' }
  | { readonly kind: 'Class'; readonly size: number; readonly names?: readonly string[] }
  | { readonly kind: 'Simplex'; readonly size: number }
  | { readonly kind: 'Sphere'; readonly dimension: number }
  | { readonly kind: 'Ball'; readonly dimension: number };

export interface TensorSpace {
  readonly kind: 'tensor';
  readonly element: Element;
  readonly shape: Shape;
}

export type Space =
  | TensorSpace
  | { readonly kind: 'tuple'; readonly items: readonly Space[] }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Space> }
  | { readonly kind: 'function'; readonly from: Space; readonly to: Space; readonly stochastic: boolean }
  | { readonly kind: 'data'; readonly element: Space }
  | { readonly kind: 'dist'; readonly element: Space }
  | { readonly kind: 'sequence'; readonly element: Space; readonly most?: number }
  | { readonly kind: 'set'; readonly element: Space; readonly most?: number }
  | { readonly kind: 'text' }
  /** A name nobody defined: stands for any space. */
  | { readonly kind: 'any'; readonly name: string };

const real: Element = { kind: 'R' };
const bit: Element = { kind: 'Bit' };
export const R = (...shape: number[]): TensorSpace => ({ kind: 'tensor', element: real, shape });
export const Bit = (...shape: number[]): TensorSpace => ({ kind: 'tensor', element: bit, shape });
export const classOf = (size: number, names?: readonly string[]): TensorSpace => ({
  kind: 'tensor',
  element: { kind: 'Class', size, names },
  shape: [],
});

/** The dimensions that storing one element adds. */
export const elementShape = (e: Element): Shape =>
  e.kind === 'Simplex' ? [e.size] : e.kind === 'Sphere' ? [e.dimension + 1] : e.kind === 'Ball' ? [e.dimension] : [];

/** Shape of the array that holds a point of the space. */
export const storageShape = (s: TensorSpace): Shape => [...s.shape, ...elementShape(s.element)];

export const elementDType = (e: Element): DType =>
  e.kind === 'Bit' ? 'bool' : e.kind === 'Class' ? 'int32' : 'float32';

const group = (dims: readonly (number | string)[]) => (dims.length === 0 ? '' : `[${dims.join(', ')}]`);

export const printElement = (e: Element): string => {
  switch (e.kind) {
    case 'Interval':
      return `Interval[${e.from}, ${e.to}]`;
    case 'Class':
    case 'Simplex':
      return `${e.kind}[${e.size}]`;
    case 'Sphere':
    case 'Ball':
      return `${e.kind}[${e.dimension}]`;
    default:
      return e.kind;
  }
};

/** The space as a reader would write it. */
export const printSpace = (s: Space): string => {
  switch (s.kind) {
    case 'tensor':
      return printElement(s.element) + group(s.shape);
    case 'tuple':
      return `(${s.items.map(printSpace).join(', ')})`;
    case 'record':
      return `(${[...s.fields].map(([name, f]) => `${name}: ${printSpace(f)}`).join(', ')})`;
    case 'function':
      return `${printSpace(s.from)} ${s.stochastic ? '~>' : '->'} ${printSpace(s.to)}`;
    case 'data':
      return `[${printSpace(s.element)}]`;
    case 'dist':
      return `Dist[${printSpace(s.element)}]`;
    case 'sequence':
      return `Seq[${printSpace(s.element)}${s.most === undefined ? '' : `, ${s.most}`}]`;
    case 'set':
      return `Set[${printSpace(s.element)}${s.most === undefined ? '' : `, ${s.most}`}]`;
    case 'text':
      return 'Text';
    case 'any':
      return s.name;
  }
};

export const sameShape = (a: Shape, b: Shape): boolean => a.length === b.length && a.every((n, i) => n === b[i]);

/** How many points, if finitely many and enumerable: Bit 2, Class[K] K. */
export const elementCount = (e: Element): number | undefined =>
  e.kind === 'Bit' ? 2 : e.kind === 'Class' ? e.size : undefined;

/** Is `x` in the element's set? `vector` is the stored vector (one number for most). NaN is in none. */
export const contains = (e: Element, vector: ArrayLike<number>): boolean => {
  const x = vector[0];
  switch (e.kind) {
    case 'R':
    case 'Circle':
      return Number.isFinite(x);
    case 'Positive':
      return x > 0 && Number.isFinite(x);
    case 'Interval':
      return x >= e.from && x <= e.to;
    case 'Bit':
      return x === 0 || x === 1;
    case 'Nat':
      return Number.isInteger(x) && x >= 0;
    case 'Int':
      return Number.isInteger(x);
    case 'Class':
      return Number.isInteger(x) && x >= 0 && x < e.size;
    case 'Simplex': {
      let sum = 0;
      for (let i = 0; i < e.size; i++) {
        if (!(vector[i] >= -1e-6)) return false;
        sum += vector[i];
      }
      return Math.abs(sum - 1) < 1e-4;
    }
    case 'Sphere':
    case 'Ball': {
      let square = 0;
      for (let i = 0; i < vector.length; i++) square += vector[i] * vector[i];
      return e.kind === 'Sphere' ? Math.abs(square - 1) < 1e-3 : square < 1;
    }
  }
};
