/** Expressions -> documents. */
import type { Doc } from 'prettier';
import { builders } from 'prettier/doc';
import { precedence } from '../build.ts';
import type { Argument, BigExpr, BinaryExpr, CallExpr, Expr, IndexItem, LambdaExpr } from '../tree/expressions.ts';
import type { Name } from '../tree/node.ts';
import type { Binder } from '../tree/patterns.ts';
import { braces, commas, each, inParens, listed, type Context, type Key } from './context.ts';
import * as parens from './parens.ts';
import { printProblem } from './problems.ts';
import type { PreparedProblem } from './prepare.ts';
import { hugs, hugsLast, standing, valued } from './values.ts';

const { align, fill, group, indent, join, line } = builders;

export const printExpr = (e: Expr, context: Context): Doc => {
  const { print } = context;
  switch (e.kind) {
    case 'name':
      return e.name;
    case 'number':
      return e.text;
    case 'string':
      return quote(e.value);
    case 'boolean':
      return String(e.value);
    case 'tuple':
      return bracketed('(', items(e.items, context), ')');
    case 'record':
      return bracketed('(', each(context, 'pair', e.fields, 'fields'), ')');
    case 'array':
      return e.items.every((i) => i.kind === 'number') && e.items.length > 10
        ? ['[', align(1, fill(filled(items(e.items, context)))), ']']
        : bracketed('[', items(e.items, context), ']');
    case 'comprehension': {
      const body = inParens(print('expr', 'body'), parens.itemNeedsParens(e.body));
      return group(['[', align(1, [body, line, group(['for ', align(4, ranges(e, context))])]), ']']);
    }
    case 'call':
      return [inParens(print('expr', 'callee'), parens.objectNeedsParens(e.callee)), printArguments(e, context)];
    case 'index':
      return [
        inParens(print('expr', 'object'), parens.indexedNeedsParens(e)),
        listed('[', each(context, 'indexItem', e.items, 'items'), ']'),
      ];
    case 'field':
      return [inParens(print('expr', 'object'), parens.objectNeedsParens(e.object)), '.', e.name.text];
    case 'unary':
      return [e.op === '-' ? '-' : 'not ', inParens(print('expr', 'operand'), parens.operandNeedsParens(e.operand))];
    case 'binary':
      return printChain(e, context, false);
    case 'big':
      return printBig(e, context);
    case 'if':
      return group([
        ...['if ', indent(print('expr', 'condition')), ' then '],
        ...[
          inParens(print('expr', 'then'), e.then.kind === 'if'),
          hugs(e) ? ' ' : line,
          'else ',
          print('expr', 'else'),
        ],
      ]);
    case 'lambda':
      return printLambda(e, context);
    case 'block':
      return braces(context, e.statements, each(context, 'statement', e.statements, 'statements'));
    case 'density':
      return ['log ', inParens(print('expr', 'call'), parens.objectNeedsParens(e.call))];
    case 'at':
      return [
        ...[inParens(print('expr', 'object'), parens.objectNeedsParens(e.object)), ' at ', e.time],
        e.amount ? [' ', inParens(print('expr', 'amount'), parens.simpleNeedsParens(e.amount))] : '',
      ];
    case 'fold':
      return [
        ...[e.all ? 'scan ' : 'fold ', print('pattern', 'state'), ' = '],
        align(2, inParens(print('expr', 'init'), parens.itemNeedsParens(e.init))),
        ...[' over ', align(2, commas(each(context, 'binder', e.binders, 'binders'))), ' ', print('expr', 'body')],
      ];
    case 'dist':
      return ['dist ', print('expr', 'body')];
    case 'problem':
      return printProblem(e as unknown as PreparedProblem, context, false);
    case 'space':
      return print('space', 'space');
    case 'error':
      return '';
  }
};

/** An expression that begins a line: what goes on below is indented. */
export const printStanding = (e: Expr, context: Context): Doc =>
  e.kind === 'binary' && !hugs(e) ? printChain(e, context, true) : standing(e, printExpr(e, context));

const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r' };

export const quote = (value: string): string =>
  `"${value.replace(/["\\\p{Cc}\u2028\u2029]/gu, (c) => escapes[c] ?? `\\u{${c.codePointAt(0)!.toString(16)}}`)}"`;

/** Items right behind the bracket, one a line and aligned when they do not fit. */
const bracketed = (open: string, docs: readonly Doc[], close: string): Doc =>
  group([open, align(1, commas(docs)), close]);

const items = (list: readonly Expr[], { print }: Context): Doc[] =>
  list.map((item, i) => inParens(print('expr', 'items', i), parens.itemNeedsParens(item)));

const filled = (docs: readonly Doc[]): Doc[] => docs.flatMap((d, i) => (i < docs.length - 1 ? [[d, ','], line] : [d]));

/** Binders and the conditions on them. */
const ranges = (
  e: { readonly binders: readonly Binder[]; readonly conditions: readonly Expr[] },
  context: Context,
): Doc => [
  commas(each(context, 'binder', e.binders, 'binders')),
  e.conditions.map((c, i) => [
    line,
    'if ',
    inParens(context.print('expr', 'conditions', i), parens.operatorsNeedParens(c)),
  ]),
];

