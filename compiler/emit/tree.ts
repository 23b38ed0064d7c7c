/**
 * The syntax tree as indented text, for people: a node's kind with its names and literals in one line, its parts below it.
 * Spans are left out (`--json` has them).
 */
import type { Module } from '../../grammar/tree/declarations.ts';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** `{ text, span }`: a name where it is written. */
const isName = (value: unknown): value is { readonly text: string } =>
  isObject(value) && typeof value.text === 'string' && Object.keys(value).every((k) => k === 'text' || k === 'span');

const isPlain = (value: unknown): boolean => !isObject(value) || isName(value);

/** A number is written once, as in the source; a plain call needs no word for it. */
const hidden = (key: string, node: Fields): boolean =>
  key === 'kind' ||
  key === 'span' ||
  (key === 'value' && node.kind === 'number') ||
  (key === 'form' && node.form === 'plain');

/** Words of the tree that say by themselves what they are. */
const bare = new Set(['name', 'text', 'op', 'relation', 'form', 'sense', 'unit', 'time']);

const inline = (key: string, value: unknown): string[] => {
  if (value === undefined || value === false) return [];
  if (value === true) return [key];
  if (isName(value)) return [key === 'name' ? value.text : `${key}=${value.text}`];
  if (bare.has(key)) return [String(value)];
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return [key === 'value' ? text : `${key}=${text}`];
};

const widest = 90;

/** The first line without its indent, then what stands below it, indented from the second level on. */
const node = (value: unknown): string[] => {
  if (Array.isArray(value)) {
    const items = value.map(node);
    const line = `[${items.map(([first]) => first).join(', ')}]`;
    return items.every((i) => i.length === 1) && line.length <= widest ? [line] : ['-', ...items.flatMap(deeper)];
  }
  if (!isObject(value) || isName(value)) return [inline('value', value).join('')];
  const entries = Object.entries(value).filter(([key, v]) => !hidden(key, value) && v !== undefined);
  const own = entries.filter(([, v]) => isPlain(v)).flatMap(([key, v]) => inline(key, v));
  const head = [...(typeof value.kind === 'string' ? [value.kind] : []), ...own].join(' ');
  const parts = entries.filter(([, v]) => !isPlain(v) && !(Array.isArray(v) && v.length === 0));
  // What only wraps one thing stands in one line with it.
  if (parts.length === 1 && !Array.isArray(parts[0][1]) && (own.length === 0 || value.kind === undefined)) {
    const [first, ...below] = node(parts[0][1]);
    return [own.length > 0 ? `${head}: ${first}` : `${head} ${first}`.trimStart(), ...below];
  }
  return [head || '-', ...parts.flatMap(([key, v]) => part(key, v))];
};

const deeper = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

const part = (label: string, value: unknown): string[] => {
  if (!Array.isArray(value)) {
    const [first, ...below] = node(value);
    return deeper([`${label}: ${first}`, ...below]);
  }
  const items = value.map(node);
  const line = `${label}: ${items.map(([first]) => first).join(', ')}`;
  if (items.every((i) => i.length === 1) && line.length <= widest) return deeper([line]);
  return deeper([`${label}:`, ...items.flatMap(deeper)]);
};

export const printTree = (module: Module): string => module.declarations.flatMap(node).join('\n');
