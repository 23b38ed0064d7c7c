/**
 * The one formatter: tree -> Prettier document -> text, comments kept, 100 columns unless told otherwise. Lines are laid out
 * in ASCII and spelt in Unicode afterwards, so that both spellings have the same lines.
 */
import { builders, printer } from 'prettier/doc';
import { format as prettify } from 'prettier/standalone';
import { parse } from './parse.ts';
import type { Family } from './print/context.ts';
import { printPlain } from './print/nodes.ts';
import { languages, learnParser, learnPrinter } from './print/plugin.ts';
import { prepare } from './print/prepare.ts';
import { respell, type Symbols } from './print/symbols.ts';
import type { Module } from './tree/declarations.ts';
import type { Expr } from './tree/expressions.ts';

export interface FormatOptions {
  readonly symbols: Symbols;
  readonly file: string;
  readonly width?: number;
}

const WIDTH = 100;

/** A comment that moves may free a line for another layout: the text is laid out until it stays as it is. */
const PASSES = 4;

const plugin = { languages, parsers: { learn: learnParser }, printers: { learn: learnPrinter } };

/** The text laid out, in ASCII; throws when it has syntax errors. */
export const layOut = async (text: string, file: string, width = WIDTH): Promise<string> => {
  const options = {
    parser: 'learn',
    plugins: [plugin],
    filepath: file,
    printWidth: width,
    tabWidth: 2,
    useTabs: false,
  };
  let before = text;
  for (let pass = 0; pass < PASSES; pass++) {
    const after = await prettify(before, options);
    if (after === before) break;
    before = after;
  }
  return before;
};

/** The text as it is laid out; unchanged when it has syntax errors. */
export const format = async (text: string, { symbols, file, width }: FormatOptions): Promise<string> => {
  if (parse(text, file).diagnostics.some((d) => d.severity === 'error')) return text;
  // A file is never made worse: what could not be read again would be a mistake of the printer.
  const laidOut = await layOut(text, file, width).catch(() => text);
  const done = respell(laidOut, text, symbols);
  return parse(done, file).diagnostics.length > 0 ? text : done;
};

const { group } = builders;

const write = (family: Family, node: unknown, width: number): string =>
  printer.printDocToString(group(printPlain(family, prepare(node, undefined), width)), {
    printWidth: width,
    tabWidth: 2,
    useTabs: false,
  }).formatted;

export interface PrintOptions {
  readonly symbols?: Exclude<Symbols, 'keep'>;
}

/** An expression on one line, for messages and explanations. */
export const printExpression = (e: Expr, { symbols = 'ascii' }: PrintOptions = {}): string =>
  respell(write('expr', e, Infinity), '', symbols);

/** A whole tree that was made, not read: documentation is kept, other comments it has none. */
export const printModule = (module: Module, width = WIDTH): string => write('module', module, width);
