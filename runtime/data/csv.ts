/**
 * CSV (RFC 4180) -> a table: a header line of names, then a record a line. The separator is found by looking.
 */
import type { Column } from '../../compiler/host.ts';
import { columnOfTexts, numberOf } from './columns.ts';
import { columnNames } from './names.ts';
import { count, isFailure } from './reader.ts';
import type { DataFile, Reading } from './reader.ts';
import { parseRecords } from './records.ts';
import type { FieldRecord } from './records.ts';
import { decodeText } from './text.ts';

const separators = [',', ';', '\t'] as const;
const written: Readonly<Record<string, string>> = { ',': '`,`', ';': '`;`', '\t': 'tab' };

/** The one that cuts the first records into most fields, the same number in each; else the commonest in the first line. */
export const findSeparator = (text: string): string => {
  const sample = text.slice(0, 1 << 16);
  const evenFields = (separator: string): number => {
    const records = parseRecords(sample, separator, 10);
    if (!Array.isArray(records)) return 0;
    // The sample may have cut the last one.
    const whole = sample.length < text.length && records.length > 1 ? records.slice(0, -1) : records;
    const widths = new Set(whole.map((r) => r.fields.length));
    return widths.size === 1 && !widths.has(1) ? [...widths][0] : 0;
  };
  const header = sample.slice(0, sample.search(/[\r\n]|$/));
  const best = (score: (separator: string) => number): string | undefined => {
    const scores = separators.map(score);
    const most = Math.max(...scores);
    return most > 0 ? separators[scores.indexOf(most)] : undefined;
  };
  return best(evenFields) ?? best((s) => header.split(s).length - 1) ?? ',';
};

/** The first record that is not as wide as the header. */
const raggedFailure = (name: string, header: FieldRecord, record: FieldRecord, separator: string): Reading => {
  const [has, wants] = [record.fields.length, header.fields.length];
  const last = record.fields.at(-1) === '';
  const help =
    has < wants
      ? `a missing value still needs its separator (${written[separator]})`
      : has === wants + 1 && last
        ? `the line ends in a separator (${written[separator]}) more than the header: remove it, or name the column`
        : `a field that holds ${written[separator]} must stand in quotes: "..."`;
  return {
    failed: `a line of \`${name}\` has ${count(has, 'field')} where its header has ${wants}`,
    place: `line ${record.line}`,
    help,
  };
};

export const readCsv = (file: DataFile): Reading => {
  const { name } = file;
  const text = decodeText(file);
  if (isFailure(text)) return text;
  const separator = findSeparator(text);
  const records = parseRecords(text, separator);
  if (!Array.isArray(records))
    return { failed: `a line of \`${name}\` ${records.fault}`, place: `line ${records.line}`, help: records.help };
  const [header, ...rows] = records;
  if (header.fields.every((f) => numberOf(f) !== undefined))
    return {
      failed: `\`${name}\` has no header: its first line holds numbers where the names of the columns should be`,
      place: `line ${header.line}`,
      help: `write a first line such as \`${header.fields
        .map((_, i) => `x${i + 1}`)
        .slice(0, 3)
        .join(separator)}\``,
    };
  const names = columnNames(header.fields, name, `line ${header.line}`);
  if (isFailure(names)) return names;
  if (rows.length === 0)
    return { failed: `\`${name}\` has a header but no rows`, help: 'check how the file was made or copied' };
  const ragged = rows.find((r) => r.fields.length !== header.fields.length);
  if (ragged) return raggedFailure(name, header, ragged, separator);
  const columns = new Map<string, Column>();
  for (const [i, column] of names.entries()) columns.set(column, columnOfTexts(rows.map((r) => r.fields[i])));
  return { source: name, rows: rows.length, columns, placeOf: (row) => `line ${rows[row]?.line ?? '?'}` };
};
