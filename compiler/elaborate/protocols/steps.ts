/** What the steps of a protocol are about. */
import type { Data, ProtocolStep, Value } from '../values/values.ts';

export const dataOf = (v: Value | undefined): Data | undefined => (v?.kind === 'data' ? v : undefined);

/** The steps with those inside of others. */
export const flat = (steps: readonly ProtocolStep[]): ProtocolStep[] =>
  steps.flatMap((s) => (s.kind === 'repeat' || s.kind === 'every' ? flat(s.steps) : [s]));

/** What is trained or evaluated on, in order. */
export const givenTo = (steps: readonly ProtocolStep[], kind: 'train' | 'eval'): Value[] =>
  flat(steps).flatMap((s) => (s.kind === kind ? [s.data] : []));

/** The sets among it, outside of a `repeat`. */
export const setsOf = (steps: readonly ProtocolStep[], kind: 'train' | 'eval'): Data[] =>
  steps.flatMap((s) => (s.kind === kind && s.data.kind === 'data' ? [s.data] : []));

/** The steps around one of them, from one restart to the next. */
export const betweenRestarts = (steps: readonly ProtocolStep[], step: ProtocolStep): readonly ProtocolStep[] => {
  const at = steps.indexOf(step);
  const from = steps.slice(0, at).findLastIndex((s) => s.kind === 'restart') + 1;
  const to = steps.findIndex((s, i) => i > at && s.kind === 'restart');
  return steps.slice(from, to < 0 ? steps.length : to);
};
