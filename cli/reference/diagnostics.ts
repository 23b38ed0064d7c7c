/** docs/reference/diagnostics/: an index by family and a page for every code, from the tables of messages. */
import { casesOf, type Case } from './cases.ts';
import { codeEntries, families } from './codes.ts';
import type { CodeEntry } from './codes.ts';

const fenced = (kind: string, text: string): string => `\`\`\`${kind}\n${text.trimEnd()}\n\`\`\``;

const example = ({ title, source, problems, fixes }: Case): string =>
  [
    `## ${title}`,
    fenced('learn mistake', source),
    fenced('text', problems),
    ...(fixes ? ['The fix that editors offer:', fenced('text', fixes)] : []),
  ].join('\n\n');

const page = ({ code, severity, title, explanation }: CodeEntry): string =>
  [
    `# ${code}: ${title}`,
    severity === 'warning' ? 'A warning.' : 'An error.',
    explanation,
    ...casesOf(code).map(example),
    '[All codes](README.md)',
  ].join('\n\n') + '\n';

const index = (entries: readonly CodeEntry[]): string => {
  const list = (prefix: string): string =>
    entries
      .filter((e) => e.code.startsWith(prefix))
      .map((e) => `- [${e.code}](${e.code}.md): ${e.title}`)
      .join('\n');
  return (
    [
      '# Diagnostics',
      'Every error and warning has a code, a place, what is wrong, why, and a way out. `learn help L0312` prints a page of this list.',
      'Warnings (L09xx) can be silenced: write `-- allow L0901` (or several codes, with commas) at the end of the line, on the line before it, or before the declaration it is in. Errors cannot.',
      ...families
        .filter(([prefix]) => list(prefix) !== '')
        .map(([prefix, name]) => `## ${prefix}xx: ${name}\n\n${list(prefix)}`),
    ].join('\n\n') + '\n'
  );
};

/** By name of the file. */
export const diagnosticPages = (): [string, string][] => {
  const entries = codeEntries();
  return [['README.md', index(entries)], ...entries.map((e): [string, string] => [`${e.code}.md`, page(e)])];
};
