/** Text for a terminal of a certain width. */

/** Folds `text` behind `head` at spaces; later lines are indented by the head's width. */
export const wrapped = (head: string, text: string, columns: number): string => {
  const width = Math.max(30, columns - head.length - 1);
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    if (lines[last] !== '' && [...lines[last]].length + [...word].length + 1 > width) lines.push(word);
    else lines[last] = lines[last] === '' ? word : `${lines[last]} ${word}`;
  }
  return lines.map((line, i) => (i === 0 ? head : ' '.repeat(head.length)) + line).join('\n');
};

/** Lines two in; long ones folded, continued deeper. */
export const indented = (text: string, columns: number): string =>
  text
    .split('\n')
    .map((line) => {
      const own = /^ */.exec(line)?.[0].length ?? 0;
      const body = line.slice(own);
      if ([...line].length + 2 < columns) return `  ${line}`;
      const label = /^(?:s\.t\.|where)? */.exec(body)?.[0] ?? '';
      const first = wrapped(' '.repeat(2 + own + label.length + 2), body.slice(label.length), columns);
      return `${' '.repeat(2 + own)}${label}${first.slice(2 + own + label.length + 2)}`;
    })
    .join('\n');

/** Rows in columns, the first flush left, numbers flush right where `right` says so. */
export const columns = (rows: readonly (readonly string[])[], right: readonly boolean[] = []): string => {
  const widths = (rows[0] ?? []).map((_, j) => Math.max(...rows.map((r) => [...(r[j] ?? '')].length)));
  const cell = (text: string, j: number): string => {
    const gap = ' '.repeat(widths[j] - [...text].length);
    return right[j] ? gap + text : text + gap;
  };
  return rows.map((r) => `  ${r.map(cell).join('  ').trimEnd()}`).join('\n');
};
