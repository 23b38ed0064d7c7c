/** Reading and writing files with errors in the user's terms. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { similar } from '../grammar/similar.ts';
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

export const readText = (file: string, cwd: string): string => {
  const path = resolve(cwd, file);
  try {
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const close = similar(basename(path), beside(path));
    const help = close ? `did you mean \`${join(dirname(file), close)}\`?` : undefined;
    throw new Stop(codes.file, `cannot read \`${file}\`: ${reasonOf(error)}`, help);
  }
};

export const writeFile = (path: string, content: string | Uint8Array): void => {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  } catch (error) {
    throw new Stop(codes.file, `cannot write \`${path}\`: ${reasonOf(error)}`);
  }
};
