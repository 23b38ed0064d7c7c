/**
 * Names of columns: as the file has them where a spec can write `r.name`, otherwise the closest name that it can write.
 */
import type { DataFailure } from '../../compiler/host.ts';
import { hardWords } from '../../grammar/tokens.ts';

const writable = /^[\p{L}_][\p{L}\p{M}\p{Nd}\p{Pc}]*['′]*$/u;

/** `Sepal.Length` -> `Sepal_Length`, `2nd try` -> `_2nd_try`, `in` -> `in_`, no name -> `column3` (counted from 1). */
export const columnName = (text: string, index: number): string => {
  const name = text.normalize('NFC').trim();
  if ((hardWords as readonly string[]).includes(name)) return `${name}_`;
  if (writable.test(name)) return name;
  const joined = name
    .replace(/[^\p{L}\p{M}\p{Nd}\p{Pc}]+/gu, '_')
    .replace(/(?<=[^_])_+$/u, '')
    .replace(/^_+(?=[\p{L}_])/u, '');
  if (joined.replaceAll('_', '') === '') return `column${index + 1}`;
  return writable.test(joined) ? joined : `_${joined}`;
};

/** All names of a file, each once. */
export const columnNames = (texts: readonly string[], file: string, place?: string): string[] | DataFailure => {
  const names = texts.map(columnName);
  const first = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    const before = first.get(name);
    if (before !== undefined) {
      const both = texts[before] === texts[i] ? '' : ` (\`${texts[before]}\` and \`${texts[i]}\`)`;
      return {
        failed: `two columns of \`${file}\` are called \`${name}\`${both}`,
        place: place ?? `columns ${before + 1} and ${i + 1}`,
        help: 'give each column a name of its own',
      };
    }
    first.set(name, i);
  }
  return names;
};
