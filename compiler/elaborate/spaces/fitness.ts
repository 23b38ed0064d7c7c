/** How well a value fits an annotation: what overloads are chosen by. */
import type { SpaceExpr } from '../../../grammar/tree/spaces.ts';
import { builtinSpaces } from '../../spaces/names.ts';
import { lookup } from '../context.ts';
import type { Context } from '../context.ts';
import { isLaw } from '../distributions/distributions.ts';
import { arrayOfData } from '../data/rows.ts';
import { shapeOf, toReal } from '../values/tensors.ts';
import type { Template, Value } from '../values/values.ts';

/** Rows that are tuples, where the annotation says of how many parts. */
const hasParts = (row: Template, s: SpaceExpr): boolean =>
  s.kind !== 'tuple' ||
  s.items.length === 1 ||
  (row.kind === 'tuple' && row.items.length === s.items.length) ||
  (row.kind === 'record' && row.fields.size === s.items.length);

/** How well a value fits an annotation, for choosing an overload: undefined is not at all, larger is more specific. */
export const fitness = (s: SpaceExpr | undefined, given: Value, ctx: Context): number | undefined => {
  if (!s) return given.kind === 'missing' ? undefined : 0;
  if (given.kind === 'poison') return 0;
  // Rows of numbers are an array where one is asked for.
  const asked = s.kind === 'array' || (s.kind === 'named' && builtinSpaces.has(s.name.text));
  const v = (asked && given.kind === 'data' && arrayOfData(given, ctx)) || given;
  switch (s.kind) {
    case 'function':
      // A member without arguments is a distribution.
      if (v.kind === 'member' && v.model.declaration.params.length === 0) return undefined;
      if (v.kind === 'model' && s.stochastic) return undefined;
      return ['function', 'member', 'model', 'stage'].includes(v.kind) ? 2 : undefined;
    case 'data':
      if (v.kind === 'data') return hasParts(v.template, s.element) ? 3 : undefined;
      return v.kind === 'dist' && v.facts.has('data') ? 3 : undefined;
    case 'tuple':
      if (s.items.length === 1) return fitness(s.items[0], v, ctx);
      return v.kind === 'tuple' && v.items.length === s.items.length ? 2 : undefined;
    case 'record':
      return v.kind === 'record' || v.kind === 'tuple' ? 2 : undefined;
    case 'array':
      return v.kind === 'tensor' || v.kind === 'along' ? 2 : undefined;
    case 'named': {
      const name = s.name.text;
      if (builtinSpaces.has(name)) {
        if (v.kind === 'range') return 1;
        if (v.kind !== 'tensor') return undefined;
        if (name === 'Class' || v.space.element.kind === 'Class') {
          if (name === 'Class') return v.space.element.kind === 'Class' ? 3 : undefined;
        }
        if (name === 'Bit' && v.node.dtype !== 'bool') return undefined;
        const dims = s.groups.flat().length;
        const rank = shapeOf(toReal(v)).length;
        const exact = name === 'R' ? dims === rank : true;
        return exact ? 2 : 1;
      }
      if (name === 'Seq' || name === 'Set') return ['tensor', 'along', 'range'].includes(v.kind) ? 1 : undefined;
      if (name === 'Sampler')
        return isDistribution(v) || v.kind === 'data' || (v.kind === 'tensor' && v.space.shape.length > 0)
          ? 1
          : undefined;
      if (name === 'Dist') return isDistribution(v) ? 2 : undefined;
      const value = lookup(ctx.scope, name);
      if (value?.kind === 'function') return v.kind === 'dist' && v.family === name ? 4 : undefined;
      if (value?.kind === 'model') return v.kind === 'member' ? 2 : undefined;
      if (value?.kind === 'space' && value.space.kind === 'tensor') return v.kind === 'tensor' ? 2 : undefined;
      return 0;
    }
  }
};

const isDistribution = (v: Value): boolean =>
  isLaw(v) || v.kind === 'along' || (v.kind === 'member' && v.model.declaration.params.length === 0);
