/** What an expression turned out to be, in words: for hover, completion and `--emit types`. */
import type { Span } from '../../grammar/span.ts';

export interface Printed {
  /** The space as a reader would write it, `R[28, 28, 1]`; of what is in none, what it is. */
  readonly space: string;
  /** It is in no space: `space` says of which kind it is (`a distribution`), or which one it is (the function `f`). */
  readonly instead?: 'kind' | 'name';
}

export interface PrintedAt extends Printed {
  readonly span: Span;
}
