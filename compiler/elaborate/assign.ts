/** Which argument goes to which parameter. */
import type { Parameter, Span } from '../../grammar/tree.ts';
import { similar } from '../messages.ts';
import type { Given } from './values.ts';

/** Assigns arguments to parameters by position and name; a sentence when they do not fit. */
export const assign = (
  params: readonly Parameter[],
  args: readonly Given[],
): { readonly given: readonly (Given | undefined)[] } | { readonly wrong: string; readonly span?: Span } => {
  const given: (Given | undefined)[] = params.map(() => undefined);
  let position = 0;
  for (const arg of args) {
    if (arg.name === undefined) {
      const param = params[position];
      if (param === undefined || param.keyword)
        return {
          wrong: `there ${position === 1 ? 'is 1 argument' : `are at most ${position} arguments`} by position, but one more is given`,
          span: arg.span,
        };
      given[position++] = arg;
    } else {
      const i = params.findIndex((p) => p.pattern.kind === 'name' && p.pattern.name === arg.name);
      if (i < 0) {
        const names = params.flatMap((p) => (p.pattern.kind === 'name' ? [p.pattern.name] : []));
        const near = similar(arg.name, names);
        return {
          wrong: `there is no parameter \`${arg.name}\`${near ? ` (did you mean \`${near}\`?)` : ''}`,
          span: arg.span,
        };
      }
      if (given[i]) return { wrong: `\`${arg.name}\` is given twice`, span: arg.span };
      given[i] = arg;
    }
  }
  const missing = params.findIndex((p, i) => !given[i] && !p.default);
  if (missing >= 0) {
    const p = params[missing].pattern;
    return { wrong: `argument ${p.kind === 'name' ? `\`${p.name}\`` : missing + 1} is missing` };
  }
  return { given };
};
