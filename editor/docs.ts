/** `---` comments as Markdown: prose, the formula, and the examples that the library's tests run. */
import { docsParts } from '../grammar/docs.ts';

export const docsMarkdown = (docs: string): string => {
  const { prose, examples, formula } = docsParts(docs);
  return [
    prose.trim(),
    formula ? `${formula.of}: \`${formula.text}\`` : '',
    examples.length > 0 ? `\`\`\`learn\n${examples.join('\n')}\n\`\`\`` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n');
};

/** The first sentence, for a list. */
export const docsSummary = (docs: string): string => {
  const prose = docsParts(docs).prose.trim();
  return /^.*?[.!?](?=\s|$)/s.exec(prose)?.[0] ?? prose.split('\n')[0];
};
