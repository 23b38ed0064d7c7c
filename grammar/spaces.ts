/** Expressions read as spaces: inside brackets both are written alike, and an arrow may come after what was read as an expression. */
import type { Expr, IndexItem, SpaceArgument, SpaceExpr } from './tree.ts';

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
    case 'array': {
      const element = e.items.length === 1 ? spaceOf(e.items[0]!) : undefined;
      return element && { kind: 'data', element, span: e.span };
    }
    default:
      return undefined;
  }
};

const isCapital = (name: string): boolean => /^\p{Lu}/u.test(name);

/** `R[2]` and `Seq[Bit][3]` spell spaces, `sizes[0]` a number. */
const root = (e: Expr): Expr => (e.kind === 'index' ? root(e.object) : e);

const spells = (e: Expr): boolean => {
  const base = root(e);
  if (e.kind === 'index') return base.kind !== 'name' || isCapital(base.name);
  return e.kind === 'space' || e.kind === 'tuple' || (e.kind === 'array' && e.items.length === 1);
};

/** An argument of a space. A lone name stays a dimension: what it names decides. */
export const argumentOf = (e: Expr): SpaceArgument => {
  const space = spells(e) ? spaceOf(e) : undefined;
  return space ? { kind: 'space', space } : { kind: 'dimension', value: e };
};
