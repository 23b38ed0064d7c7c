/**
 * A bug in learn: no stack on the screen, but what happened, where the whole trace was written, and what a report should say.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codes } from './exit.ts';
import type { ExitCode } from './exit.ts';
import type { Terminal } from './terminal.ts';
import { versions } from './version.ts';

const writeTrace = (text: string): string | undefined => {
  const path = join(tmpdir(), `learn-crash-${process.pid}-${Date.now()}.log`);
  try {
    writeFileSync(path, text);
    return path;
  } catch {
    return undefined;
  }
};

export const reportCrash = (error: unknown, argv: readonly string[], terminal: Terminal): ExitCode => {
  const message = error instanceof Error ? error.message : String(error);
  const v = versions();
  const about = `learn ${v.learn}, node ${v.node}, tfjs ${v.tfjs}, ${v.system}`;
  const trace = error instanceof Error ? (error.stack ?? message) : message;
  const path = writeTrace(`learn ${argv.join(' ')}\n${about}\n\n${trace}\n`);
  terminal.err(
    [
      `learn itself failed: ${message.split('\n')[0].slice(0, 300)}`,
      `  This is a bug in learn, not in your spec. A report should have the spec and:`,
      `  ${about}`,
      `  command: learn ${argv.join(' ')}`,
      path ? `  the whole trace: ${path}` : '  (the trace could not be written to a file)',
    ].join('\n'),
  );
  return codes.internal;
};
