/** `---` comments as Markdown: prose, and the examples that the library's tests run. */

const example = /^example:\s*(.*)$/;

const formula = /^(log density|definition):\s*(.*)$/;

export const docsMarkdown = (docs: string): string => {
  const lines = docs.split('\n');
  const prose = lines
    .filter((l) => !example.test(l))
    .map((l) => l.replace(formula, '\n$1: `$2`'))
    .join('\n');
  const examples = lines.flatMap((l) => example.exec(l)?.[1] ?? []);
  const code = examples.length > 0 ? `\n\n\`\`\`learn\n${examples.join('\n')}\n\`\`\`` : '';
  return `${prose.trim()}${code}`.trim();
};

/** The first sentence, for a list. */
export const docsSummary = (docs: string | undefined): string =>
  docs === undefined
    ? ''
    : (/^.*?[.!?](?=\s|$)/s.exec(docs.replace(/^example:.*$/gm, '').trim())?.[0] ?? docs.split('\n')[0]);
