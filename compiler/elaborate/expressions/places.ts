/** The order of a list's items, for what has no order of its own: `for u in tasks if u <= t` goes over the tasks so far. */
import type { BinaryOp } from '../../../grammar/tree/expressions.ts';
import type { Value } from '../values/values.ts';

type Items = readonly Value[];

/** The lists that a value was taken from, and where it stands in each. */
const placesOf = new WeakMap<Value, Map<Items, number>>();

/** Values that are compared by what they hold. */
const hasOwnOrder = ({ kind }: Value): boolean =>
  ['tensor', 'text', 'texts', 'missing', 'along', 'range'].includes(kind);

/** Items that are gone through one by one. */
export const inOrder = (items: Items): Items => {
  for (const [i, item] of items.entries()) {
    if (hasOwnOrder(item)) continue;
    const places = placesOf.get(item) ?? new Map<Items, number>();
    placesOf.set(item, places.set(items, i));
  }
  return items;
};

/** Where an item stands in the list that it was last taken from. */
export const placeOf = (v: Value): number | undefined => [...(placesOf.get(v) ?? [])].at(-1)?.[1];

const orders: Partial<Record<BinaryOp, (a: number, b: number) => boolean>> = {
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
};

/** What a comparison of two items of one list says; undefined where they are none. */
export const comparedByPlace = (op: BinaryOp, left: Value, right: Value): boolean | undefined => {
  const [a, b] = [placesOf.get(left), placesOf.get(right)];
  const common = a && b && [...a.keys()].findLast((items) => b.has(items));
  return common && orders[op]?.(a.get(common) as number, b.get(common) as number);
};
