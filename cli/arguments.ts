/**
 * Options of a command, read with `node:util`; what is not known gets a "did you mean".
 */
import { parseArgs } from 'node:util';
import { similar } from '../grammar/similar.ts';
import { codes, Stop } from './exit.ts';

export interface OptionSpec {
  readonly type: 'boolean' | 'string';
  readonly help: string;
  /** What stands for the value in the help: `N`, `DIR`. */
  readonly value?: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type Values<O extends OptionSpecs> = {
  readonly [K in keyof O]?: O[K]['type'] extends 'boolean' ? boolean : string;
};

export interface Parsed<O extends OptionSpecs> {
  readonly values: Values<O>;
  readonly files: readonly string[];
}

/** Options of every command. */
export const common: Readonly<Record<'help' | 'no-color', OptionSpec>> = {
  help: { type: 'boolean', help: 'explain this command' },
  'no-color': { type: 'boolean', help: 'no colours' },
};

/** `-log(2)`, `-1`: an expression, not options. */
const isExpression = (argument: string): boolean => /^-[^-]/.test(argument) && /[^-A-Za-z]/.test(argument);

export const readArguments = <O extends OptionSpecs>(
  command: string,
  argv: readonly string[],
  options: O,
): Parsed<O> => {
  const known = [...Object.keys(options), ...Object.keys(common)];
  const all: OptionSpecs = { ...options, ...common };
  for (const argument of argv) {
    if (argument === '--') break;
    const name = /^--([^=]+)/.exec(argument)?.[1];
    if (name !== undefined && !known.includes(name)) {
      const close = similar(name, known);
      throw new Stop(
        codes.usage,
        `\`learn ${command}\` has no option \`--${name}\``,
        close
          ? `did you mean \`--${close}\`?`
          : `options: ${
              Object.keys(options)
                .map((o) => `--${o}`)
                .join(', ') || 'none'
            }`,
      );
    }
  }
  try {
    const specs = Object.fromEntries(
      Object.entries(all).map(([name, o]) => [name, { type: o.type, ...(name === 'help' ? { short: 'h' } : {}) }]),
    );
    const { values, positionals } = parseArgs({
      args: argv.filter((a) => !isExpression(a)),
      options: specs,
      allowPositionals: true,
      strict: true,
    });
    return { values: values as Values<O>, files: [...positionals, ...argv.filter(isExpression)] };
  } catch (error) {
    const [message] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new Stop(codes.usage, message, `\`learn help ${command}\` shows its options`);
  }
};

/** Exactly one file (or name); a sentence otherwise. */
export const oneOf = (command: string, files: readonly string[], what: string): string => {
  if (files.length === 1) return files[0];
  throw new Stop(
    codes.usage,
    files.length === 0
      ? `\`learn ${command}\` needs ${what}`
      : `\`learn ${command}\` takes one ${what.replace(/^an? /, '')}, not ${files.length}`,
    `for example \`learn ${command} ${what.includes('expression') ? "'KL(Normal(0, 1) || Normal(1, 2))'" : what.includes('name') ? 'my-problem' : 'examples/01-penguins.learn'}\``,
  );
};

export const wholeNumber = (option: string, text: string): number => {
  const n = Number(text);
  if (/^\d[\d_]*$/.test(text) || Number.isSafeInteger(n)) return Number(text.replaceAll('_', ''));
  throw new Stop(codes.usage, `\`--${option}\` needs a whole number, not \`${text}\``);
};
