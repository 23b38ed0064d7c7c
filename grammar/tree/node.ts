/**
 * The syntax tree: what a `.learn` file says, as immutable plain data. Unions discriminated by `kind`; every node carries the span it
 * was written at. The tree keeps all that the printer needs (except comments, which it attaches by position) and knows nothing of
 * types or tensors. One file a family; they speak of each other, as the grammar does.
 */
import type { Span } from '../span.ts';

export interface Node {
  readonly span: Span;
}

/** An identifier where it is written: a definition, a field, an argument's name. */
export interface Name extends Node {
  readonly text: string;
}
