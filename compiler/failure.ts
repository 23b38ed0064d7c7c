import type { Diagnostic } from '../grammar/diagnostics.ts';

/** A user's error on its way to the statement that goes on after it. */
export class Failure extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => `${d.code}: ${d.message}`).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** What does not fit somewhere gives arrays where numbers are meant elsewhere, and shapes that do not meet. */
const shapes = { L0402: ['L0301', 'L0304', 'L0312', 'L0402'], L0301: ['L0304'] } as const;

/** The same complaint about a value of the same kind, which is likely the same value; the same at the same place; and what a misfit makes. */
const follows = (d: Diagnostic, from: readonly Diagnostic[]): boolean => {
  if ((d.details as { readonly kind?: string } | undefined)?.kind === 'dimension') return true;
  const seen = (x: Diagnostic): unknown => (x.details as { readonly seen?: string } | undefined)?.seen;
  const same = (f: Diagnostic): boolean =>
    f.code === d.code &&
    ((seen(d) !== undefined && seen(f) === seen(d)) ||
      (d.span !== undefined && f.span?.file === d.span.file && f.span.start === d.span.start));
  const causes: readonly string[] = d.code in shapes ? shapes[d.code as keyof typeof shapes] : [];
  return from.some((f) => same(f) || causes.includes(f.code));
};

/** Where the first thing fails the second is looked at as well: its errors are its own, except those that follow from the first. */
export const andAlso = <T>(first: () => T, second: () => unknown): T => {
  try {
    return first();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    try {
      second();
    } catch (more) {
      if (more instanceof Failure)
        throw new Failure([...error.diagnostics, ...more.diagnostics.filter((d) => !follows(d, error.diagnostics))]);
    }
    throw error;
  }
};

/** All of them are looked at, though one fails: what is wrong with each is said. */
export const each = <A, B>(items: readonly A[], run: (item: A) => B): B[] => {
  const failures: Failure[] = [];
  const made = items.flatMap((item) => {
    try {
      return [run(item)];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      failures.push(error);
      return [];
    }
  });
  if (failures.length > 0) throw new Failure(failures.flatMap((f) => f.diagnostics));
  return made;
};
