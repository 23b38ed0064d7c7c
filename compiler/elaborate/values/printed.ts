/** The space of a value as a reader would write it: for hover and `--emit types`. */
import { mapOf } from '../../../grammar/written.ts';
import type { Printed } from '../../spaces/printed.ts';
import { printSpace } from '../../spaces/space.ts';
import { spanKey } from '../context.ts';
import type { Shared } from '../context.ts';
import { byName, describe, spaceOf, spaceOfTemplate } from './describe.ts';
import { known } from './tensors.ts';
import type { Closure, Dist, Model, Value } from './values.ts';

/** `R[d] -> R[10]` of `dense[10]`: static arguments are written in. */
const ofModel = ({ declaration, statics }: Model, { sources }: Shared): string | undefined => {
  const source = sources.get(declaration.span.file);
  const text = source === undefined ? undefined : mapOf(declaration, source);
  if (text === undefined || !statics) return text;
  return [...statics].reduce((all, [name, v]) => {
    const x = v.kind === 'tensor' ? known(v) : undefined;
    return x === undefined
      ? all
      : all.replaceAll(new RegExp(`(?<![\\p{L}\\d_])${name}(?![\\p{L}\\d_'])`, 'gu'), String(x));
  }, text);
};

const ofClosure = ({ params, result, span }: Closure, { sources }: Shared): string | undefined => {
  const source = sources.get(span.file);
  return source === undefined ? undefined : mapOf({ params, result }, source);
};

const ofDist = ({ event, data }: Dist): string | undefined =>
  event ? `Dist[${printSpace(event)}]` : data && `Dist[${printSpace(spaceOfTemplate(data.template))}]`;

const written = (v: Value, shared: Shared): string | undefined => {
  switch (v.kind) {
    case 'model':
      return ofModel(v, shared);
    case 'member':
      return ofModel(v.model, shared);
    case 'function':
      return v.overloads.length === 1 ? ofClosure(v.overloads[0], shared) : undefined;
    case 'dist':
      return ofDist(v);
    case 'data': {
      // Rows that are made when they are looked at are what the body of their comprehension is.
      const row = v.body && shared.seen.get(spanKey(v.body));
      return row && `[${printed(row.value, shared).space}]`;
    }
    default:
      return undefined;
  }
};

export const printed = (v: Value, shared: Shared): Printed => {
  const space = written(v, shared);
  if (space !== undefined) return { space };
  const own = spaceOf(v);
  if (own) return { space: printSpace(own) };
  return { space: describe(v), instead: byName(v) === undefined ? 'kind' : 'name' };
};
