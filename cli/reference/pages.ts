/** All generated reference pages, by their path in docs/reference/, laid out as `prettier --check` wants them. */
import { format } from 'prettier';
import { textMate } from '../../editor/highlight.ts';
import type { Command } from '../command.ts';
import { commands } from '../main.ts';
import { commandsPage } from './commands.ts';
import { diagnosticPages } from './diagnostics.ts';
import { familyPages } from './families.ts';
import { libraryPages } from './library.ts';

/** Folders in which nothing else may be. */
export const generatedFolders: readonly string[] = ['diagnostics', 'library', 'distributions', 'divergences'];

const laidOut = (name: string, text: string): Promise<string> =>
  format(text, {
    parser: name.endsWith('.json') ? 'json' : 'markdown',
    ...{ printWidth: 120, singleQuote: true, trailingComma: 'all' },
  });

export const referencePages = async (): Promise<Map<string, string>> => {
  const all: Command[] = [];
  for (const { load } of Object.values(commands)) all.push(await load());
  const made: [string, string][] = [
    ['commands.md', commandsPage(all)],
    ...(await libraryPages()),
    ...(await familyPages()),
    ...diagnosticPages().map(([name, text]): [string, string] => [`diagnostics/${name}`, text]),
    ['../../editor/vscode/syntaxes/learn.tmLanguage.json', JSON.stringify(textMate)],
  ];
  const pages = new Map<string, string>();
  for (const [name, text] of made) pages.set(name, await laidOut(name, text));
  return pages;
};
