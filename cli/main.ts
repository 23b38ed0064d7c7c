/**
 * The `learn` command: finds the command, hands it its arguments, and turns every way of ending into an exit code.
 * The commands are loaded when they are called, so that `learn fmt` does not wait for TensorFlow.js.
 */
import { OutOfMemory } from '../runtime/engines/out-of-memory.ts';
import { similar } from '../grammar/similar.ts';
import type { Command } from './command.ts';
import { reportCrash } from './crash.ts';
import { codes, meanings, Stop } from './exit.ts';
import type { ExitCode } from './exit.ts';
import { paint, systemTerminal } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { versions } from './version.ts';

export const commands: Readonly<Record<string, { readonly summary: string; load(): Promise<Command> }>> = {
  run: {
    summary: 'train and evaluate what a spec asks for',
    load: async () => (await import('./commands/run.ts')).run,
  },
  check: { summary: 'report the errors of specs', load: async () => (await import('./commands/check.ts')).check },
  fmt: { summary: 'format specs', load: async () => (await import('./commands/fmt.ts')).fmt },
  explain: {
    summary: 'the formula, its place in the field, what was decided and why',
    load: async () => (await import('./commands/explain.ts')).explain,
  },
  compile: {
    summary: 'show what the compiler makes of a spec',
    load: async () => (await import('./commands/compile.ts')).compileCommand,
  },
  eval: { summary: 'the value of an expression', load: async () => (await import('./commands/eval.ts')).evaluate },
  play: {
    summary: 'write, see, train and understand in the browser',
    load: async () => (await import('./commands/play.ts')).play,
  },
  lsp: { summary: 'the language service for editors', load: async () => (await import('./commands/lsp.ts')).lsp },
  new: {
    summary: 'a folder with a spec to start from',
    load: async () => (await import('./commands/new.ts')).newCommand,
  },
};
const names = [...Object.keys(commands), 'help', 'version'];

const overview = (terminal: Terminal): string => {
  const bold = (text: string): string => paint(terminal, 'bold', text);
  return [
    `${bold('learn')}: state a learning problem, and have it solved`,
    '',
    ...Object.entries(commands).map(([name, c]) => `  ${bold(name.padEnd(9))} ${c.summary}`),
    `  ${bold('help'.padEnd(9))} explain a command or a diagnostic: learn help run, learn help L0312`,
    `  ${bold('version'.padEnd(9))} versions of learn, node and TensorFlow.js`,
    '',
    'Exit codes',
    ...meanings.map(([code, text]) => `  ${String(code).padStart(3)}  ${text}`),
    '',
    'Start with: learn new my-problem, or learn run examples/01-penguins.learn',
  ].join('\n');
};

const unknown = (name: string): Stop => {
  const close = similar(name, names);
  return new Stop(
    codes.usage,
    `there is no command \`${name}\``,
    close ? `did you mean \`learn ${close}\`?` : '`learn help` lists the commands',
  );
};

const helpOnCode = async (code: string, terminal: Terminal): Promise<void> => {
  const { codeEntries, codeText } = await import('./reference/codes.ts');
  const entries = codeEntries();
  const found = entries.find((e) => e.code === code);
  if (found) return terminal.out(codeText(found));
  const close = similar(
    code,
    entries.map((e) => e.code),
  );
  throw new Stop(codes.usage, `there is no diagnostic ${code}`, close && `did you mean ${close}?`);
};

const help = async (name: string | undefined, terminal: Terminal): Promise<ExitCode> => {
  if (name === undefined) terminal.out(overview(terminal));
  else if (Object.hasOwn(commands, name)) terminal.out((await commands[name].load()).help(terminal));
  else if (names.includes(name)) terminal.out(overview(terminal));
  else if (/^L\d+$/i.test(name)) await helpOnCode(name.toUpperCase(), terminal);
  else throw unknown(name);
  return codes.ok;
};

const dispatch = async (argv: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  const [name, ...rest] = argv.filter((a, i) => !(a === '--no-color' && i === 0));
  if (name === undefined || name === '--help' || name === '-h') return help(undefined, terminal);
  if (name === 'help')
    return help(
      rest.find((a) => !a.startsWith('-')),
      terminal,
    );
  if (name === 'version' || name === '--version') {
    const v = versions();
    terminal.out(
      rest.includes('--json')
        ? JSON.stringify(v)
        : `learn ${v.learn} (node ${v.node}, TensorFlow.js ${v.tfjs}, ${v.system})`,
    );
    return codes.ok;
  }
  if (!Object.hasOwn(commands, name)) throw unknown(name);
  return (await commands[name].load()).run(rest, terminal);
};

/** More memory than there is: what an engine says, or the allocation of one array. */
const tooMuch = (error: unknown): Stop | undefined => {
  const array = error instanceof RangeError && /array (buffer allocation failed|length)/i.test(error.message);
  if (!array && !(error instanceof OutOfMemory)) return undefined;
  const what = array ? 'this takes more memory at once than there is' : error.message;
  return new Stop(codes.engine, what, 'take fewer draws (`samples = 100`), a smaller `batch`, fewer pairs');
};

/** Runs one command line; never throws. */
export const main = async (argv: readonly string[], terminal: Terminal): Promise<ExitCode> => {
  try {
    return await dispatch(argv, terminal);
  } catch (thrown) {
    const error = tooMuch(thrown) ?? thrown;
    if (!(error instanceof Stop)) return reportCrash(error, argv, terminal);
    terminal.err(`${paint(terminal, 'red', 'error')}: ${error.message}`);
    if (error.help) terminal.err(`  help: ${error.help}`);
    return error.code;
  }
};

/** The process: what `bin/learn.js` calls. */
export const start = async (): Promise<void> => {
  const argv = process.argv.slice(2);
  const terminal = systemTerminal(argv);
  // `learn explain F | head`: the reader has gone, which is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? codes.ok : codes.file),
  );
  process.on('unhandledRejection', (error) => process.exit(reportCrash(error, argv, terminal)));
  process.on('uncaughtException', (error) => process.exit(reportCrash(error, argv, terminal)));
  const code = await main(argv, terminal);
  process.exitCode = code;
  // Engines may keep timers or threads alive.
  process.stdout.write('', () => process.exit(code));
};
