/**
 * A profile as a table by source line: which line of the spec a step's time and memory go to, and beside it which line of the library does
 * the work that it calls for.
 */
import { basename, relative } from 'node:path';
import { bytesText } from '../compiler/emit/plan.ts';
import type { Span } from '../grammar/span.ts';
import { position } from '../grammar/diagnostics.ts';
import type { InstructionProfile, StepProfile } from '../runtime/profile.ts';
import { paint } from './terminal.ts';
import { isLibraryFile } from '../compiler/host.ts';
import type { Terminal } from './terminal.ts';
import { columns } from './text.ts';

interface Line {
  readonly file?: string;
  readonly line?: number;
  readonly text: string;
  /** Where the library does it, for a line of the spec that calls it. */
  readonly by?: Line;
}

export interface LineProfile extends Line {
  readonly seconds: number;
  readonly bytes: number;
  readonly instructions: number;
}

const lineAt = (span: Span, sources: ReadonlyMap<string, string>): Line | undefined => {
  const source = sources.get(span.file);
  if (source === undefined) return undefined;
  const { line } = position(source, span.start);
  return { file: span.file, line, text: (source.split('\n')[line - 1] ?? '').trim() };
};

const lineOf = ({ span }: InstructionProfile, sources: ReadonlyMap<string, string>): Line => {
  const own = span && lineAt(span, sources);
  const caller = span?.site && lineAt(span.site, sources);
  if (own && caller) return { ...caller, by: own };
  return own ?? { text: 'gradients and updates that no line wrote' };
};

/** Most time first. */
export const byLine = (profile: StepProfile, sources: ReadonlyMap<string, string>): LineProfile[] => {
  const lines = new Map<string, LineProfile>();
  for (const x of profile.instructions) {
    const line = lineOf(x, sources);
    const key = `${line.file}:${line.line} ${line.by?.file}:${line.by?.line}`;
    const was = lines.get(key) ?? { ...line, seconds: 0, bytes: 0, instructions: 0 };
    const { seconds, bytes, instructions } = was;
    lines.set(key, { ...was, seconds: seconds + x.seconds, bytes: bytes + x.bytes, instructions: instructions + 1 });
  }
  return [...lines.values()].sort((a, b) => b.seconds - a.seconds);
};

const milliseconds = (seconds: number): string => `${Number((seconds * 1000).toPrecision(3))} ms`;

/** Lines beyond these are summed up. */
const shown = 12;
const widest = 60;
const half = 44;

export const profileText = (profile: StepProfile, sources: ReadonlyMap<string, string>, terminal: Terminal): string => {
  const lines = byLine(profile, sources);
  const total = lines.reduce((sum, l) => sum + l.seconds, 0) || 1;
  const named = (file: string): string => {
    if (isLibraryFile(file)) return file;
    const path = relative(terminal.cwd, file);
    return path.startsWith('..') ? basename(file) : path;
  };
  const place = ({ file, line }: Line): string => (file === undefined ? '' : `${named(file)}:${line}`);
  const short = (text: string, most: number): string =>
    [...text].length > most ? `${[...text].slice(0, most - 1).join('')}…` : text;
  const row = (l: LineProfile): string[] => [
    `${((100 * l.seconds) / total).toFixed(1)} %`,
    milliseconds(l.seconds),
    bytesText(l.bytes),
    place(l),
    l.by ? `${short(l.text, half)}  ← ${place(l.by)}  ${short(l.by.text, half)}` : short(l.text, widest),
  ];
  const rest = lines.slice(shown);
  const others: LineProfile = {
    text: rest.length === 1 ? 'one more line' : `${rest.length} more lines`,
    seconds: rest.reduce((sum, l) => sum + l.seconds, 0),
    bytes: rest.reduce((sum, l) => sum + l.bytes, 0),
    instructions: 0,
  };
  const rows = [...lines.slice(0, shown), ...(rest.length > 0 ? [others] : [])].map(row);
  const name = profile.stage === 'problem' ? profile.name : `${profile.stage}: ${profile.name}`;
  const count = profile.instructions.length;
  return [
    paint(
      terminal,
      'bold',
      `A step of ${name}: ${milliseconds(profile.seconds)}, ${count} instructions, ${bytesText(profile.peakBytes)} at most at once`,
    ),
    columns([['share', 'time', 'written', 'line', ''], ...rows], [true, true, true]),
  ].join('\n');
};
