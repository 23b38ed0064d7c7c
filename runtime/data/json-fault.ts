/**
 * Where and why a text is not JSON: `JSON.parse` says neither reliably. Walks the grammar of RFC 8259 with a stack of its own,
 * so that no depth of nesting overflows; called only for texts that `JSON.parse` has refused.
 */
export interface JsonFault {
  readonly what: string;
  readonly place: string;
  readonly help?: string;
}

const placeAt = (text: string, offset: number): string => {
  const lines = text.slice(0, offset).split('\n');
  return `line ${lines.length}, column ${[...(lines.at(-1) ?? '')].length + 1}`;
};

const seen = (text: string, at: number): string => {
  if (at >= text.length) return 'the end of the file';
  const word = /^[\p{L}\p{N}_.+-]+/u.exec(text.slice(at, at + 40));
  return `\`${word ? word[0] : String.fromCodePoint(text.codePointAt(at) ?? 0)}\``;
};

const helpFor = (text: string, at: number, wanted: string): string | undefined => {
  const rest = text.slice(at, at + 12);
  if (/^[+-]?(NaN|Infinity|nan|inf|None|undefined|NA\b)/.test(rest)) return 'write a missing value as `null`';
  if (/^(True|False)/.test(rest)) return 'write `true` and `false` in lower case';
  if (rest.startsWith("'")) return 'write texts in double quotes';
  if (rest.startsWith('//') || rest.startsWith('/*')) return 'JSON has no comments: remove them';
  if (at >= text.length) return 'the file was cut off: copy or write it again';
  if (/^[\]}]/.test(rest) && wanted !== '`,`') return 'remove the comma before it';
  return undefined;
};

const scalar =
  /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const blank = /[ \t\n\r]*/y;

/** The first place where the text leaves the grammar; undefined when it does not. */
export const findJsonFault = (text: string): JsonFault | undefined => {
  let at = 0;
  const skip = (): void => {
    blank.lastIndex = at;
    blank.exec(text);
    at = blank.lastIndex;
  };
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    const found = pattern.test(text);
    if (found) at = pattern.lastIndex;
    return found;
  };
  const fault = (wanted: string): JsonFault => {
    const help = helpFor(text, at, wanted);
    if (text[at] === '"') return { what: 'a text that does not end, or holds a line end', place: placeAt(text, at) };
    return { what: `${seen(text, at)} where ${wanted} should be`, place: placeAt(text, at), ...(help && { help }) };
  };
  const fieldName = (): JsonFault | undefined => {
    if (text[at] !== '"' || !take(scalar)) return fault('a name in double quotes');
    skip();
    if (text[at] !== ':') return fault('`:`');
    at++;
    return undefined;
  };
  /** The closing bracket of each open list or record. */
  const open: string[] = [];
  for (;;) {
    skip();
    if (text[at] === '[' || text[at] === '{') {
      const closing = text[at++] === '[' ? ']' : '}';
      skip();
      if (text[at] !== closing) {
        open.push(closing);
        if (closing === '}') {
          const wrong = fieldName();
          if (wrong) return wrong;
        }
        continue;
      }
      at++;
    } else if (!take(scalar)) return fault('a value');
    for (;;) {
      skip();
      if (open.length === 0) return at < text.length ? fault('the end of the file') : undefined;
      const closing = open[open.length - 1];
      if (text[at] === closing) {
        open.pop();
        at++;
        continue;
      }
      if (text[at] !== ',') return fault(closing === ']' ? '`,` or `]`' : '`,` or `}`');
      at++;
      if (closing === '}') {
        skip();
        const wrong = fieldName();
        if (wrong) return wrong;
      }
      break;
    }
  }
};
