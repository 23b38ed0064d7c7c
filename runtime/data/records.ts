/**
 * Text -> records of fields, as RFC 4180 has it: separators, quotes with "" for a quote inside, lines ending in CRLF, LF or CR.
 * Blanks around an unquoted field are dropped and blank lines are no records.
 */
export interface FieldRecord {
  /** Where it begins, from 1: a quoted field may go over several lines. */
  readonly line: number;
  readonly fields: readonly string[];
}

export interface QuoteFault {
  readonly fault: string;
  readonly line: number;
  readonly help: string;
}

const [newline, carriage, quote, space, tab] = [10, 13, 34, 32, 9];

/** How many lines end in a text. */
const lineEnds = (text: string): number => (text.match(/\r\n|\n|\r/g) ?? []).length;

/** At most `most` records. */
export const parseRecords = (text: string, separator: string, most = Infinity): FieldRecord[] | QuoteFault => {
  const split = separator.charCodeAt(0);
  const records: FieldRecord[] = [];
  let at = 0;
  let line = 1;

  /** From the opening quote at `at`; leaves `at` on what ends the field. */
  const quoted = (): string | QuoteFault => {
    const opened = line;
    let field = '';
    for (let from = at + 1; ;) {
      const end = text.indexOf('"', from);
      if (end < 0)
        return {
          fault: 'opens a quote that never closes',
          line: opened,
          help: 'a quote inside a quoted field is written twice: ""',
        };
      field += text.slice(from, end);
      if (text.charCodeAt(end + 1) !== quote) {
        at = end + 1;
        break;
      }
      field += '"';
      from = end + 2;
    }
    line += lineEnds(field);
    while ((text.charCodeAt(at) === space || text.charCodeAt(at) === tab) && text.charCodeAt(at) !== split) at++;
    const next = text.charCodeAt(at);
    if (at < text.length && next !== split && next !== newline && next !== carriage)
      return {
        fault: 'has text after a closing quote',
        line,
        help: 'a quote inside a quoted field is written twice: ""',
      };
    return field;
  };

  const unquoted = (): string => {
    const from = at;
    for (; at < text.length; at++) {
      const c = text.charCodeAt(at);
      if (c === split || c === newline || c === carriage) break;
    }
    return text.slice(from, at).trim();
  };

  while (at < text.length && records.length < most) {
    const start = line;
    const begin = at;
    const fields: string[] = [];
    for (;;) {
      let open = at;
      while ((text.charCodeAt(open) === space || text.charCodeAt(open) === tab) && text.charCodeAt(open) !== split)
        open++;
      let field: string | QuoteFault;
      if (text.charCodeAt(open) === quote) {
        at = open;
        field = quoted();
        if (typeof field !== 'string') return field;
      } else field = unquoted();
      fields.push(field);
      if (at >= text.length || text.charCodeAt(at) !== split) break;
      at++;
    }
    const blank = fields.length === 1 && fields[0] === '' && text.slice(begin, at).trim() === '';
    if (!blank) records.push({ line: start, fields });
    if (text.charCodeAt(at) === carriage) at++;
    if (text.charCodeAt(at) === newline) at++;
    line++;
  }
  return records;
};
