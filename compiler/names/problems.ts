/**
 * Names in problems: members are seen by every player, by the conditions and by the protocol; `on S` supplies `D_tr` and `D_eval`;
 * `over M` names its member by the objective's free name.
 */
import { freeNames } from '../../grammar/walk.ts';
import type { Over, Player, ProblemExpr } from '../../grammar/tree/problems.ts';
import { childOf, define, isKnown } from './collector.ts';
import type { Collector, Scope } from './collector.ts';

const walkOver = (o: Over, scope: Scope, c: Collector): void => {
  c.walk(o.domain, scope, c);
  if (o.from) c.walk(o.from, scope, c);
  if (o.tuning) c.walk(o.tuning, scope, c);
};

const nameMembers = (p: Player, scope: Scope, c: Collector): void => {
  for (const o of p.over) if (o.name) define(o.name.text, 'member', o.name.span, scope, c, { whole: o.span });
};

/** `minimize L(f, D_tr) over M`: nobody else defines `f`. Whether there is one such name, no more, is said elsewhere. */
const nameImplicit = (p: Player, scope: Scope, c: Collector): void => {
  const where = new Set(p.where.map((w) => w.name.text));
  const free = freeNames(p.objective, (name) => where.has(name) || isKnown(name, scope, c));
  const unnamed = p.over.filter((o) => !o.name);
  if (unnamed.length > 0)
    free.forEach((name, i) => {
      const { domain, span } = unnamed[Math.min(i, unnamed.length - 1)];
      define(name, 'member', domain.span, scope, c, { whole: span, silent: true });
    });
};

/** The scope with the problem's members and data: what is drawn after it can see them. */
export const walkProblem = (problem: ProblemExpr, outer: Scope, c: Collector): Scope => {
  const scope = childOf(outer, problem.span);
  const { on } = problem;
  if (on)
    for (const name of ['D_tr', 'D_eval'])
      define(name, 'supplied', on.span, scope, c, { whole: on.span, silent: true });
  for (const p of problem.players) nameMembers(p, scope, c);
  for (const p of problem.players) for (const o of p.over) walkOver(o, outer, c);
  for (const p of problem.players) nameImplicit(p, scope, c);
  for (const p of problem.players) {
    for (const w of p.where) {
      c.walk(w.value, scope, c);
      define(w.name.text, 'variable', w.name.span, scope, c, { whole: { ...w.name.span, end: w.value.span.end } });
    }
    c.walk(p.objective, scope, c);
    for (const by of [...p.by, ...(p.every ? [p.every] : [])]) c.walk(by, scope, c);
  }
  for (const condition of problem.conditions) {
    c.walk(condition.value, scope, c);
    // `as RMSE` is a name for the report, `as u.name` an expression.
    if (condition.as && condition.as.kind !== 'name') c.walk(condition.as, scope, c);
    if (condition.compare) c.walk(condition.compare.bound, scope, c);
  }
  const rest = [on, ...problem.by, problem.duration?.count, problem.batch, problem.seed, problem.seeds];
  for (const e of rest) if (e) c.walk(e, scope, c);
  return scope;
};
