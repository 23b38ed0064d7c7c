/** Expressions read as spaces: inside brackets both are written alike, and an arrow may come after what was read as an expression. */
import type { Expr, IndexItem } from './tree/expressions.ts';
import type { SpaceArgument, SpaceExpr } from './tree/spaces.ts';

const values = (items: readonly IndexItem[]): readonly Expr[] | undefined => {
  const plain = items.flatMap((i) => (i.kind === 'at' ? [i.value] : []));
  return plain.length === items.length ? plain : undefined;
};

/** The space that an expression spells, if it spells one. */
export const spaceOf = (e: Expr): SpaceExpr | undefined => {
  switch (e.kind) {
    case 'space':
      return e.space;
    case 'name':
      return { kind: 'named', name: { text: e.name, span: e.span }, groups: [], span: e.span };
    case 'index': {
      const object = spaceOf(e.object);
      const items = values(e.items);
      if (!object || !items) return undefined;
      if (object.kind === 'named')
        return { ...object, groups: [...object.groups, items.map(argumentOf)], span: e.span };
      return { kind: 'array', element: object, dims: items, span: e.span };
    }
    case 'tuple': {
      const items = e.items.map(spaceOf);
      return items.every((i) => i !== undefined) ? { kind: 'tuple', items, span: e.span } : undefined;
    }
    case 'lambda': {
      // `X -> Y` was read as a function of `X`.
      const [only] = e.params;
      const bare = e.params.length === 1 && only && !only.space && !only.default && only.pattern.kind === 'name';
      const to = bare ? spaceOf(e.body) : undefined;
      if (!bare || !to || only.pattern.kind !== 'name') return undefined;
      const name = { text: only.pattern.name, span: only.pattern.span };
      const from: SpaceExpr = { kind: 'named', name, groups: [], span: only.span };
      return { kind: 'function', from, to, stochastic: e.stochastic, span: e.span };
    }
    case 'array': {
      const element = e.items.length === 1 ? spaceOf(e.items[0]!) : undefined;
      return element && { kind: 'data', element, span: e.span };
    }
    default:
      return undefined;
  }
};

export const isCapital = (name: string): boolean => /^\p{Lu}/u.test(name);

/** `R[2]` and `Seq[Bit][3]` spell spaces, `sizes[0]` a number. */
const root = (e: Expr): Expr => (e.kind === 'index' ? root(e.object) : e);

const spells = (e: Expr): boolean => {
  const base = root(e);
  if (e.kind === 'index') return base.kind !== 'name' || isCapital(base.name);
  return (
    e.kind === 'space' || e.kind === 'lambda' || e.kind === 'tuple' || (e.kind === 'array' && e.items.length === 1)
  );
};

/** A lone name stays a dimension: what it names decides. */
export const asArgument = (space: SpaceExpr): SpaceArgument =>
  space.kind === 'named' && space.groups.length === 0
    ? { kind: 'dimension', value: { kind: 'name', name: space.name.text, span: space.span } }
    : { kind: 'space', space };

/** An argument of a space. A lone name stays a dimension: what it names decides. */
export const argumentOf = (e: Expr): SpaceArgument => {
  const space = spells(e) ? spaceOf(e) : undefined;
  return space ? { kind: 'space', space } : { kind: 'dimension', value: e };
};
