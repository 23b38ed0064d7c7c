/** What is wrong with a problem as a whole: a threshold that nothing meets, the wrong direction, a measure of rows that were trained on. */
import type { Span } from '../../../grammar/span.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import type { Condition, Player, ProblemExpr } from '../../../grammar/tree/problems.ts';
import { nodes } from '../../../grammar/walk.ts';
import type { Node } from '../../ir/graph.ts';
import type { OpName } from '../../ir/operations.ts';
import { diagnose, fail } from '../../messages.ts';
import { behind } from '../../rules/shares.ts';
import { writtenIn } from '../../../grammar/written.ts';
import { dependsOnParameters } from '../values/dependence.ts';
import { agreement, boundsOf, growth, printed } from '../values/bounds.ts';
import type { Context } from '../context.ts';
import type { Data, Store } from '../values/values.ts';
import { degreeIn } from '../solvers/structure.ts';
import { variablesOf } from '../members/stores.ts';

/** No member meets a threshold beyond the bounds that what is evaluated has. */
export const checkThreshold = (
  name: string,
  node: Node,
  { op, bound }: { readonly op: string; readonly bound: number },
  span: Span,
): void => {
  const { low, high } = boundsOf(node);
  const slack = 1e-6 * Math.max(1, Math.abs(bound));
  const never =
    (['>=', '>', '=='].includes(op) && high < bound - slack) ||
    (['<=', '<', '=='].includes(op) && low > bound + slack) ||
    (op === '<' && low === bound) ||
    (op === '>' && high === bound);
  if (!never) return;
  fail('L0407', span, {
    name: `\`${name}\``,
    ...printed({ low, high }),
    threshold: `${op} ${bound}`,
  });
};

/** +1: a mean of `log p(y | x)` as it is written, -1: of its negative. */
const likelihoodIn = (e: Expr): -1 | 0 | 1 => {
  if (e.kind === 'big' && ['E', 'mean', 'sum'].includes(e.op)) return likelihoodIn(e.body);
  if (e.kind === 'unary' && e.op === '-') return -likelihoodIn(e.operand) as -1 | 0 | 1;
  return e.kind === 'density' && e.call.kind === 'call' && e.call.form === 'given' ? 1 : 0;
};

/** Divergences among the terms of an objective, +1 where one is added, -1 where it is taken away. */
const divergencesIn = (e: Expr, sign: 1 | -1 = 1): readonly { readonly e: Expr; readonly sign: 1 | -1 }[] => {
  const other = -sign as 1 | -1;
  if (e.kind === 'big' && ['E', 'mean', 'sum'].includes(e.op)) return divergencesIn(e.body, sign);
  if (e.kind === 'unary' && e.op === '-') return divergencesIn(e.operand, other);
  if (e.kind === 'binary' && (e.op === '+' || e.op === '-'))
    return [...divergencesIn(e.left, sign), ...divergencesIn(e.right, e.op === '-' ? other : sign)];
  if (e.kind === 'binary' && e.op === '*' && e.left.kind === 'number') return divergencesIn(e.right, sign);
  return e.kind === 'call' && e.form === 'divergence' ? [{ e, sign }] : [];
};

const entries: ReadonlySet<OpName> = new Set<OpName>(['reshape', 'slice', 'concat', 'cast']);

/** Squares or absolute values of parameters themselves, as a penalty is, of which `sign` is the sign in the loss. */
const penalties = (node: Node, sign: 1 | -1 = 1): readonly (1 | -1)[] => {
  const [x, y] = node.inputs;
  const other = -sign as 1 | -1;
  switch (node.operation.op) {
    case 'square':
    case 'abs': {
      const own = behind(x, entries);
      return own.operation.op === 'input' && dependsOnParameters(own) ? [sign] : [];
    }
    case 'neg':
      return penalties(x, other);
    case 'sum':
    case 'reshape':
      return penalties(x, sign);
    case 'add':
      return [...penalties(x, sign), ...penalties(y, sign)];
    case 'sub':
      return [...penalties(x, sign), ...penalties(y, other)];
    case 'mul': {
      const [factor, of] = dependsOnParameters(x) ? [y, x] : [x, y];
      const { low, high } = boundsOf(factor);
      return dependsOnParameters(factor) || (low <= 0 && high >= 0) ? [] : penalties(of, low > 0 ? sign : other);
    }
    default:
      return [];
  }
};

