/** Statements of bodies and protocols -> documents. */
import type { Doc } from 'prettier';
import { builders } from 'prettier/doc';
import type { Expr } from '../tree/expressions.ts';
import type { Parameter, StaticParameter } from '../tree/patterns.ts';
import type { ProtocolStatement } from '../tree/protocols.ts';
import type { Statement } from '../tree/statements.ts';
import { braces, commas, each, inParens, type Context } from './context.ts';
import { printParameters } from './expressions.ts';
import * as parens from './parens.ts';
import { valued } from './values.ts';

const { group, line } = builders;

/** Spaces that keep a column of signs aligned. */
export const padded = (name: Doc, node: object): Doc => {
  const pad = 'pad' in node && typeof node.pad === 'number' ? node.pad : 0;
  return pad > 0 ? [name, ' '.repeat(pad)] : name;
};

export const printStatement = (s: Statement, context: Context): Doc => {
  const { print } = context;
  switch (s.kind) {
    case 'assign':
      return group([
        padded(print('pattern', 'pattern'), s),
        valued(' =', s.value, print('expr', 'value'), context.room),
      ]);
    case 'draw':
      return group([
        padded(print('pattern', 'pattern'), s),
        valued(' ~', s.distribution, print('expr', 'distribution'), context.room),
      ]);
    case 'param':
      return group([
        ...['param ', padded(s.name.text, s), ' : ', print('space', 'space')],
        s.init ? valued(` ${s.init.relation}`, s.init.value, print('expr', 'init', 'value'), context.room) : '',
      ]);
    case 'member':
      return [padded(s.name.text, s), ' in ', print('standing', 'model')];
    case 'local-def':
      return group([
        s.name.text,
        printParameters(s.params, context),
        valued(' =', s.body, print('expr', 'body'), context.room),
      ]);
    case 'expr':
      return print('standing', 'value');
    case 'error':
      return '';
  }
};

/** The name stands with its space, and with its default. */
export const printParameter = (p: Parameter, { print }: Context): Doc => [
  print('pattern', 'pattern'),
  p.space ? [': ', print('space', 'space')] : '',
  p.default ? [' = ', inParens(print('expr', 'default'), parens.itemNeedsParens(p.default))] : '',
];

export const printStatic = (p: StaticParameter, { print }: Context): Doc => [
  p.name.text,
  p.space ? [': ', print('space', 'space')] : '',
  p.default ? [' = ', inParens(print('expr', 'default'), parens.itemNeedsParens(p.default))] : '',
];

const body = (nodes: readonly ProtocolStatement[], context: Context, key: 'body' | 'then' | 'else'): Doc =>
  braces(context, nodes, each(context, 'protocol', nodes, key));

export const printProtocol = (s: ProtocolStatement, context: Context): Doc => {
  const { print } = context;
  const operators = (e: Expr, key: string): Doc =>
    parens.operatorsNeedParens(e) ? ['(', print('expr', key), ')'] : print('standing', key);
  switch (s.kind) {
    case 'assign':
    case 'error':
      return printStatement(s, context);
    case 'for':
      return [
        ...['for ', builders.align(2, commas(each(context, 'binder', s.binders, 'binders')))],
        s.conditions.map((c, i) => [
          ' if ',
          builders.indent(inParens(print('expr', 'conditions', i), parens.operatorsNeedParens(c))),
        ]),
        ...[' ', body(s.body, context, 'body')],
      ];
    case 'if-protocol':
      return [
        ...['if ', builders.indent(print('expr', 'condition')), ' ', body(s.then, context, 'then')],
        s.else.length > 0 ? [' else ', body(s.else, context, 'else')] : '',
      ];
    case 'train':
      return ['train on ', operators(s.data, 'data'), s.duration ? [' for ', print('duration', 'duration')] : ''];
    case 'eval':
      return ['eval on ', operators(s.data, 'data'), s.as ? [' as ', operators(s.as, 'as')] : ''];
    case 'restart':
      return 'restart';
    case 'repeat':
      return ['repeat ', body(s.body, context, 'body')];
    case 'every':
      return ['every ', print('duration', 'duration'), ' ', body(s.body, context, 'body')];
    case 'buffer':
      return ['buffer ', s.name.text, '[', print('expr', 'capacity'), ']'];
    case 'collect':
      return group([
        ...['collect ', operators(s.count, 'count'), ' from ', operators(s.from, 'from')],
        builders.indent([line, 'into ', operators(s.into, 'into')]),
      ]);
  }
};
