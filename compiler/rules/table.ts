/**
 * Helpers for tables over operations: the families, and one entry spread over all names of a family.
 */
import { binaryOps, comparisonOps, logicalOps, reductionOps, unaryOps } from '../ir/operations.ts';

export const families = {
  unary: unaryOps,
  binary: binaryOps,
  comparison: comparisonOps,
  logical: logicalOps,
  reduction: reductionOps,
} as const;

/** The same value for each of the names. */
export const each = <K extends string, V>(names: readonly K[], value: V): { [P in K]: V } =>
  Object.fromEntries(names.map((name) => [name, value])) as { [P in K]: V };

/** A value for each of the names. */
export const tabulate = <K extends string, V>(names: readonly K[], value: (name: K) => V): { [P in K]: V } =>
  Object.fromEntries(names.map((name) => [name, value(name)])) as { [P in K]: V };
