/**
 * The syntax tree as indented text, for people: a node's kind with its names and literals in one line, its parts below it.
 * Spans are left out (`--json` has them).
 */
import type { Module } from '../../grammar/tree.ts';

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** `{ text, span }`: a name where it is written. */
const isName = (value: unknown): value is { readonly text: string } =>
  isObject(value) && typeof value.text === 'string' && Object.keys(value).every((k) => k === 'text' || k === 'span');

const isPlain = (value: unknown): boolean => !isObject(value) || isName(value);

/** A number is written once, as in the source. */
const hidden = (key: string, node: Fields): boolean =>
  key === 'kind' || key === 'span' || (key === 'value' && node.kind === 'number');

const inline = (key: string, value: unknown): string[] => {
  if (value === undefined || value === false) return [];
  if (value === true) return [key];
  if (isName(value)) return [key === 'name' ? value.text : `${key}=${value.text}`];
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  if (key === 'name' || key === 'text' || key === 'op') return [String(value)];
  return [key === 'value' ? text : `${key}=${text}`];
};

const lines = (label: string, value: unknown, indent: string): string[] => {
  const head = label === '' ? indent : `${indent}${label}: `;
  if (Array.isArray(value)) {
    if (value.length === 0) return [];
    if (value.every(isPlain)) return [`${head}${value.flatMap((v) => inline('name', v)).join(', ')}`];
    return [`${indent}${label}:`, ...value.flatMap((item) => lines('', item, `${indent}  `))];
  }
  if (!isObject(value)) return [`${head}${inline('value', value).join('')}`];
  const entries = Object.entries(value).filter(([key]) => !hidden(key, value));
  const own = entries.filter(([, v]) => isPlain(v)).flatMap(([key, v]) => inline(key, v));
  const kind = typeof value.kind === 'string' ? [value.kind] : [];
  const first = `${head}${[...kind, ...own].join(' ') || '-'}`.trimEnd();
  return [first, ...entries.filter(([, v]) => !isPlain(v)).flatMap(([key, v]) => lines(key, v, `${indent}  `))];
};

export const printTree = (module: Module): string => module.declarations.flatMap((d) => lines('', d, '')).join('\n');
