/** A stretch of a source file: offsets in UTF-16 code units, `end` exclusive. */
export interface Span {
  readonly file: string;
  readonly start: number;
  readonly end: number;
}
