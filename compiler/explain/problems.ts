/**
 * Problems: the players, each "min over f ∈ M of its objective", and what they are subject to.
 */
import type { Expr } from '../../grammar/tree/expressions.ts';
import type { Condition, Over, Player, ProblemExpr } from '../../grammar/tree/problems.ts';
import * as m from './math.ts';
import type { Box, Term } from './math.ts';
import { nameBox } from './names.ts';
import { spaceOfExpr } from './spaces.ts';
import type { Write } from './spaces.ts';
import { freeNames } from '../../grammar/walk.ts';

/** What the module declares, as far as a formula depends on it. */
export interface Scope {
  /** Functions declared by `def`, that `eval L` applies to the member and to D_eval. */
  readonly functions: ReadonlySet<string>;
  /** Names that have a meaning without the problem: declared, imported or of the library. */
  readonly known: (name: string) => boolean;
}

const senses: Readonly<Record<Player['sense'], string>> = {
  ...{ minimize: 'min', maximize: 'max', argmin: 'arg min', argmax: 'arg max' },
};

/** The name of the member: as written, or the objective's one free name. */
export const memberName = (over: Over, player: Player, scope: Scope): string => {
  if (over.name) return over.name.text;
  const named = new Set([
    ...player.over.flatMap((o) => (o.name ? [o.name.text] : [])),
    ...player.where.map((w) => w.name.text),
    ...['D_tr', 'D_eval'],
  ]);
  const free = freeNames(player.objective, (n) => scope.known(n) || named.has(n));
  return [...free].sort((a, b) => a.length - b.length)[0] ?? 'f';
};

const overBox = (over: Over, player: Player, write: Write, scope: Scope): Box => {
  const name = nameBox(memberName(over, player, scope));
  const parts = [
    m.row(name, m.relation('∈'), m.within(spaceOfExpr(over.domain, write) ?? write(over.domain), m.POWER)),
  ];
  if (over.from) parts.push(m.row(m.superscript(name, m.parens(m.number('0'))), m.relation('='), write(over.from).box));
  if (over.tuning) parts.push(m.row(m.text('tuning '), write(over.tuning).box));
  return m.list(parts);
};

/** "min_{f ∈ M}" */
export const playerHead = (player: Player, write: Write, scope: Scope): Box =>
  m.big(senses[player.sense], m.list(player.over.map((o) => overBox(o, player, write, scope))));

/** The objective; in a line of its own it needs no parentheses. */
export const playerBody = (player: Player, write: Write, alone: boolean): Box => {
  const t = write(player.objective);
  return alone ? t.box : m.within(t, m.BIG);
};

/** `eval L` with a function means L(f, D_eval). */
const conditionValue = (c: Condition, problem: ProblemExpr, write: Write, scope: Scope): Term => {
  if (!c.evaluated || c.value.kind !== 'name' || !scope.functions.has(c.value.name)) return write(c.value);
  const members = problem.players.flatMap((p) => p.over.map((o) => nameBox(memberName(o, p, scope))));
  return m.term(m.row(nameBox(c.value.name), m.parens(m.list([...members, nameBox('D_eval')]))));
};

const bounds: Readonly<Record<string, string>> = { '<=': '≤', '>=': '≥', '==': '=' };

export const conditionBox = (c: Condition, problem: ProblemExpr, write: Write, scope: Scope): Box => {
  const value = conditionValue(c, problem, write, scope);
  if (!c.compare) return value.box;
  const { op, bound } = c.compare;
  return m.row(m.within(value, m.SUM), m.relation(bounds[op] ?? op), write(bound).box);
};

/** How an inner problem is solved, where that is part of its meaning: "(by sgd(0.01), k steps)". */
const manner = (problem: ProblemExpr, write: Write): Box[] => {
  const by: readonly Expr[] = [...problem.by, ...problem.players.flatMap((p) => p.by)];
  if (by.length === 0 && !problem.duration) return [];
  const parts = by.map((e) => write(e).box);
  if (problem.duration) parts.push(m.row(write(problem.duration.count).box, m.text(` ${problem.duration.unit}`)));
  return [m.text(' '), m.parens(m.list(parts))];
};

/** A problem inside an expression, on one line. */
export const problemTerm = (problem: ProblemExpr, write: Write, scope: Scope): Term => {
  const players = problem.players.map((p) =>
    m.row(playerHead(p, write, scope), m.space, playerBody(p, write, problem.players.length === 1)),
  );
  const conditions = problem.conditions.map((c) => conditionBox(c, problem, write, scope));
  return m.term(
    m.row(
      m.list(players, m.punctuation(';')),
      ...manner(problem, write),
      ...(conditions.length > 0 ? [m.text(' s.t. '), m.list(conditions)] : []),
    ),
    m.LOOSE,
    { open: true },
  );
};
