/** How many draws an expectation has, how gradients come from them, and that none does. */
import type { Span } from '../../../grammar/span.ts';
import { fail } from '../../messages.ts';
import { lackNotes, nameOf } from '../distributions/distributions.ts';
import type { Axis, Dist } from '../values/values.ts';

/** Draws where nothing says how many: of a training step, and of an evaluation. */
const stepDraws = 64;
const evaluationDraws = 1024;
/** Where each entry of an array has an expectation of its own: so many draws for all entries. */
const mostStepDraws = 512;
const mostEvaluationDraws = 32768;
/** A program is reparameterised as far as its draws are: the others have left their scores. */
export const estimatorOf = (dist: Dist, scored: boolean): readonly [how: string, reason: string] => {
  if (!dist.reparameterised) return ['draws with the score function', 'it can only be sampled and has a density'];
  return scored
    ? [
        'pathwise where that is possible, with the score function for the rest',
        'some of its draws cannot be reparameterised',
      ]
    : ['pathwise', 'the distribution can be reparameterised'];
};

/** Draws that are all of one mean; fewer where an array of means is asked for. */
export const drawsOfMean = (training: boolean, outside: readonly Axis[], power = 1): number => {
  const entries = outside.reduce((n, axis) => n * axis.size, 1);
  const [usual, most] = training ? [stepDraws, mostStepDraws] : [evaluationDraws, mostEvaluationDraws];
  // A draw of `P^n` is a batch already.
  return Math.max(1, Math.min(Math.round(usual / power), Math.floor(most / (power * entries))));
};

/** What is averaged changes in jumps, and there is no density whose score would bring the gradient. */
export const noGradient = (dist: Dist, span: Span): never =>
  fail(
    'L0312',
    span,
    { name: nameOf(dist), purpose: 'a gradient of what changes in jumps with its draws' },
    {
      ...lackNotes(dist.lacks.density),
      help: 'average what is smooth, `sigmoid((x - c) / 0.1)` in place of `x > c`, or end the model in a distribution',
    },
  );
