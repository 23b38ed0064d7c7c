/** Offsets (as everywhere here) and the lines and characters of the Language Server Protocol, both in UTF-16 units. */

export interface Position {
  readonly line: number;
  readonly character: number;
}

export interface Range {
  readonly start: Position;
  readonly end: Position;
}

export interface Lines {
  position(offset: number): Position;
  offset(position: Position): number;
  range(span: { readonly start: number; readonly end: number }): Range;
}

export const linesOf = (text: string): Lines => {
  const starts = [0];
  for (let i = 0; i < text.length; i++) if (text[i] === '\n') starts.push(i + 1);
  const position = (offset: number): Position => {
    let [low, high] = [0, starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, character: Math.min(offset, text.length) - starts[low] };
  };
  return {
    position,
    offset: ({ line, character }) => {
      if (line >= starts.length) return text.length;
      const end = line + 1 < starts.length ? starts[line + 1] - 1 : text.length;
      return Math.min(starts[line] + character, end);
    },
    range: ({ start, end }) => ({ start: position(start), end: position(end) }),
  };
};
