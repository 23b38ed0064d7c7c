/** docs/reference/commands.md: every command with its options, and the exit codes, from what `learn help` itself reads. */
import type { Command } from '../command.ts';
import { codes, meanings } from '../exit.ts';
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

const onlyRuns: readonly (readonly [number, string, string])[] = [
  [
    codes.different,
    'a threshold is not met',
    'how good a member becomes is what training finds out; one that no member can meet is an error (L0407)',
  ],
  [
    codes.file,
    'the folder of the run cannot be written, or a file has changed since',
    'it depends on the machine and the moment',
  ],
  [
    codes.stopped,
    'a value is not finite after some steps',
    'a rate is too large, a number overflows, or training has led out of the domain of a function that was warned of (L0903, L0905); the start is checked (L0408) unless it is drawn, stands on an earlier stage, or takes more than some million operations',
  ],
  [
    codes.stopped,
    'the objective has no least value, or nothing meets the constraints',
    'it depends on the rows and on numbers found while solving; a sum of squares that is maximised is warned of (L0902)',
  ],
  [codes.engine, 'the engine does not start, or has too little memory', 'it depends on the machine'],
];

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
    '## What only a run can know',
    'What is wrong with a spec is said by `learn check`, before anything runs. A run that was checked without errors ends with another code than 0 only for these reasons.',
    table(
      ['code', 'reason', 'why `check` cannot know'],
      onlyRuns.map(([code, reason, why]) => [String(code), reason, why]),
    ),
  ].join('\n\n') + '\n';
