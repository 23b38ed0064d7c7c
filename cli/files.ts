/** Reading and writing files with errors in the user's terms. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { similar } from '../grammar/similar.ts';
import { decodeText } from '../runtime/data/text.ts';
import { codes, Stop } from './exit.ts';

export const reasonOf = (error: unknown): string => {
  const code = (error as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a folder';
    case 'EACCES':
    case 'EPERM':
      return 'it may not be read or written';
    case 'ENOSPC':
      return 'the disk is full';
    default:
      return error instanceof Error ? error.message : String(error);
  }
};

/** Names beside a file, for "did you mean". */
const beside = (file: string): string[] => {
  try {
    return readdirSync(dirname(file)).filter((n) => n.endsWith('.learn'));
  } catch {
    return [];
  }
};

/** What reads a file of data, by the end of its name. */
const readerOf = (file: string): string | undefined => {
  const [, ending] = /\.(csv|tsv|jsonl?|parquet|npy|idx|png|jpe?g)(?:\.gz)?$/i.exec(file) ?? [];
  return ending
    ?.toLowerCase()
    .replace('tsv', 'csv')
    .replace('jsonl', 'json')
    .replace(/png|jpe?g/, 'images');
};

/** The text of a spec. */
export const readText = (file: string, cwd: string): string => {
  const path = resolve(cwd, file);
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const close = similar(basename(path), beside(path));
    const help = close ? `did you mean \`${join(dirname(file), close)}\`?` : undefined;
    throw new Stop(codes.file, `cannot read \`${file}\`: ${reasonOf(error)}`, help);
  }
  const reader = readerOf(file);
  if (reader)
    throw new Stop(
      codes.file,
      `\`${file}\` holds data, not a spec`,
      `read it in one: \`data D = ${reader}("${basename(file)}")\``,
    );
  if (bytes.every((b) => b <= 32)) return '';
  const text = decodeText({ name: file, bytes });
  if (typeof text === 'string') return text;
  const where = text.place ? ` (${text.place})` : '';
  throw new Stop(codes.file, `${text.failed}${where}`, text.help);
};

export const writeFile = (path: string, content: string | Uint8Array): void => {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  } catch (error) {
    throw new Stop(codes.file, `cannot write \`${path}\`: ${reasonOf(error)}`);
  }
};
