/** Are the numbers of a set in a space? Told from what is certain of them where that suffices; otherwise each is looked at. */
import type { ArrayValue } from '../../ir/operations.ts';
import { sizeOf } from '../../ir/shape.ts';
import { contains, elementShape } from '../../spaces/space.ts';
import type { Element } from '../../spaces/space.ts';

/** Without a look at the numbers. */
const isCertain = ({ dtype, bounds }: ArrayValue, element: Element): boolean => {
  if (dtype === 'bool' && (element.kind === 'Bit' || element.kind === 'R')) return true;
  if (dtype === 'int32' && (element.kind === 'Int' || element.kind === 'R')) return true;
  if (!bounds) return false;
  switch (element.kind) {
    case 'R':
    case 'Circle':
      return true;
    case 'Positive':
      return bounds.low > 0;
    case 'Interval':
      return bounds.low >= element.from && bounds.high <= element.to;
    case 'Nat':
      return dtype === 'int32' && bounds.low >= 0;
    case 'Class':
      return dtype === 'int32' && bounds.low >= 0 && bounds.high < element.size;
    default:
      return false;
  }
};

/** Where the first entry that is not in the element's set begins; -1 if there is none. */
export const firstOutside = (array: ArrayValue, element: Element): number => {
  if (isCertain(array, element)) return -1;
  const { data } = array;
  if (element.kind === 'R') {
    for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
    return -1;
  }
  if (element.kind === 'Class') {
    for (let i = 0; i < data.length; i++)
      if (!(data[i] >= 0 && data[i] < element.size && Math.floor(data[i]) === data[i])) return i;
    return -1;
  }
  const width = Math.max(1, sizeOf(elementShape(element)));
  const entry = new Float64Array(width);
  for (let i = 0; i < data.length; i += width) {
    for (let j = 0; j < width; j++) entry[j] = data[i + j];
    if (!contains(element, entry)) return i;
  }
  return -1;
};

/** Where the first number is that is none or has no end, or the first class that there is not; -1 if there is none. */
export const firstMissing = (array: ArrayValue, element: Element): number => {
  if (element.kind === 'Class') return firstOutside(array, element);
  return firstOutside(array, { kind: 'R' });
};

/** `[1]` of a row that is a tuple, `x` of one that is a record. */
export const columnName = (path: string): string =>
  path === '' ? 'the value' : path.startsWith('[') ? `part ${path}` : `\`${path}\``;
