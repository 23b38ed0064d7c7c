/**
 * A graph as text, for people and for tests: one line a node with its type, values named a, b, c ... in the order in which they are
 * computed, numbers written where they are used, loop bodies indented. The same graph always gives the same text.
 */
import { topological, type Graph, type Node } from './graph.ts';
import type { ArrayValue, Operation, Shape } from './operations.ts';

/** a ... z, aa, ab, ... */
const letters = (i: number): string =>
  (i < 26 ? '' : letters(Math.floor(i / 26) - 1)) + String.fromCharCode(97 + (i % 26));

/** At most seven digits: what float32 tells apart. */
const number = (x: number): string => String(Number.isInteger(x) ? x : Number(x.toPrecision(7)));

const printType = ({ dtype, shape }: { readonly dtype: string; readonly shape: Shape }): string =>
  `${dtype}[${shape.join(',')}]`;

const printValue = ({ dtype, data }: ArrayValue): string => {
  const shown = Array.from(data.slice(0, 6), (x) => (dtype === 'bool' ? String(x !== 0) : number(x)));
  return `{${shown.join(', ')}${data.length > 6 ? ', ...' : ''}}`;
};

/** What the type of the result already says. */
const implied = new Set(['op', 'body', 'dtype', 'value']);

const printAttribute = (key: string, value: unknown): string => {
  if (typeof value === 'boolean') return value ? key : '';
  if (Array.isArray(value)) return `${key}=${value.map((x) => (Array.isArray(x) ? x.join('+') : String(x))).join(',')}`;
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([k, v]) => printAttribute(k, v))
      .join(' ');
  return `${key}=${String(value)}`;
};

export const printOperation = (operation: Operation): string => {
  const skipShape = operation.op === 'reshape' || operation.op === 'broadcast' || operation.op === 'random';
  const attributes = Object.entries(operation)
    .filter(([key]) => !implied.has(key) && !(skipShape && key === 'shape'))
    .map(([key, value]) => printAttribute(key, value))
    .filter((text) => text !== '');
  return operation.op + (attributes.length > 0 ? `[${attributes.join(' ')}]` : '');
};

const isNumber = ({ operation, shape }: Node): boolean => operation.op === 'constant' && shape.length === 0;

const printBlock = (graph: Graph, indent: string, counter: { next: number }): string[] => {
  const names = new Map<Node, string>();
  const name = (node: Node): string => {
    if (node.operation.op === 'constant' && isNumber(node)) {
      const { value } = node.operation;
      return value.dtype === 'bool' ? String(value.data[0] !== 0) : number(value.data[0]);
    }
    const known = names.get(node);
    if (known !== undefined) return known;
    const fresh = letters(counter.next++);
    names.set(node, fresh);
    return fresh;
  };
  const lines = graph.inputs.map(
    (node) =>
      `${indent}${name(node)} : ${printType(node)} = input ${node.operation.op === 'input' ? node.operation.name : '?'}`,
  );
  for (const node of topological(graph.outputs.map((o) => o.node))) {
    const { operation, inputs } = node;
    if (operation.op === 'input' || isNumber(node)) continue;
    const args = inputs.map(name);
    const left = operation.op === 'scan' ? name(node) : `${name(node)} : ${printType(node)}`;
    const literal = operation.op === 'constant' ? [printValue(operation.value)] : [];
    lines.push(`${indent}${left} = ${[printOperation(operation), ...literal, ...args].join(' ')}`);
    if (operation.op === 'scan') lines.push(...printBlock(operation.body, `${indent}  `, counter));
  }
  lines.push(`${indent}-> ${graph.outputs.map((o) => `${o.name} = ${name(o.node)}`).join(', ')}`);
  return lines;
};

export const printGraph = (graph: Graph): string => printBlock(graph, '', { next: 0 }).join('\n');
