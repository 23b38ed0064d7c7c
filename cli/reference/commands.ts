/** docs/reference/commands.md: every command with its options, and the exit codes, from what `learn help` itself reads. */
import type { Command } from '../command.ts';
import { meanings } from '../exit.ts';
import { examples } from './examples.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

const optionRows = (c: Command): string[][] =>
  Object.entries(c.options).map(([name, o]) => [`\`--${name}${o.value ? ` ${o.value}` : ''}\``, o.help]);

/** Notes that are a table of words keep their lines. */
const notes = (text: string): string => (/^\w+ {2,}/m.test(text) ? `\`\`\`text\n${text}\n\`\`\`` : text);

const section = (c: Command): string => {
  const shown = examples[c.name] ?? [];
  return [
    `## \`learn ${c.name}\``,
    `\`\`\`sh\nlearn ${c.usage}\n\`\`\``,
    c.summary,
    table(['option', ''], optionRows(c)),
    ...(c.notes ? [notes(c.notes)] : []),
    ...(shown.length > 0 ? [`\`\`\`sh\n${shown.join('\n')}\n\`\`\``] : []),
  ].join('\n\n');
};

export const commandsPage = (commands: readonly Command[]): string =>
  [
    '# Commands',
    'What `learn help` and `learn help COMMAND` say, on one page. `learn help L0312` explains a diagnostic. Results go to standard output, diagnostics and errors to standard error; colours only to a terminal, and never with `NO_COLOR` set.',
    ...commands.map(section),
    '## Exit codes',
    table(
      ['code', 'meaning'],
      meanings.map(([code, text]) => [String(code), text]),
    ),
  ].join('\n\n') + '\n';