/** What a single player makes as large or small as it can though it has no end: squares, divergences, what is linear in the parameters. */
export const warnOfSense = (
  loss: Node,
  player: Player,
  members: readonly { readonly store: Store }[],
  constrained: boolean,
  ctx: Context,
): void => {
  const variables = members.flatMap((b) => variablesOf(b.store));
  const free = variables.every((v) => /^(R|Positive|Nat|Int)\b/.test(v.space));
  const maximised = player.sense === 'maximize' || player.sense === 'argmax';
  const wrong = maximised ? 1 : -1;
  const sense = maximised ? 'maximize' : 'minimize';
  const warn = (span: Span, what: string, effect: string, way: string, other = ''): void =>
    void ctx.shared.diagnostics.push(diagnose('L0902', span, { sense, other, what, term: { effect, way } }));
  const minus = maximised ? '' : 'minus ';
  const sign = `write \`${maximised ? '-' : '+'}\` before it`;
  const inputs = variables.flatMap((v) => ctx.shared.inputs.get(v.id) ?? []);
  const real = variables.length > 0 && variables.every((v) => /^R\b/.test(v.space));
  const { span } = player.objective;
  if (real && !constrained && degreeIn(loss, new Set(inputs)) === 1)
    return warn(
      span,
      'a linear function of the parameters',
      `it has no end, one can always go further`,
      'a square or an absolute value has one: `(f(x) - y)^2`',
    );
  const apart = growth(loss) !== wrong && divergencesIn(player.objective).find((d) => d.sign === wrong);
  const other = maximised ? 'minimize' : 'maximize';
  if (apart && apart.e === player.objective)
    return warn(span, 'a divergence', 'it drives the two apart', `did you mean \`${other}\`?`, other);
  if (apart) return warn(apart.e.span, `${minus}a divergence`, 'it drives the two apart', sign);
  if (real && !constrained && growth(loss) !== wrong && penalties(loss).includes(wrong))
    return warn(span, `${minus}a penalty on the parameters`, 'it makes them larger', sign);
  const likelihood = likelihoodIn(player.objective) === -wrong;
  if (!likelihood && (!free || growth(loss) !== wrong)) return;
  const what = `${minus}a sum of squares or distances`;
  const said = likelihood ? `a ${maximised ? 'negative ' : ''}log-likelihood` : what;
  ctx.shared.diagnostics.push(diagnose('L0902', span, { sense, other, what: said }));
};

/** Players of one objective and one direction: a game in which nobody is against anybody. */
export const warnOfSamePlayers = ({ players }: ProblemExpr, { shared }: Context): void => {
  if (players.length < 2) return;
  const written = players.map((p) => writtenIn(p.objective.span, shared.sources).replace(/\s+/g, ''));
  const [first] = players;
  if (players.some((p, i) => p.sense !== first.sense || p.where.length > 0 || written[i] !== written[0])) return;
  const [sense, other] = first.sense === 'maximize' ? ['maximize', 'minimize'] : ['minimize', 'maximize'];
  const what = 'one objective of all players';
  const term = {
    effect: 'they play together, and not against each other',
    way: `one of them has to \`${other}\` it`,
  };
  shared.diagnostics.push(diagnose('L0902', players[1].span, { sense, other, what, term }));
};

const turned: Readonly<Record<string, string>> = { '>=': '<=', '<=': '>=', '>': '<', '<': '>' };

/** A threshold that is met where a measure is worse: an error of at least so much, a likelihood of at most so much. */
export const warnOfThreshold = (
  name: string,
  c: Condition,
  node: Node,
  compare: { readonly op: string; readonly bound: number },
  ctx: Context,
): void => {
  const { op } = compare;
  if (!c.compare || !(op in turned)) return;
  const larger = likelihoodIn(c.value) || -growth(node) || agreement(node);
  const asksLarger = op.startsWith('>');
  if (larger === 0 || larger > 0 === asksLarger) return;
  // One that is always met is no threshold: it only shows the number.
  const { low, high } = boundsOf(node);
  if (asksLarger ? compare.bound <= low : compare.bound >= high) return;
  const { span } = c.compare.bound;
  const bound = writtenIn(span, ctx.shared.sources);
  const better = larger > 0 ? 'larger' : 'smaller';
  ctx.shared.diagnostics.push(diagnose('L0910', c.value.span, { name, better, op, other: turned[op], bound }));
};

/** Numbers that are the same whatever is trained. */
export const warnOfUnrelated = (
  problem: ProblemExpr,
  evaluated: readonly { readonly condition: Condition; readonly node: Node }[],
  ctx: Context,
): void => {
  const own = evaluated.filter(({ condition }) => condition.evaluated);
  if (own.length === 0 || own.some(({ node }) => dependsOnParameters(node))) return;
  const names = problem.players.flatMap((p) => p.over).map((o) => (o.name ? `\`${o.name.text}\`` : 'the member'));
  ctx.shared.diagnostics.push(diagnose('L0911', own[0].condition.value.span, { members: names.join(' or ') }));
};

/** A measure of rows that were trained on says how well they are remembered. */
export const warnOfSeenRows = (problem: ProblemExpr, remembered: ReadonlyMap<Condition, Data>, ctx: Context): void => {
  const evaluated = problem.conditions.filter((c) => c.evaluated);
  const onTraining = evaluated.filter(
    (c) => remembered.has(c) || (mentions(c.value, 'D_tr') && !mentions(c.value, 'D_eval') && c.value.kind !== 'name'),
  );
  if (onTraining.length === 0 || onTraining.length < evaluated.length) return;
  const whole = remembered.get(onTraining[0]);
  const set = `\`${whole?.name ?? 'D_tr'}\``;
  ctx.shared.diagnostics.push(diagnose('L0901', onTraining[0].value.span, { set, whole: whole !== undefined }));
};

export const mentions = (e: unknown, name: string): boolean =>
  nodes(e).some((n) => n.kind === 'name' && n.name === name);
