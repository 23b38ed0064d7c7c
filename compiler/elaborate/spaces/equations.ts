/**
 * Where the letters of an annotation have their numbers from: in `def f(a: R[n], b: R[n])` the first argument says what `n` is, and
 * what contradicts it is shown with it.
 */
import { nodes } from '../../../grammar/walk.ts';
import type { Diagnostic } from '../../../grammar/diagnostics.ts';
import type { Span } from '../../../grammar/span.ts';
import type { SpaceExpr } from '../../../grammar/tree/spaces.ts';
import { Failure } from '../../failure.ts';
import { bind, lookup } from '../context.ts';
import { isLibrary } from '../../host.ts';
import type { Context } from '../context.ts';
import type { Subject } from './coerce.ts';
import { describe } from '../values/describe.ts';
import { constantNumber, known } from '../values/tensors.ts';
import type { Value } from '../values/values.ts';

interface Origin {
  readonly subject: Subject;
  readonly value: Value;
}

/** By the value that a letter is bound to. */
const origins = new WeakMap<Value, Origin>();

export const bindDimension = (name: string, size: number, subject: Subject, value: Value, ctx: Context): void => {
  const number = constantNumber(size);
  origins.set(number, { subject, value });
  bind(ctx.scope, name, number);
};

const namesIn = (annotation: SpaceExpr): Set<string> =>
  new Set(
    nodes(annotation).flatMap((n) => {
      if (n.kind === 'name') return [n.name as string];
      return n.kind === 'named' ? [(n.name as { readonly text: string }).text] : [];
    }),
  );

/** `n` is 3: `a` is in R[3] */
const equations = (annotation: SpaceExpr, d: Diagnostic, ctx: Context): Diagnostic['notes'] =>
  [...namesIn(annotation)].flatMap((name) => {
    const bound = lookup(ctx.scope, name);
    const origin = bound && origins.get(bound);
    if (!origin || bound?.kind !== 'tensor' || isLibrary(origin.subject.span)) return [];
    const { subject, value } = origin;
    const itself = subject.span.start === d.span?.start && subject.span.file === d.span.file;
    // Both sizes are in one space.
    const message = itself
      ? `\`${subject.name}\` is in ${describe(value)}`
      : `\`${name}\` is ${known(bound)}: \`${subject.name}\` is in ${describe(value)}`;
    return itself && d.code !== 'L0310' ? [] : [{ message, span: subject.span }];
  });

/** What does not fit an annotation is shown with it, and with what the annotation's letters stand for. */
export const declaredBy = (
  { space, span }: { readonly space: SpaceExpr; readonly span: Span },
  name: string,
  ctx: Context,
  run: () => Value,
): Value => {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const said = name ? `\`${name}\` says so here` : 'it is said here';
    const header = isLibrary(span) ? [] : [{ message: said, span }];
    throw new Failure(
      error.diagnostics.map((d) =>
        d.notes.length === 0 && ['L0302', 'L0304', 'L0310'].includes(d.code)
          ? { ...d, notes: [...header, ...equations(space, d, ctx)] }
          : d,
      ),
    );
  }
};
