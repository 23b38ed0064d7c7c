/** Problems -> documents: on one line, or their clauses on lines as the author had them. */
import type { Doc } from 'prettier';
import { builders } from 'prettier/doc';
import type { Expr } from '../tree/expressions.ts';
import type { Condition, Duration, Over } from '../tree/problems.ts';
import { commas, each, inParens, type Context, type Family } from './context.ts';
import * as parens from './parens.ts';
import type { Clause, PreparedProblem } from './prepare.ts';

const { fill, group, hardline, indent, join, line } = builders;

/** Where a problem that stood on one line is broken: before these. */
const breaksBefore = (clauses: readonly Clause[], i: number, game: boolean): boolean => {
  const { word } = clauses[i]!;
  const before = (words: readonly string[]): boolean => clauses.slice(0, i).some((c) => words.includes(c.word));
  if (word.startsWith('and ') || word === 'subject to') return true;
  if (word === 'over') return !game;
  if (word === 'on') return game && !before(['subject to']);
  const closing = ['by', 'for', 'batch', 'seed', 'seeds'];
  const ofPlayer = game && !before(['subject to', 'on', ...closing.slice(1)]) && word === 'by';
  return closing.includes(word) && !ofPlayer && clauses[i - 1] !== undefined && !closing.includes(clauses[i - 1]!.word);
};

/** A line may begin with these at the margin; the others would begin a statement of their own. */
const clauseBegins = (clause: Clause): boolean => /^(and|over|where|subject|on|by|for)\b/.test(clause.word);

/** `atMargin`: a game at the top of a file has its clauses at the margin. */
export const printProblem = (problem: PreparedProblem, context: Context, atMargin: boolean): Doc => {
  const { clauses, game } = problem;
  const docs = each(context, 'clause', clauses, 'clauses');
  const kept = clauses.some((c, i) => i > 0 && c.first);
  const rows: number[][] = [];
  clauses.forEach((c, i) => {
    if (i === 0 || (kept ? c.first : breaksBefore(clauses, i, game))) rows.push([i]);
    else rows[rows.length - 1]!.push(i);
  });
  const margin = atMargin && game && rows.every(([i]) => i === 0 || clauses[i!]!.own || clauseBegins(clauses[i!]!));
  const row = (indices: readonly number[]): Doc => {
    const [head, ...rest] = indices.map((i) => docs[i]!);
    return rest.length === 0 ? head! : group([head!, indent([line, fill(join(line, rest))])]);
  };
  const below = rows.slice(1).map((indices) => {
    const clause = clauses[indices[0]!]!;
    const doc = [kept ? hardline : line, row(indices)];
    return margin && (!clause.own || clause.word.startsWith('and ')) ? doc : indent(doc);
  });
  const whole = [row(rows[0]!), ...below];
  return kept ? whole : group(whole);
};

const families: Readonly<Record<string, Family>> = { over: 'over', where: 'pair', 'subject to': 'condition' };

const isList = (word: string): boolean => word in families || word === 'by';

export const printClause = (clause: Clause, context: Context): Doc => {
  const { word, items, unit } = clause;
  const leads = !isList(word) && /m(in|ax)/.test(word);
  const alone = items.length === 1 && !leads;
  const docs = items.map((item, i) => {
    if (word in families) return context.print(families[word]!, 'items', i);
    const e = item as Expr;
    const needed = unit ? parens.countNeedsParens : leads ? parens.itemNeedsParens : parens.operatorsNeedParens;
    if (needed(e)) return ['(', context.print('expr', 'items', i), ')'];
    return context.print(alone ? 'standing' : 'expr', 'items', i);
  });
  const indented = alone && !(word in families) ? docs[0]! : indent(group(commas(docs)));
  return [word, ' ', indented, unit ? ` ${unit}` : ''];
};

export const printOver = (o: Over, { print }: Context): Doc => [
  o.name ? [o.name.text, ' in '] : '',
  inParens(print('expr', 'domain'), parens.itemNeedsParens(o.domain)),
  o.from ? [' from ', inParens(print('expr', 'from'), parens.itemNeedsParens(o.from))] : '',
  o.tuning ? [' tuning ', inParens(print('expr', 'tuning'), parens.itemNeedsParens(o.tuning))] : '',
];

const isLoose = (e: Expr): boolean => e.kind === 'binary' && ['and', '==', '!=', '<', '<=', '>', '>='].includes(e.op);

export const printCondition = (c: Condition, { print }: Context): Doc => {
  const loose = isLoose(c.value) && !(c.evaluated && c.value.kind === 'binary' && c.value.op === 'and' && !c.compare);
  const or = (e: Expr): boolean => e.kind === 'binary' && e.op === 'or';
  const value = inParens(
    print('expr', 'value'),
    parens.operatorsNeedParens(c.value) || loose || (c.compare !== undefined && or(c.value)),
  );
  const compare = c.compare && [
    ` ${c.compare.op} `,
    inParens(
      print('expr', 'compare', 'bound'),
      parens.operatorsNeedParens(c.compare.bound) || isLoose(c.compare.bound) || or(c.compare.bound),
    ),
  ];
  return [
    c.evaluated ? 'eval ' : '',
    value,
    c.as ? [' as ', inParens(print('expr', 'as'), parens.simpleNeedsParens(c.as))] : '',
    compare ?? '',
  ];
};

export const printDuration = (d: Duration, { print }: Context): Doc => [
  parens.countNeedsParens(d.count) ? ['(', print('expr', 'count'), ')'] : print('standing', 'count'),
  ' ',
  d.unit,
];
