/** The options of an expectation, behind `;`: how many draws, and what brings the gradient. */
import type { BigExpr } from '../../../grammar/tree/expressions.ts';
import { fail } from '../../messages.ts';
import type { Context } from '../context.ts';
import { asCount } from '../values/describe.ts';
import type { Value } from '../values/values.ts';

export interface Options {
  readonly samples?: number;
  /** Of a data set, where it is all that is drawn from; beside a distribution `samples` are draws of that. */
  readonly rows?: number;
  readonly by?: string;
  /** Why so, where it was not asked for. */
  readonly why?: string;
  readonly baseline?: Value;
  /** Draw from this instead, and weigh with the ratio of the densities. */
  readonly proposal?: Value;
}

export const optionsOf = (e: BigExpr, ctx: Context): Options => {
  const found: { samples?: number; by?: string; baseline?: Value; proposal?: Value } = {};
  for (const { name, value } of e.options) {
    if (name.text === 'samples') {
      found.samples = asCount(ctx.shared.run.evaluate(value, ctx), value.span, 'the number of samples');
      if (found.samples < 1)
        fail('L0302', value.span, { expected: 'at least 1', seen: String(found.samples), where: '`samples`' });
    } else if (name.text === 'by') {
      const by = value.kind === 'name' ? value.name : '';
      if (!['score', 'path', 'exact'].includes(by))
        fail('L0302', value.span, {
          expected: '`score`, `path` or `exact`',
          seen: by ? `\`${by}\`` : 'another expression',
          where: '`by`',
        });
      found.by = by;
    } else if (name.text === 'baseline') found.baseline = ctx.shared.run.evaluate(value, ctx);
    else if (name.text === 'proposal') found.proposal = ctx.shared.run.evaluate(value, ctx);
    else
      fail('L0303', name.span, {
        what: `there is no option \`${name.text}\` (samples, by, baseline, proposal)`,
        call: 'E',
      });
  }
  return e.binders.length === 1 ? { ...found, rows: found.samples } : found;
};
