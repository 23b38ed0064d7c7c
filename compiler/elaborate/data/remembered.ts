/**
 * Sets that a function of the spec makes in many small steps are remembered between compilations: a keystroke elsewhere finds them made.
 * What such a call does besides (names of sets and draws are counted on, the spaces in its text become known) is done again.
 */
import type { Span } from '../../../grammar/span.ts';
import { spanKey } from '../context.ts';
import type { Context, Shared } from '../context.ts';
import { writtenAs } from '../functions/written.ts';
import type { Data, FunctionValue, Value } from '../values/values.ts';
import { numberOf } from './identity.ts';

/** Calls that are remembered. */
const most = 8;

interface Made {
  readonly data: Data;
  readonly counters: Shared['counters'];
  readonly rows: boolean;
  /** What expressions stood for: in which part of the text, how far from its beginning and how long. */
  readonly seen: readonly {
    readonly part: number;
    readonly from: number;
    readonly to: number;
    readonly value: Value;
  }[];
}

const remembered = new Map<string, Made>();

export const forgetSets = (): void => remembered.clear();

/** How much of everything has been collected: a call that leaves more than a set behind is not remembered. */
const sizesOf = (shared: Shared): string =>
  Object.values(shared)
    .map((x) => (x instanceof Map || x instanceof Set ? x.size : Array.isArray(x) ? x.length : ''))
    .join();

const keyOf = (what: string, parts: readonly Span[], { shared }: Context): string => {
  const text = shared.sources.get(shared.file) ?? '';
  const tables = [...shared.tables].map(([name, table]) => `${name} ${numberOf(table)}`);
  const texts = parts.map(({ start, end }) => text.slice(start, end));
  return JSON.stringify([what, shared.seed, shared.postponed !== undefined, shared.counters, tables, texts]);
};

const remember = (key: string, made: Made): void => {
  remembered.set(key, made);
  for (const [old] of remembered) if (remembered.size > most) remembered.delete(old);
};

/** `what`: everything that `make` depends on, besides the function and what has been counted. */
export const rememberedSet = (fn: FunctionValue, what: string, ctx: Context, make: (ctx: Context) => Data): Data => {
  const parts = ctx.member || ctx.axes.length > 0 ? undefined : writtenAs(fn, ctx);
  if (!parts) return make(ctx);
  const { shared } = ctx;
  const { counters, postponed } = shared;
  const key = keyOf(what, parts, ctx);
  const known = remembered.get(key);
  if (known) {
    remembered.delete(key); // what was asked for last goes last
    remember(key, known);
    Object.assign(counters, known.counters);
    if (postponed && known.rows) postponed.rows = true;
    for (const { part, from, to, value } of known.seen) {
      const { file, start } = parts[part];
      const span = { file, start: start + from, end: start + to };
      shared.seen.set(spanKey(span), { span, value });
    }
    return known.data;
  }
  const own: Shared = { ...shared, seen: new Map(), postponed: postponed && { ...postponed, rows: false } };
  const before = sizesOf(own);
  try {
    const data = make({ ...ctx, shared: own });
    const seen = [...own.seen.values()].map(({ span, value }) => {
      const part = parts.findIndex((p) => p.start <= span.start && span.end <= p.end);
      const from = span.start - (parts[part]?.start ?? 0);
      return { part, from, to: from + span.end - span.start, value };
    });
    if (sizesOf({ ...own, seen: new Map() }) === before && seen.every(({ part }) => part >= 0))
      remember(key, { data, counters: { ...counters }, rows: own.postponed?.rows ?? false, seen });
    return data;
  } finally {
    for (const [place, what] of own.seen) shared.seen.set(place, what);
    if (postponed && own.postponed?.rows) postponed.rows = true;
  }
};
