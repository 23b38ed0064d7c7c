import type { Diagnostic } from '../grammar/diagnostics.ts';

/** A user's error on its way to the statement that goes on after it. */
export class Failure extends Error {
  readonly diagnostics: readonly Diagnostic[];
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((d) => `${d.code}: ${d.message}`).join('\n'));
    this.diagnostics = diagnostics;
  }
}
