/** What a command is: its options, its help, and what it does. Each is one file in `commands/`. */
import { common, readArguments } from './arguments.ts';
import type { OptionSpecs, Parsed } from './arguments.ts';
import { codes } from './exit.ts';
import type { ExitCode } from './exit.ts';
import { paint } from './terminal.ts';
import type { Terminal } from './terminal.ts';

export interface Command {
  readonly name: string;
  /** Behind `learn`: `run FILE [options]`. */
  readonly usage: string;
  readonly summary: string;
  readonly options: OptionSpecs;
  readonly notes?: string;
  help(terminal: Terminal): string;
  run(argv: readonly string[], terminal: Terminal): Promise<ExitCode>;
}

interface Definition<O extends OptionSpecs> {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly options: O;
  /** Paragraphs below the options. */
  readonly notes?: string;
  run(parsed: Parsed<O>, terminal: Terminal): Promise<ExitCode>;
}

const optionLines = (options: OptionSpecs): string => {
  const rows = Object.entries({ ...options, 'no-color': common['no-color'] }).map(
    ([name, o]) => [`--${name}${o.value ? ` ${o.value}` : ''}`, o.help] as const,
  );
  const width = Math.max(18, ...rows.map(([left]) => left.length));
  return rows.map(([left, help]) => `  ${left.padEnd(width)} ${help}`).join('\n');
};

export const command = <O extends OptionSpecs>(d: Definition<O>): Command => {
  const help = (terminal: Terminal): string =>
    [
      `${paint(terminal, 'bold', `learn ${d.usage}`)}`,
      d.summary,
      '',
      optionLines(d.options),
      ...(d.notes ? ['', d.notes] : []),
    ].join('\n');
  return {
    name: d.name,
    usage: d.usage,
    summary: d.summary,
    options: { ...d.options, 'no-color': common['no-color'] },
    notes: d.notes,
    help,
    run: async (argv, terminal) => {
      const parsed = readArguments(d.name, argv, d.options);
      if ((parsed.values as { help?: boolean }).help) {
        terminal.out(help(terminal));
        return codes.ok;
      }
      return d.run(parsed, terminal);
    },
  };
};
