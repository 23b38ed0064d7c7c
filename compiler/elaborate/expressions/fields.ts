/** `r.age` by what r is: a row, a member, a stage, a protocol, a distribution, entries of rows. */
import type { Span } from '../../../grammar/span.ts';
import type { FieldExpr } from '../../../grammar/tree/expressions.ts';
import { fail } from '../../messages.ts';
import { similar } from '../../../grammar/similar.ts';
import type { Context } from '../context.ts';
import { describe, poisoned } from '../values/describe.ts';
import { draws } from '../distributions/distributions.ts';
import { runFirst } from '../members/first-run.ts';
import { placeOf } from './places.ts';
import { fieldsOf, memberField } from '../members/members.ts';
import type { Value } from '../values/values.ts';

export const field = (e: FieldExpr, object: Value, ctx: Context): Value => {
  const name = e.name.text;
  const missing = (names: readonly string[]): never =>
    fail('L0308', e.name.span, {
      field: name,
      of: describe(object),
      similar: similar(name, names),
      names,
      tuple: object.kind === 'tuple',
    });
  switch (object.kind) {
    case 'record': {
      const value = object.fields.get(name);
      if (value) return value;
      if (object.set !== undefined) return noColumn(name, object.set, [...object.fields.keys()], e.name.span);
      return missing([...object.fields.keys()]);
    }
    case 'member':
      return (
        memberField(object, name, ctx) ??
        (runFirst(object, ctx, e.object.span) ? memberField(object, name, ctx) : undefined) ??
        missing(fieldsOf(object))
      );
    case 'stage':
      return object.members.get(name) ?? missing([...object.members.keys()]);
    case 'paradigm': {
      const place = name === 'name' ? placeName(object) : undefined;
      if (place) return place;
      const kind = name === 'train' ? 'train' : name === 'eval' ? 'eval' : undefined;
      const step = object.steps.find((s) => s.kind === kind);
      return step && 'data' in step ? step.data : missing(['train', 'eval']);
    }
    case 'dist': {
      const arg = object.args.get(name);
      if (arg && arg.kind !== 'missing') return arg;
      const f = object.facts.get(name);
      if (f) return f(ctx);
      if (object.implicit && object.sample) {
        const drawn = draws(object, ctx, e.object.span);
        if (drawn.kind === 'record') return drawn.fields.get(name) ?? missing([...drawn.fields.keys()]);
      }
      return missing([...object.args.keys(), ...object.facts.keys()]);
    }
    case 'along': {
      const fact = object.facts?.get(name);
      if (fact) return fact;
      const element = fieldOf(object.element, name);
      return element ? { ...object, element, facts: undefined } : missing(fieldNamesOf(object.element));
    }
    case 'poison':
      return poisoned();
    case 'data': {
      const place = name === 'name' ? placeName(object) : undefined;
      if (place) return place;
      if (name !== 'train' && name !== 'eval') return missing([]);
      return fail(
        'L0308',
        e.name.span,
        { field: name, of: describe(object) },
        { help: `a set and who gets it when is a task: \`supervised(D, holdout = 0.2)\`` },
      );
    }
    default:
      return missing([]);
  }
};

/** What a task is called: where it stands among the tasks. */
const placeName = (task: Value): Value | undefined => {
  const place = placeOf(task);
  return place === undefined ? undefined : { kind: 'text', text: String(place) };
};

/** Columns that are few are all named where none is close. */
const noColumn = (column: string, set: string, columns: readonly string[], span: Span): never => {
  const near = similar(column, columns);
  const shown = columns.length > 12 ? [...columns.slice(0, 12), '...'] : columns;
  return fail('L0503', span, { column, set, similar: near }, near ? {} : { help: `its columns: ${shown.join(', ')}` });
};

const fieldOf = (v: Value, name: string): Value | undefined => (v.kind === 'record' ? v.fields.get(name) : undefined);
const fieldNamesOf = (v: Value): string[] => (v.kind === 'record' ? [...v.fields.keys()] : []);
