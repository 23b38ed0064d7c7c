/** Whose mistake an error inside of a library function is: the caller's, at the argument that it is about, or at the call. */
import type { Diagnostic } from '../../../grammar/diagnostics.ts';
import { asPattern } from '../../../grammar/tokens.ts';
import type { Span } from '../../../grammar/span.ts';
import type { Parameter } from '../../../grammar/tree/patterns.ts';
import { writtenIn } from '../../../grammar/written.ts';
import { detailsOf, diagnose } from '../../messages.ts';
import { assign } from './assign.ts';
import { describe } from '../values/describe.ts';
import { Failure } from '../../failure.ts';
import { isLibrary, isLibraryFile } from '../../host.ts';
import type { Given } from '../values/values.ts';

/** A divergence of what has no density: said of the divergence, at the side that lacks it. */
const ofDivergence = (d: Diagnostic, name: string, span: Span, sources: ReadonlyMap<string, string>): Diagnostic => {
  const text = writtenIn(span, sources);
  const subject = detailsOf(d, 'L0312')?.name;
  if (subject === undefined || !text.startsWith(`${name}(`)) return d;
  const at = new RegExp(`[(|,\\s]${asPattern(subject)}(?=[\\s),|(])`, 'u').exec(text);
  const own = at && text.length === span.end - span.start ? at.index + 1 : undefined;
  return {
    ...d,
    message: `\`${subject}\` has no density, so \`${text}\` is not defined`,
    span: own === undefined ? span : { ...span, start: span.start + own, end: span.start + own + subject.length },
    label: undefined,
    notes: d.notes.filter((n) => !isLibrary(n.span)),
  };
};

/** An error about nothing but a parameter of the library's function is one of what was given for it. */
const argumentAt = (
  d: Diagnostic,
  params: readonly Parameter[],
  args: readonly Given[],
  sources: ReadonlyMap<string, string>,
): { readonly span: Span; readonly label?: string } | undefined => {
  const { code, span } = d;
  if (!span || !isLibrary(span)) return undefined;
  const where = detailsOf(d, 'L0302')?.where;
  const text = sources.get(span.file) ?? '';
  const written = text.slice(span.start, span.end);
  // `policy(s)` is about `policy`, as `env.start` is about `env`, and `(x, y) ~ D` about `D`.
  const called = code === 'L0309' ? /^[\p{L}\p{N}_']+(?=\()/u.exec(written)?.[0] : undefined;
  const owner = code === 'L0308' ? /([\p{L}\p{N}_']+)\.$/u.exec(text.slice(0, span.start))?.[1] : undefined;
  const source = /^\(.*\) ~ ([\p{L}\p{N}_']+)$/u.exec(written)?.[1];
  const assigned = assign(params, args);
  if ('wrong' in assigned) return undefined;
  const i = params.findIndex(
    ({ pattern }) =>
      pattern.kind === 'name' &&
      ([written, called, owner, source].includes(pattern.name) || where === `\`${pattern.name}\``),
  );
  const given = i < 0 ? undefined : assigned.given[i];
  if (!given) return undefined;
  return { span: given.span, label: called ?? owner ?? source };
};

/** A model given where a member is meant: said where it is given. */
const whereGiven = (d: Diagnostic, args: readonly Given[]): Diagnostic => {
  const model = detailsOf(d, 'L0311')?.name;
  const arg = args.find((a) => a.value.kind === 'model' && a.value.declaration.name.text === model);
  if (!arg || !d.span || isLibrary(arg.span)) return d;
  const notes = isLibrary(d.span) ? [] : [{ message: 'a member is needed here', span: d.span }];
  return { ...d, span: arg.span, label: undefined, notes };
};

/** What is called and is no function: said where it is given. */
const calledWhereGiven = (
  d: Diagnostic,
  params: readonly Parameter[],
  args: readonly Given[],
  sources: ReadonlyMap<string, string>,
): Diagnostic => {
  const seen = detailsOf(d, 'L0309')?.seen;
  const assigned = seen === undefined ? undefined : assign(params, args);
  if (seen === undefined || !d.span || isLibrary(d.span) || !assigned || 'wrong' in assigned) return d;
  const written = writtenIn(d.span, sources);
  const i = params.findIndex(({ pattern }) => pattern.kind === 'name' && written.startsWith(`${pattern.name}(`));
  const given = i < 0 ? undefined : assigned.given[i];
  if (!given || isLibrary(given.span) || describe(given.value) !== seen) return d;
  const notes = [{ message: 'it is called here', span: d.span }, ...d.notes];
  return { ...d, span: given.span, label: undefined, notes, details: { seen } };
};

/** The stack of JavaScript ends before ours where bodies are large; the words are those of each browser. */
const isTooDeep = (error: unknown): boolean =>
  error instanceof Error && /call stack|recursion|stack size/i.test(error.message) && !(error instanceof Failure);

export const isOfLibrary = (error: unknown): error is Failure =>
  error instanceof Failure && error.diagnostics.some((d) => isLibrary(d.span));

/** The function of the library in whose text it stands. */
const declaredAround = (span: Span | undefined, sources: ReadonlyMap<string, string>): string | undefined =>
  span && isLibrary(span)
    ? [
        ...(sources.get(span.file) ?? '')
          .slice(0, span.start)
          .matchAll(/^(?:def|model|paradigm) ([\p{L}\p{N}]\S*?)(?=[([ ])/gmu),
      ].at(-1)?.[1]
    : undefined;

/** An error inside a library function is the caller's: it is shown where the function was called. */
export const inLibrary = (
  error: unknown,
  file: string,
  name: string,
  span: Span,
  sources: ReadonlyMap<string, string>,
  params: readonly Parameter[] = [],
  args: readonly Given[] = [],
): unknown => {
  if (isTooDeep(error)) return new Failure([diagnose('L0602', span, { what: `\`${name}\` calls itself without end` })]);
  if (error instanceof Failure && args.length > 0) {
    const moved = error.diagnostics.map((d) => calledWhereGiven(whereGiven(d, args), params, args, sources));
    if (moved.some((d, i) => d !== error.diagnostics[i])) return new Failure(moved);
  }
  if (!(error instanceof Failure) || !isLibraryFile(file) || isLibrary(span)) return error;
  return new Failure(
    error.diagnostics.map((d) => {
      const own = argumentAt(d, params, args, sources);
      const called = name || declaredAround(d.span, sources);
      const where = called ? `\`${called}\`` : 'a function';
      if (own)
        return {
          ...d,
          span: own.span,
          label: own.label && name && `\`${own.label}\` of ${where}`,
          notes: d.notes.filter((n) => !isLibrary(n.span)),
          fixes: [],
        };
      return isLibrary(d.span)
        ? ofDivergence(
            {
              ...d,
              span,
              label: d.label ?? `in ${where}${called ? '' : ' of the library'}`,
              notes: [...d.notes, { message: `inside ${where} of the library`, span: d.span }],
              fixes: [],
            },
            name,
            span,
            sources,
          )
        : d;
    }),
  );
};
