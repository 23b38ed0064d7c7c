/** Which argument goes to which parameter. */
import type { Span } from '../../../grammar/span.ts';
import type { Parameter } from '../../../grammar/tree/patterns.ts';
import { parameterName } from '../../../grammar/walk.ts';
import { calledHere, computedHere } from '../../names/elsewhere.ts';
import { similar } from '../../../grammar/similar.ts';
import type { Given } from '../values/values.ts';

/** A sentence, where it is about, and what is usually meant: a parameter of a name close by, or one that must be named. */
export interface Wrong {
  readonly wrong: string;
  readonly span?: Span;
  readonly similar?: string;
  readonly unnamed?: string;
  /** What to write, where it is no other name. */
  readonly way?: string;
  /** All that there are. */
  readonly names?: readonly string[];
}

const atMost = (n: number): string =>
  n === 0 ? 'are no arguments' : n === 1 ? 'is 1 argument' : `are at most ${n} arguments`;

/** Assigns arguments to parameters by position and name; a sentence when they do not fit. */
export const assign = (
  params: readonly Parameter[],
  args: readonly Given[],
): { readonly given: readonly (Given | undefined)[] } | Wrong => {
  const given: (Given | undefined)[] = params.map(() => undefined);
  let position = 0;
  for (const arg of args) {
    if (arg.name === undefined) {
      const param = params[position];
      if (param === undefined || param.keyword) {
        const open = params.filter((p, i) => p.keyword && !given[i] && !args.some((a) => a.name === parameterName(p)));
        const surplus = args.slice(args.indexOf(arg)).filter((a) => a.name === undefined).length;
        const named = open.slice(0, surplus).map((p) => `\`${parameterName(p)} = ...\``);
        return {
          wrong: `there ${atMost(position)} by position, but ${surplus === 1 ? 'one more is' : `${surplus} more are`} given`,
          span: arg.span,
          unnamed: open.length === 1 ? parameterName(open[0]) : undefined,
          way: open.length > 1 ? `what stands behind \`;\` is given by name: ${named.join(', ')}` : undefined,
        };
      }
      given[position++] = arg;
    } else {
      const i = params.findIndex((p) => p.pattern.kind === 'name' && p.pattern.name === arg.name);
      if (i < 0) {
        const names = params.flatMap((p) => parameterName(p) ?? []);
        const way = computedHere(arg.name, names);
        return {
          wrong: `there is no parameter \`${arg.name}\``,
          span: arg.span,
          similar: way === undefined ? (calledHere(arg.name, names) ?? similar(arg.name, names)) : undefined,
          way,
          names,
        };
      }
      if (given[i]) {
        const order = params.flatMap((p) => parameterName(p) ?? []).map((name) => `\`${name}\``);
        return {
          wrong: `\`${arg.name}\` is given twice`,
          span: arg.span,
          way:
            given[i].name === undefined
              ? `by position, in the order ${order.join(', ')}, it is there already`
              : undefined,
        };
      }
      given[i] = arg;
    }
  }
  const missing = params.findIndex((p, i) => !given[i] && !p.default);
  if (missing >= 0) {
    const name = parameterName(params[missing]);
    return { wrong: `argument ${name === undefined ? missing + 1 : `\`${name}\``} is missing` };
  }
  return { given };
};
