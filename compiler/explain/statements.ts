/**
 * Blocks on one line: the value first, then what its names stand for, "tanh(a) where a = w x; z ∼ prior".
 */
import type { BlockExpr } from '../../grammar/tree/expressions.ts';
import type { Parameter } from '../../grammar/tree/patterns.ts';
import type { Statement } from '../../grammar/tree/statements.ts';
import * as m from './math.ts';
import type { Box, Term } from './math.ts';
import { nameBox } from './names.ts';
import { patternBox } from './patterns.ts';
import { spaceTerm } from './spaces.ts';
import type { Write } from './spaces.ts';
import { lastOf } from '../../grammar/walk.ts';

export const parametersBox = (params: readonly Parameter[], write: Write): Box => {
  const boxes = params.map((p) =>
    p.default && p.keyword
      ? m.row(patternBox(p.pattern), m.relation('='), write(p.default).box)
      : patternBox(p.pattern),
  );
  const first = params.findIndex((p) => p.keyword);
  if (first < 0) return m.list(boxes);
  return m.row(m.list(boxes.slice(0, first)), m.punctuation(';'), m.list(boxes.slice(first)));
};

const statementBox = (s: Statement, write: Write): Box => {
  switch (s.kind) {
    case 'assign':
      return m.row(patternBox(s.pattern), m.relation('='), write(s.value).box);
    case 'local-def':
      return m.row(nameBox(s.name.text), m.parens(parametersBox(s.params, write)), m.relation('='), write(s.body).box);
    case 'draw':
      return m.row(patternBox(s.pattern), m.relation('∼'), write(s.distribution).box);
    case 'param':
      return m.row(nameBox(s.name.text), m.relation('∈'), spaceTerm(s.space, write).box);
    case 'member':
      return m.row(nameBox(s.name.text), m.relation('∈'), write(s.model).box);
    case 'expr':
      return write(s.value).box;
    case 'error':
      return m.text('?');
  }
};

/** Value and the statements it rests on, parameters apart. */
export const blockParts = (
  e: BlockExpr,
  write: Write,
): { value: Box; rest: readonly Box[]; params: readonly Box[] } => {
  const last = lastOf(e.statements);
  const before = e.statements.slice(0, -1);
  return {
    value: last ? statementBox(last, write) : m.text('?'),
    rest: before.filter((s) => s.kind !== 'param').map((s) => statementBox(s, write)),
    params: before.filter((s) => s.kind === 'param').map((s) => statementBox(s, write)),
  };
};

export const blockTerm = (e: BlockExpr, write: Write): Term => {
  const { value, rest, params } = blockParts(e, write);
  const all = [...rest, ...params];
  if (all.length === 0) return m.term(value, m.LOOSE);
  return m.term(m.row(value, m.text(' where '), m.list(all, m.punctuation(';'))), m.LOOSE, { open: true });
};
