/** Fixes for matrix products whose sides do not meet: the other way round, or one of them transposed. */
import type { Fix } from '../../grammar/diagnostics.ts';
import type { ParametersOf } from '../messages.ts';
import { exact, guess, operand, textAt, write } from './site.ts';
import type { Site } from './site.ts';

const dimensions = (space: string): readonly number[] | undefined =>
  /^R\[([\d, ]+)\]$/.exec(space)?.[1].split(', ').map(Number);

const meet = (a: readonly number[], b: readonly number[]): boolean => a.at(-1) === b[0];

export const product = (p: ParametersOf<'L0301'>, site: Site): Fix[] => {
  const e = exact(site, 'binary');
  const [a, b] = [dimensions(p.left), dimensions(p.right)];
  if (p.op !== '@' || !e || !a || !b || a.length > 2 || b.length > 2) return [];
  const [left, right] = [operand(textAt(site, e.left.span)), operand(textAt(site, e.right.span))];
  const turned = (code: string): string => `transpose(${code.replace(/^\((.*)\)$/s, '$1')})`;
  const ways: string[] = [];
  if (a.length === 2 && meet([...a].reverse(), b)) ways.push(`${turned(left)} @ ${right}`);
  if (b.length === 2 && meet(a, [...b].reverse())) ways.push(`${left} @ ${turned(right)}`);
  return ways.map((text) => write(site.span, text, ways.length > 1 ? guess : {}));
};
