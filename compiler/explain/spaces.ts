/**
 * Spaces as sets: `R[28, 28]` is ℝ^{28×28}, `Simplex[K]` Δ_K, `Class[10]` {0, …, 9}, `X ~> Y` X ⇝ Y.
 * Where a space is written among expressions (`z in R[2]`, `Uniform(A)`), `spaceOfExpr` recognises it.
 */
import type { Expr, IndexExpr } from '../../grammar/tree/expressions.ts';
import type { SpaceArgument, SpaceExpr } from '../../grammar/tree/spaces.ts';
import {
  ATOM,
  binary,
  fence,
  identifier,
  list,
  LOOSE,
  number,
  parens,
  POWER,
  prefix,
  PRODUCT,
  punctuation,
  relation,
  row,
  subscript,
  superscript,
  term,
  within,
} from './math.ts';
import type { Box, Term } from './math.ts';
import { nameBox } from './names.ts';

export type Write = (e: Expr) => Term;

const real = identifier('ℝ', true);

/** The sets that have a sign of their own, without their arguments. */
const plain: Readonly<Record<string, Box>> = {
  R: real,
  ℝ: real,
  Positive: subscript(real, row(relation('>'), number('0'))),
  Bit: fence('{', row(number('0'), punctuation(','), number('1')), '}'),
  Nat: identifier('ℕ', true),
  Int: identifier('ℤ', true),
  Circle: superscript(identifier('𝕊', true), number('1')),
};

/** Those whose first group of arguments belongs to the set itself. */
const own = new Set(['Class', 'Simplex', 'Sphere', 'Ball', 'Interval', 'Seq', 'Set', 'Dist']);

export const isSpaceName = (name: string): boolean => name in plain || own.has(name);

const times = (items: readonly Box[]): Box => list(items, prefix('×'));

const labels = (count: Box): Box => {
  const last =
    count.kind === 'number' && /^\d+$/.test(count.text)
      ? number(String(Number(count.text) - 1))
      : row(count, binary('−'), number('1'));
  return fence('{', row(list([number('0'), identifier('…', true), last])), '}');
};

const setOf = (name: string, args: readonly Box[]): Box => {
  const [first, second] = args;
  if (first === undefined) return nameBox(name);
  switch (name) {
    case 'Class':
      return labels(first);
    case 'Simplex':
      return subscript(identifier('Δ', true), first);
    case 'Sphere':
      return superscript(identifier('𝕊', true), first);
    case 'Ball':
      return superscript(identifier('𝔹', true), first);
    case 'Interval':
      return fence('[', list(args), ']');
    case 'Seq':
      return superscript(first, second ? row(relation('≤'), second) : identifier('*', true));
    case 'Set':
      return row(
        second ? subscript(identifier('𝒫', true), row(relation('≤'), second)) : identifier('𝒫', true),
        parens(first),
      );
    default:
      return row(identifier('Prob', true), parens(first));
  }
};

const power = (base: Box, dims: readonly Box[]): Term =>
  dims.length === 0 ? term(base) : term(superscript(base, times(dims)), POWER);

const named = (name: string, groups: readonly (readonly Box[])[]): Term => {
  if (own.has(name)) {
    const [first = [], ...rest] = groups;
    return power(setOf(name, first), rest.flat());
  }
  return power(plain[name] ?? nameBox(name), groups.flat());
};

export const spaceTerm = (s: SpaceExpr, write: Write): Term => {
  const argument = (a: SpaceArgument): Box =>
    a.kind === 'dimension' ? dimension(a.value, write) : spaceTerm(a.space, write).box;
  switch (s.kind) {
    case 'named':
      return named(
        s.name.text,
        s.groups.map((g) => g.map(argument)),
      );
    case 'tuple':
      return product(s.items.map((i) => spaceTerm(i, write)));
    case 'record':
      return product(s.fields.map((f) => spaceTerm(f.space, write)));
    case 'function':
      return term(
        row(within(spaceTerm(s.from, write), PRODUCT), relation(s.stochastic ? '⇝' : '→'), spaceTerm(s.to, write).box),
        LOOSE,
        { open: true },
      );
    case 'data':
      return term(superscript(within(spaceTerm(s.element, write), ATOM), identifier('*', true)), POWER);
    case 'array':
      return power(
        within(spaceTerm(s.element, write), ATOM),
        s.dims.map((d) => dimension(d, write)),
      );
  }
};

/** A dimension: a number or a name; a lone name may also be a space. */
const dimension = (e: Expr, write: Write): Box =>
  e.kind === 'name' && isSpaceName(e.name) ? named(e.name, []).box : write(e).box;

const product = (items: readonly Term[]): Term =>
  items.length === 1
    ? items[0]
    : term(row(...items.flatMap((t, i) => [...(i > 0 ? [binary('×')] : []), within(t, POWER)])), PRODUCT);

/** `R[2]`, `Class[10][28, 28]`, `R` where an expression stands; undefined for anything else. */
export const spaceOfExpr = (e: Expr, write: Write): Term | undefined => {
  if (e.kind === 'space') return spaceTerm(e.space, write);
  if (e.kind === 'name')
    return e.name in plain && e.name.length > 1 ? named(e.name, []) : e.name === 'R' ? named('R', []) : undefined;
  const groups: (readonly Box[])[] = [];
  let at: Expr = e;
  while (at.kind === 'index') {
    groups.unshift(indexBoxes(at, write));
    at = at.object;
  }
  return groups.length > 0 && at.kind === 'name' && isSpaceName(at.name) ? named(at.name, groups) : undefined;
};

const indexBoxes = (e: IndexExpr, write: Write): Box[] =>
  e.items.map((item) => (item.kind === 'slice' ? punctuation(':') : dimension(item.value, write)));
