/** A spread that is trained and that nothing keeps from being negative: found from the operations that lead to it. */
import type { Span } from '../../../grammar/span.ts';
import type { Parameter } from '../../../grammar/tree/patterns.ts';
import type { Bounds, OpName } from '../../ir/operations.ts';
import { diagnose } from '../../messages.ts';
import { bare, behind } from '../../rules/shares.ts';
import { mayLeave } from '../values/attained.ts';
import type { Context } from '../context.ts';
import { dependsOnParameters } from '../values/dependence.ts';
import type { Tensor, Value } from '../values/values.ts';

/** Between which numbers each entry of a space lies; undefined for spaces of all numbers. */
const limits = (space: string): Bounds | undefined =>
  space === 'Positive'
    ? { low: 0, high: Infinity }
    : space === 'Interval' || space === 'Simplex'
      ? { low: 0, high: 1 }
      : undefined;

/** `_categorical_p` is `Categorical` given `p`. */
const familyName = (name: string): string => {
  const stem = /^_(\w+)_(?:p|logits)$/.exec(name)?.[1];
  return stem === undefined ? name : stem[0].toUpperCase() + stem.slice(1);
};

const arranged: ReadonlySet<OpName> = new Set<OpName>(['reshape', 'broadcast', 'slice', 'cast']);

/** Probabilities where logits are meant: what was made by `softmax` is in a simplex, `sigmoid` leaves its operation. */
const madeBy = ({ space, node }: Tensor): string | undefined => {
  if (space.element.kind === 'Simplex') return 'softmax';
  return behind(node, arranged).operation.op === 'sigmoid' ? 'sigmoid' : undefined;
};

const warnOfProbabilities = (family: string, value: Tensor, at: Span, { shared }: Context): void => {
  const by = madeBy(value);
  if (by !== undefined && dependsOnParameters(value.node))
    shared.diagnostics.push(diagnose('L0912', at, { family: familyName(family), by }));
};

export const warnOfSign = (
  family: string,
  { space, pattern }: Parameter,
  value: Value,
  at: Span,
  ctx: Context,
): void => {
  const { shared } = ctx;
  if (space?.kind !== 'named' || pattern.kind !== 'name' || at.file !== shared.file || value.kind !== 'tensor') return;
  if (pattern.name === 'logits') return warnOfProbabilities(family, value, at, ctx);
  const within = limits(space.name.text);
  if (!within || value.space.element.kind === space.name.text) return;
  if (!dependsOnParameters(value.node) || !mayLeave(value.node, within, shared)) return;
  shared.doubted.add(bare(value.node));
  const written = (shared.sources.get(at.file) ?? '').slice(at.start, at.end);
  const shown = space.name.text === 'Interval' ? 'Interval[0, 1]' : space.name.text;
  shared.diagnostics.push(
    diagnose('L0903', at, { name: pattern.name, family: familyName(family), space: shown, written }),
  );
};
