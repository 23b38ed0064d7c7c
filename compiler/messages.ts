/**
 * The one table of diagnostics: code -> texts. L01xx syntax (grammar/messages.ts); the others are here, a file for each hundred.
 */
import { reporter } from '../grammar/diagnostics.ts';
import type { Diagnostic, Extra, Message } from '../grammar/diagnostics.ts';
import type { Span } from '../grammar/span.ts';
import { Failure } from './failure.ts';
import { data } from './messages/data.ts';
import { limits } from './messages/limits.ts';
import { names } from './messages/names.ts';
import { problems } from './messages/problems.ts';
import { values } from './messages/values.ts';
import { warnings } from './messages/warnings.ts';

export const messages = { ...names, ...values, ...problems, ...data, ...limits, ...warnings } satisfies Record<
  string,
  Message<never>
>;

export const diagnose = reporter(messages);

type Table = typeof messages;
export type Code = keyof Table;
export type ParametersOf<C extends keyof Table> = Table[C] extends Message<infer P> ? P : never;

/** What the texts of a diagnostic were made from, if it has this code. */
export const detailsOf = <C extends Code>(d: Diagnostic, code: C): ParametersOf<C> | undefined =>
  d.code === code ? (d.details as ParametersOf<C> | undefined) : undefined;

/** Stops the statement at hand with one diagnostic. */
export const fail = <C extends keyof Table & string>(
  code: C,
  span: Span | undefined,
  p: ParametersOf<C>,
  extra?: Extra,
): never => {
  throw new Failure([diagnose(code, span, p, extra) as Diagnostic]);
};
