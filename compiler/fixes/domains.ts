/** Arguments kept where a function has a value, or started there. */
import type { Span } from '../../grammar/span.ts';
import type { BlockExpr } from '../../grammar/tree/expressions.ts';
import type { Over } from '../../grammar/tree/problems.ts';
import type { ParamStatement } from '../../grammar/tree/statements.ts';
import type { Fix } from '../../grammar/diagnostics.ts';
import type { ParametersOf } from '../messages.ts';
import { at, guess, problemAround, write } from './site.ts';
import type { Found, Site } from './site.ts';

/** `over a in R` */
const pointOf = (name: string, site: Site): (Over & { readonly real: Span }) | undefined => {
  const all = (problemAround(site)?.players ?? []).flatMap((p) => p.over);
  const found = all.find((o) => o.name?.text === name);
  return found?.domain.kind === 'name' && found.domain.name === 'R' ? { ...found, real: found.domain.span } : undefined;
};

const parameterOf = (name: string, { around }: Site): Span | undefined => {
  const own = around
    .filter((n): n is Found & BlockExpr => n.kind === 'block')
    .flatMap((n) => n.statements)
    .find((s): s is ParamStatement => s.kind === 'param' && s.name.text === name && !s.init);
  return own?.space.kind === 'named' && own.space.name.text === 'R' ? own.space.name.span : undefined;
};

/** A parameter or a point that is in `Positive` stays there. */
export const fromPositive = (name: string, site: Site): Fix[] | undefined => {
  const real = parameterOf(name, site) ?? pointOf(name, site)?.real;
  return real && [write(real, 'Positive', { title: `Take \`${name}\` from \`Positive\``, ...guess })];
};

/** The argument, if it is a text of the spec. */
const argumentOf = ({ argument }: { readonly argument?: string }): string | undefined =>
  /^`(.*)`$/s.exec(argument ?? '')?.[1];

/** A function's argument kept where the function has a value. */
export const keptInside = (p: ParametersOf<'L0905'>, site: Site): Fix[] => {
  const argument = argumentOf(p);
  const offset = argument === undefined ? -1 : site.written.lastIndexOf(argument);
  if (argument === undefined || offset < 0) return [];
  // a call brings parentheses of its own
  const grouped =
    /(^|[^\p{L}\p{N}_'\])])\($/u.test(site.written.slice(0, offset)) && site.written[offset + argument.length] === ')';
  const start = site.span.start + offset - Number(grouped);
  const span = { ...site.span, start, end: start + argument.length + 2 * Number(grouped) };
  if (p.outside === 'negative') return fromPositive(argument, site) ?? [write(span, `softplus(${argument})`, guess)];
  return p.outside === 'outside of [-1, 1]' ? [write(span, `clamp(${argument}, -1, 1)`, guess)] : [];
};

/** A point that starts where a function has a value. */
export const startedElsewhere = (p: ParametersOf<'L0408'>, site: Site): Fix[] => {
  const argument = argumentOf(p);
  const point = argument !== undefined && p.where !== 'rows' ? pointOf(argument, site) : undefined;
  return point && !point.from ? [write(at(site.span, point.span.end), ' from 1', guess)] : [];
};