export const printBinder = (b: Binder, context: Context): Doc => [
  join(', ', each(context, 'pattern', b.targets, 'targets')),
  ` ${b.relation} `,
  inParens(context.print('expr', 'source'), parens.operatorsNeedParens(b.source)),
];

const printBig = (e: BigExpr, context: Context): Doc => {
  const { print } = context;
  const targets = e.targets.map((t, i) => inParens(print('expr', 'targets', i), parens.itemNeedsParens(t)));
  const head = e.op === 'grad' ? commas(targets) : ranges(e, context);
  const options = e.options.length > 0 ? ['; ', commas(each(context, 'pair', e.options, 'options'))] : '';
  const body = inParens(print('expr', 'body'), parens.bodyNeedsParens(e.body));
  return group([group([e.op, '[', align(2, [head, options]), ']']), indent([hugs(e.body) ? ' ' : line, body])]);
};

/** `name = value` in a record, among options, behind `where`. */
export const printPair = (p: { readonly name: Name; readonly value: Expr }, { print }: Context): Doc => [
  p.name.text,
  ' = ',
  inParens(print('expr', 'value'), parens.itemNeedsParens(p.value)),
];

export const printArgument = (a: Argument, { print }: Context): Doc => [
  a.name ? [a.name.text, ' = '] : '',
  inParens(print('expr', 'value'), parens.itemNeedsParens(a.value)),
];

export const printIndexItem = (i: IndexItem, { print }: Context): Doc => {
  switch (i.kind) {
    case 'at':
      return inParens(print('expr', 'value'), parens.itemNeedsParens(i.value));
    case 'slice':
      return [
        i.from ? inParens(print('expr', 'from'), parens.itemNeedsParens(i.from)) : '',
        ':',
        i.to ? inParens(print('expr', 'to'), parens.itemNeedsParens(i.to)) : '',
      ];
    case 'named':
      return [i.name.text, ' = ', inParens(print('expr', 'value'), parens.itemNeedsParens(i.value))];
  }
};

const printArguments = (e: CallExpr, context: Context): Doc => {
  const args = each(context, 'argument', e.args, 'args');
  const cut = e.semicolon ?? args.length;
  const [before, behind] = [args.slice(0, cut), args.slice(cut)];
  const keyword = behind.length > 0 ? [before.length > 0 ? [';', line] : '; ', commas(behind)] : '';
  if (e.form === 'plain') {
    if (hugsLast(e)) return ['(', join(', ', args), ')'];
    if (args.length === 0) return '()';
    return group(['(', indent([builders.softline, commas(before), keyword]), builders.softline, ')']);
  }
  const given = each(context, 'argument', e.given, 'given');
  const sides: Doc =
    e.form === 'given'
      ? [commas(before), before.length > 0 ? ' | ' : '| ', commas(given)]
      : [before[0] ?? '', ' || ', commas(before.slice(1))];
  return group(['(', indent([builders.softline, sides, keyword]), builders.softline, ')']);
};

/** A chain of operators of one strength breaks before each of them, or not at all. */
const printChain = (e: BinaryExpr, context: Context, indented: boolean): Doc => {
  const { print } = context;
  const path: Key[] = [];
  const links: Doc[] = [];
  const tight = e.op === '^' || e.op === '..';
  let at: BinaryExpr = e;
  for (;;) {
    const right = inParens(print('expr', ...path, 'right'), parens.rightNeedsParens(at));
    const sign = at.op === '∘' ? '<<' : at.op;
    links.unshift(tight ? [sign, right] : [line, sign, ' ', right]);
    path.push('left');
    const left = at.left;
    const goesOn = left.kind === 'binary' && precedence[left.op] === precedence[e.op] && !parens.leftNeedsParens(at);
    if (!goesOn || tight) break;
    at = left;
  }
  const wrapped = parens.leftNeedsParens(at);
  const first = inParens(print(indented && !wrapped ? 'standing' : 'expr', ...path), wrapped);
  return group([first, indented ? indent(links) : links]);
};

const printLambda = (e: LambdaExpr, context: Context): Doc => {
  const { print } = context;
  const [only] = e.params;
  const bare = e.params.length === 1 && only && !only.space && !only.default && !only.keyword;
  const short = bare && ['name', 'wildcard', 'array'].includes(only.pattern.kind);
  const head = short ? print('parameter', 'params', 0) : printParameters(e.params, context);
  return group([head, valued(e.stochastic ? ' ~>' : ' ->', e.body, print('expr', 'body'), context.room)]);
};

/** `(x: X, y; k = 3)` */
export const printParameters = (params: LambdaExpr['params'], context: Context): Doc => {
  const docs = each(context, 'parameter', params, 'params');
  const cut = params.findIndex((p) => p.keyword);
  if (cut < 0) return listed('(', docs, ')');
  const before = docs.slice(0, cut);
  return group([
    ...[
      '(',
      indent([builders.softline, commas(before), before.length > 0 ? [';', line] : '; ', commas(docs.slice(cut))]),
    ],
    ...[builders.softline, ')'],
  ]);
};
