/** The point at which a density is asked for: in the space of the draws, and where it is a column of a set, every number of it. */
import type { Span } from '../../../grammar/span.ts';
import type { Node } from '../../ir/graph.ts';
import { madeAtOnce } from '../../ir/arrays.ts';
import type { ArrayValue } from '../../ir/operations.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { printElement, printSpace, sameShape, storageShape } from '../../spaces/space.ts';
import type { Element } from '../../spaces/space.ts';
import { leafBehind } from '../data/rows.ts';
import { columnName } from '../spaces/membership.ts';
import { asTensor } from '../values/describe.ts';
import { shapeOf, toReal } from '../values/tensors.ts';
import type { Dist, Template, Value } from '../values/values.ts';

/**
 * Numbers at which the density is 0 whatever the parameters are. Ends of an interval count as inside, and so do parts of a bit: the
 * density of Bernoulli is used for greys.
 */
const isOutside = (e: Element): ((x: number) => boolean) | undefined => {
  switch (e.kind) {
    case 'Positive':
      return (x) => x < 0;
    case 'Interval':
      return (x) => x < e.from || x > e.to;
    case 'Bit':
      return (x) => x < 0 || x > 1;
    case 'Nat':
      return (x) => x < 0 || !Number.isInteger(x);
    case 'Int':
      return (x) => !Number.isInteger(x);
    case 'Class':
      return (x) => !(Number.isInteger(x) && x >= 0 && x < e.size);
    default:
      return undefined;
  }
};

/** A set with sequences in its rows pads them: what stands there is no point. */
const pathTo = (t: Template, leaf: number, path = ''): string | undefined => {
  if (t.kind === 'leaf') return t.leaf === leaf ? path : undefined;
  const parts =
    t.kind === 'tuple'
      ? t.items.map((x, i) => [`${path}[${i}]`, x] as const)
      : t.kind === 'record'
        ? [...t.fields].map(([k, x]) => [path ? `${path}.${k}` : k, x] as const)
        : [];
  return parts.map(([p, x]) => pathTo(x, leaf, p)).find((p) => p !== undefined);
};

const outsideAt = ({ data }: ArrayValue, outside: (x: number) => boolean): number => {
  for (let i = 0; i < data.length; i++) if (outside(data[i])) return i;
  return -1;
};

/** What is in a space of its own already, or is made later, is not looked at again. */
const isKnownToBeIn = ({ bounds, shape, dtype }: ArrayValue, e: Element): boolean =>
  dtype === 'bool' || sizeOf(shape) > 10 * madeAtOnce || (bounds !== undefined && e.kind !== 'Nat' && e.kind !== 'Int');

const waysOut: { readonly [K in Element['kind']]?: string } = {
  Positive: 'for numbers below 0 take a distribution over R: `Normal`, `StudentT`, `Laplace`',
  Nat: 'for numbers that are no counts take a distribution over R, or over Positive: `Normal`, `Gamma`',
  Int: 'for numbers that are not whole take a distribution over R: `Normal`',
  Interval: 'bring the numbers between the two in the data set, or take a distribution over R: `Normal`',
  Bit: 'a comparison gives a bit: `x > 0`; for numbers take a distribution over R: `Normal`',
};

/** Where the numbers are those of a column, each must be in the element's set. `why`: what asks for it. */
export const checkColumn = (node: Node, e: Element, span: Span, why: string): void => {
  const source = leafBehind(node);
  const outside = isOutside(e);
  const array = source?.data.leaves[source.leaf];
  const path = source && pathTo(source.data.template, source.leaf);
  if (!source || !outside || !array || path === undefined || isKnownToBeIn(array, e)) return;
  const at = outsideAt(array, outside);
  if (at < 0) return;
  const { data } = source;
  fail(
    'L0502',
    span,
    {
      set: data.name,
      place: data.placeOf(Math.floor(at / Math.max(1, sizeOf(array.shape.slice(1))))),
      column: columnName(path),
      space: printElement(e),
      seen: String(Number(array.data[at].toPrecision(7))),
    },
    { help: waysOut[e.kind], notes: [{ message: why }] },
  );
};

/** Of an array of points: the density of independent draws, or of each. */
const ofEach = ({ family }: Dist, event: readonly number[], seen: readonly number[]): string | undefined => {
  const lead = seen.slice(0, seen.length - event.length);
  const isArray = lead.length > 0 && sameShape(seen.slice(lead.length), event);
  return isArray
    ? `independent draws are one of \`${family ? `${family}(...)` : 'P'}[${lead.join(', ')}]\`; for each of them alone, write \`[log P(x) for x in xs]\``
    : undefined;
};

/** `span`: of the density; `at`: of the point. */
export const checkPoint = (dist: Dist, point: Value, span: Span, at: Span): void => {
  const { event } = dist;
  if (!event || (point.kind !== 'tensor' && point.kind !== 'range')) return;
  const t = asTensor(point, span);
  const seen = shapeOf(toReal(t));
  const isClass = event.element.kind === 'Class';
  const fits = isClass
    ? sameShape(seen, event.shape) ||
      (t.space.element.kind === 'Class' && sameShape(seen, [...event.shape, event.element.size]))
    : sameShape(seen, storageShape(event));
  if (!fits)
    fail(
      'L0304',
      at,
      { name: 'the point', expected: printSpace(event), seen: printSpace(t.space) },
      { help: isClass || t.space.element.kind === 'Class' ? undefined : ofEach(dist, event.shape, seen) },
    );
  if (t.space.element.kind === event.element.kind) return;
  const name = dist.family ? `\`${dist.family}\`` : 'the distribution';
  checkColumn(t.node, event.element, at, `the density of ${name} is 0 outside of ${printElement(event.element)}`);
};
