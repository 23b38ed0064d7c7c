/**
 * Where a command reads and writes: the process's streams, or a test's. Colour only on a terminal, never with NO_COLOR.
 */

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Without an end of line, for what is redrawn. */
  write(text: string): void;
  /** Standard output is a terminal: lines may be redrawn. */
  readonly tty: boolean;
  readonly columns: number;
  readonly colour: boolean;
  readonly cwd: string;
  readInput(): Promise<string>;
  /** Calls `stop` at the first interruption; returns what undoes that. */
  onInterrupt(stop: () => void): () => void;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue';
const escapes: Readonly<Record<Style, string>> = {
  bold: '\x1b[1m',
  dim: '\x1b[2m',
  red: '\x1b[31m',
  green: '\x1b[32m',
  yellow: '\x1b[33m',
  blue: '\x1b[34m',
};

export const paint = (terminal: Pick<Terminal, 'colour'>, style: Style, text: string): string =>
  terminal.colour ? `${escapes[style]}${text}\x1b[0m` : text;

/** Without colour codes and other escapes. */
export const plain = (text: string): string => text.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '');

export const systemTerminal = (arguments_: readonly string[]): Terminal => {
  const { stdout, stderr, stdin, env } = process;
  const tty = stdout.isTTY === true && env.TERM !== 'dumb';
  return {
    out: (text) => void stdout.write(`${text}\n`),
    err: (text) => void stderr.write(`${text}\n`),
    write: (text) => void stdout.write(text),
    tty,
    columns: stdout.columns || 80,
    colour: tty && !env.NO_COLOR && !arguments_.includes('--no-color'),
    cwd: process.cwd(),
    readInput: async () => {
      let text = '';
      for await (const chunk of stdin.setEncoding('utf8')) text += String(chunk);
      return text;
    },
    onInterrupt: (stop) => {
      let asked = false;
      const handler = (): void => {
        if (asked) process.exit(130);
        asked = true;
        stop();
      };
      process.on('SIGINT', handler);
      process.on('SIGTERM', handler);
      return () => {
        process.off('SIGINT', handler);
        process.off('SIGTERM', handler);
      };
    },
  };
};
