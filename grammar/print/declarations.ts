/** Declarations and whole files -> documents. */
import type { Doc } from 'prettier';
import { builders } from 'prettier/doc';
import type { Declaration, DefDeclaration, ImportDeclaration, Module } from '../tree/declarations.ts';
import type { Expr } from '../tree/expressions.ts';
import { braces, commas, each, inParens, listed, rows, type Context } from './context.ts';
import { printParameters, quote } from './expressions.ts';
import { itemNeedsParens } from './parens.ts';
import { printProblem } from './problems.ts';
import type { PreparedProblem } from './prepare.ts';
import { padded } from './statements.ts';
import { valued } from './values.ts';

const { group, hardline, indent, line } = builders;

export const printModule = (module: Module, context: Context): Doc => {
  const docs = each(context, 'declaration', module.declarations, 'declarations');
  if (docs.length === 0) return '';
  return [rows(context, module.declarations, docs), hardline];
};

/** Documentation is among the comments of a text; for a tree without one it is written here. */
const documentation = (d: Declaration, { text }: Context): Doc =>
  text === undefined && d.docs !== undefined ? d.docs.split('\n').map((l) => [`--- ${l}`.trimEnd(), hardline]) : '';

export const printDeclaration = (d: Declaration, context: Context): Doc => [
  documentation(d, context),
  printBare(d, context),
];

const printBare = (d: Declaration, context: Context): Doc => {
  const { print } = context;
  switch (d.kind) {
    case 'space-declaration':
      return ['space ', padded(d.name.text, d), ' = ', print('space', 'space')];
    case 'data':
      return group([
        ...['data ', d.name.text, d.space ? [' : ', print('space', 'space')] : ''],
        valued(' =', d.value, print('expr', 'value'), context.room),
      ]);
    case 'let':
      return group([
        ...['let ', padded(print('pattern', 'pattern'), d), d.space ? [' : ', print('space', 'space')] : ''],
        valued(` ${d.relation}`, d.value, print('expr', 'value'), context.room),
      ]);
    case 'def':
      return group([
        ...['def ', d.name.text, statics(d.statics, context)],
        d.params ? printParameters(d.params, context) : '',
        ...[result(d.result, context), body(d.body, context)],
      ]);
    case 'model':
      return group([
        ...['model ', d.name.text, statics(d.statics, context), printParameters(d.params, context)],
        ...[result(d.result, context), body(d.body, context)],
      ]);
    case 'paradigm':
      return [
        ...['paradigm ', d.name.text, printParameters(d.params, context), ' '],
        braces(context, d.body, each(context, 'protocol', d.body, 'body')),
      ];
    case 'import':
      return group([
        'import {',
        d.names.length > 0 ? [indent([line, commas(each(context, 'imported', d.names, 'names'))]), line] : '',
        ...['} from ', quote(d.from.path)],
      ]);
    case 'show':
      return group([
        ...[
          'show ',
          padded(d.name.text, d),
          valued(' =', d.value, inParens(print('expr', 'value'), itemNeedsParens(d.value)), context.room),
        ],
        d.as ? ` as ${d.as.text}` : '',
        d.every ? [' every ', print('duration', 'every')] : '',
      ]);
    case 'problem-declaration':
      return print('game', 'problem');
    case 'error':
      return '';
  }
};

export const printGame = (problem: PreparedProblem, context: Context): Doc => printProblem(problem, context, true);

const statics = (items: DefDeclaration['statics'], context: Context): Doc =>
  items.length > 0 ? listed('[', each(context, 'static', items, 'statics'), ']') : '';

const result = (r: DefDeclaration['result'], { print }: Context): Doc =>
  r ? [r.stochastic ? ' ~> ' : ' -> ', print('space', 'result', 'space')] : '';

const body = (e: Expr, context: Context): Doc => {
  const doc = context.print('expr', 'body');
  return e.kind === 'block' ? [' ', doc] : valued(' =', e, doc, context.room);
};

export const printImported = (i: ImportDeclaration['names'][number]): Doc =>
  i.as ? `${i.name.text} as ${i.as.text}` : i.name.text;
