/**
 * Exit codes, and the errors that end a command early with one: `Stop` carries what to say, in the user's terms.
 */

export const codes = {
  ok: 0,
  /** A threshold is not met with `--check`; `fmt --check` found differences. */
  different: 1,
  /** Errors in the spec. */
  spec: 2,
  /** A file or data cannot be read or written. */
  file: 3,
  /** Training stopped: a value is not finite, or the problem has no solution. */
  stopped: 4,
  /** The engine asked for does not start here, or has too little memory. */
  engine: 5,
  /** Wrong use: no such command or option. */
  usage: 64,
  /** A bug in learn. */
  internal: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof codes)[keyof typeof codes];

/** Ends a command: `lines` go to standard error. */
export class Stop extends Error {
  readonly code: ExitCode;
  readonly help: string | undefined;
  constructor(code: ExitCode, message: string, help?: string) {
    super(message);
    this.code = code;
    this.help = help;
  }
}

export const meanings: readonly (readonly [number, string])[] = [
  [codes.ok, 'done'],
  [codes.different, 'a threshold is not met (run --check), or a file is not formatted (fmt --check)'],
  [codes.spec, 'errors in the spec'],
  [codes.file, 'a file or data cannot be read or written'],
  [codes.stopped, 'training stopped: a value is not finite, or there is no solution'],
  [codes.engine, 'the engine does not start on this machine, or has too little memory'],
  [codes.usage, 'no such command, option or argument'],
  [codes.internal, 'a bug in learn'],
  [codes.interrupted, 'interrupted'],
];
