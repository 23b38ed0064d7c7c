/**
 * Constraints on the solution, `subject to norm(w) <= 1, sum(p) == 1`: what must be at most 0, or 0, as nodes; the augmented Lagrangian
 * that brings them into the objective (Hestenes 1969, Powell 1969, for inequalities Rockafellar 1973), with its multipliers as
 * variables; and the projections onto sets that have one in closed form.
 */
import type { Span } from '../../../grammar/span.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import type { Condition, ProblemExpr } from '../../../grammar/tree/problems.ts';
import { writtenIn } from '../../../grammar/written.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import type { Decision, Evaluation, Variable } from '../../program.ts';
import { boundsOf, printed } from '../values/bounds.ts';
import type { Built } from './built.ts';
import type { Context } from '../context.ts';
import { dependsOnParameters } from '../values/dependence.ts';
import { asTensor, describe } from '../values/describe.ts';
import { stepInput, totalInput } from '../members/inputs.ts';
import { inProblem } from './objectives.ts';
import { settle } from '../expressions/operators.ts';
import { known, mapBinary, shapeOf, toReal } from '../values/tensors.ts';
import type { Tensor, Rule } from '../values/values.ts';
import { makeVariable, uniqueId, variableInput } from '../members/variables.ts';

export interface Requirement {
  readonly condition: Condition;
  readonly text: string;
  readonly equal: boolean;
  /** Numbers that must be at most 0, or 0: a vector. */
  readonly excess: Node;
}

export interface Constraint extends Requirement {
  readonly multiplier: Variable;
}

export interface Constrained {
  readonly constraints: readonly Constraint[];
  /** How much leaving the set costs: it grows while the constraints are not met. */
  readonly penalty: Variable;
}

/** How far a constraint may be off to count as met, relative to max(1, |bound|). */
const slack = 1e-3;
/** Where the penalty begins: steps along gradients bear less curvature than a line search. */
const penalties = { turns: 10, steps: 1 };

const plainConditions = (problem: ProblemExpr): Condition[] => problem.conditions.filter((c) => !c.evaluated);

export const hasConstraints = (problem: ProblemExpr): boolean => plainConditions(problem).length > 0;

interface Sides {
  readonly left: Tensor;
  readonly right: Tensor;
  readonly op: '<=' | '>=' | '==';
}

const sidesOf = ({ value, compare, span }: Condition, ctx: Context): Sides => {
  if (!compare)
    return fail(
      'L0602',
      span,
      { what: 'a condition that compares nothing' },
      { help: 'a constraint is written `e <= c`, `e >= c` or `e == c`; to measure, write `eval` before it' },
    );
  const side = (e: Expr): Tensor => {
    const given = settle(ctx.shared.run.evaluate(e, ctx), ctx, e.span);
    if (given.kind === 'function')
      fail(
        'L0302',
        e.span,
        { expected: 'a number or an array', seen: describe(given), where: 'a constraint' },
        { help: 'to measure and compare, write `eval` before it' },
      );
    const t = asTensor(given, e.span, 'a constraint');
    return t.axes.length > 0
      ? fail('L0402', e.span, { what: 'a side of a constraint', seen: 'one for each row' })
      : toReal(t);
  };
  // On a continuum `<` and `<=` have the same closest points.
  const op = compare.op === '<' ? '<=' : compare.op === '>' ? '>=' : compare.op;
  return { left: side(value), right: side(compare.bound), op };
};

/** It is about what is trained, and can be met. */
const check = (condition: Condition, excess: Node, { left, right, op }: Sides, ctx: Context): void => {
  const { span, value } = condition;
  const text = writtenIn(value.span, ctx.shared.sources);
  if (!dependsOnParameters(excess))
    fail(
      'L0602',
      span,
      { what: `\`${text}\` does not depend on what is trained, so it cannot be a constraint` },
      { help: 'to measure it, write `eval` before it' },
    );
  const { low, high } = boundsOf(excess);
  const bound = known(right);
  if (low > slack || (op === '==' && high < -slack)) {
    fail('L0407', span, {
      name: `\`${text}\``,
      ...printed(boundsOf(left.node)),
      threshold: `${op} ${bound ?? 'the other side'}`,
    });
  }
};

/** What a constraint leaves to what stands on its one side, where the other is a number. */
interface Allowed {
  readonly text: string;
  readonly low: number;
  readonly high: number;
  readonly op: Sides['op'];
  readonly bound: number;
  readonly span: Span;
}

const mirrored = { '<=': '>=', '>=': '<=', '==': '==' } as const;

const allowed = ({ value, compare, span }: Condition, { left, right, op }: Sides, ctx: Context): Allowed[] => {
  const [l, r] = [known(left), known(right)];
  if (!compare || (l === undefined) === (r === undefined)) return [];
  const [e, way, bound] = r === undefined ? [compare.bound, mirrored[op], l as number] : [value, op, r];
  const [low, high] = [way === '<=' ? -Infinity : bound, way === '>=' ? Infinity : bound];
  return [{ text: writtenIn(e.span, ctx.shared.sources), low, high, op: way, bound, span }];
};

/** Constraints on one expression, no two of which exclude each other. */
const checkTogether = (all: readonly Allowed[]): void => {
  for (const [i, b] of all.entries())
    for (const a of all.slice(0, i)) {
      const apart = Math.max(a.low - b.high, b.low - a.high);
      if (a.text !== b.text || apart <= slack * Math.max(1, Math.abs(b.bound))) continue;
      fail(
        'L0407',
        b.span,
        { name: `\`${b.text}\``, ...printed(a), threshold: `${b.op} ${b.bound}` },
        {
          notes: [{ span: a.span, message: 'this is required, too' }],
          help: 'leave one of them out, or turn one around',
        },
      );
    }
};

/** What a problem requires, built where its objective was: the same rows are seen. */
export const requirementsOf = (problem: ProblemExpr, built: Built, ctx: Context): Requirement[] => {
  const inside = built.inside ?? inProblem(ctx, built.state);
  const sets: Allowed[] = [];
  const required = plainConditions(problem).map((condition) => {
    const sides = sidesOf(condition, inside);
    const { left, right, op } = sides;
    const [a, b] = op === '>=' ? [right, left] : [left, right];
    const difference = mapBinary('sub', a, b, condition.span, op);
    const excess = ir.reshape(difference.node, [sizeOf(shapeOf(difference))]);
    check(condition, excess, sides, ctx);
    sets.push(...allowed(condition, sides, inside));
    return { condition, text: writtenIn(condition.span, ctx.shared.sources), equal: op === '==', excess };
  });
  checkTogether(sets);
  return required;
};

/** The constraints of a problem, each with its multiplier. */
export const constraintsOf = (
  problem: ProblemExpr,
  built: Built,
  by: keyof typeof penalties,
  ctx: Context,
): Constrained | undefined => {
  const required = requirementsOf(problem, built, ctx);
  if (required.length === 0) return undefined;
  const inside = built.inside ?? inProblem(ctx, built.state);
  const variable = (name: string, initial: Node): Variable => {
    const { shape } = initial;
    const what = { id: uniqueId(name, inside), name, role: 'statistic', dtype: 'float32', shape } as const;
    return makeVariable({ ...what, space: shape.length === 0 ? 'R' : `R[${shape.join(', ')}]` }, initial, inside);
  };
  const constraints = required.map((r): Constraint => ({
    ...r,
    multiplier: variable(`multiplier of ${r.text}`, ir.full(0, r.excess.shape)),
  }));
  return { constraints, penalty: variable('penalty', ir.scalar(penalties[by])) };
};

const positive = (x: Node): Node => ir.maximum(x, ir.scalar(0));

/** What is added to a loss that is made small. */
const lagrangian = (constraints: readonly Constraint[], penalty: Node, ctx: Context): Node =>
  constraints
    .map(({ excess, equal, multiplier }) => {
      const weight = variableInput(multiplier, ctx);
      const pulled = ir.add(weight, ir.mul(penalty, excess));
      const reached = equal ? pulled : positive(pulled);
      const gained = ir.sub(ir.square(reached), ir.square(weight));
      return ir.div(ir.sum(gained), ir.mul(ir.scalar(2), penalty));
    })
    .reduce((a, b) => ir.add(a, b), ir.scalar(0));

/** The objective with its augmented Lagrangian, in the sense of the spec. */
export const augmented = (
  loss: Node,
  { constraints, penalty }: Constrained,
  maximised: boolean,
  ctx: Context,
): Node => {
  const added = lagrangian(constraints, variableInput(penalty, ctx), ctx);
  return maximised ? ir.sub(loss, added) : ir.add(loss, added);
};

/** How often the multipliers go their whole way in a training, and the most of it that they go in one step. */
const ways = 20;
const mostOfWay = 0.1;

/** For training by steps: the multipliers after a step, and the penalty, which grows tenfold on the way. */
export const multiplierUpdates = ({ constraints, penalty }: Constrained, ctx: Context): [string, Node][] => {
  const now = variableInput(penalty, ctx);
  const steps = ir.maximum(totalInput, ir.scalar(1));
  const pace = ir.minimum(ir.scalar(mostOfWay), ir.div(ir.scalar(ways), steps));
  const next = constraints.map(({ excess, equal, multiplier }): [string, Node] => {
    const moved = ir.add(variableInput(multiplier, ctx), ir.mul(ir.mul(pace, now), ir.stop(excess)));
    return [multiplier.id, equal ? moved : positive(moved)];
  });
  const done = ir.div(stepInput, steps);
  const grown = ir.mul(ir.scalar(penalties.steps), ir.exp(ir.mul(ir.scalar(Math.LN10), done)));
  return [...next, [penalty.id, grown]];
};

// ---------------------------------------------------------------- projections

export interface Projection {
  readonly variable: Variable;
  readonly onto: (x: Node) => Node;
  readonly words: string;
  /** Every entry by itself, so that it is the closest point by any scale of the entries. */
  readonly entrywise?: true;
}

/**
 * Does the rule go along the gradient? A rule that scales every entry by itself (Adam) and a projection that mixes them come to rest where
 * neither of them is right: `norm(w) <= 1` would end where all entries are alike.
 */
const alongGradient = ({ rule, transforms }: Rule): boolean =>
  rule.name === 'sgd' && transforms.every((t) => ['clip', 'weight_decay', 'extragradient'].includes(t.name));

/** A parameter whose coordinates are its values, if that is what the node is. */
const parameterOf = (node: Node, { variables }: Built, ctx: Context): Variable | undefined =>
  variables.find((v) => v.role === 'parameter' && /^R\b/.test(v.space) && variableInput(v, ctx) === node);

/** `norm(w) <= c`, `w >= c`, `sum(w) == c` with w a parameter and c a number. */
const projectionOf = ({ condition }: Constraint, built: Built, ctx: Context): Projection | undefined => {
  const inside = built.inside ?? inProblem(ctx, built.state);
  const { right, op, left } = sidesOf(condition, inside);
  const c = known(right);
  if (c === undefined) return undefined;
  const own = parameterOf(left.node, built, ctx);
  if (own && op !== '==') {
    const onto = (x: Node): Node => (op === '<=' ? ir.minimum(x, ir.scalar(c)) : ir.maximum(x, ir.scalar(c)));
    return { variable: own, onto, words: 'clipped after every step', entrywise: true };
  }
  const { value } = condition;
  const call = value.kind === 'call' && value.callee.kind === 'name' && value.args.length === 1 ? value : undefined;
  const name = call?.callee.kind === 'name' ? call.callee.name : '';
  if (!call || !['norm', 'sum'].includes(name)) return undefined;
  const argument = inside.shared.run.evaluate(call.args[0].value, inside);
  const variable = argument.kind === 'tensor' ? parameterOf(argument.node, built, ctx) : undefined;
  if (!variable) return undefined;
  if (name === 'norm' && op === '<=' && c > 0) {
    const onto = (x: Node): Node => {
      const length = ir.sqrt(ir.maximum(ir.sum(ir.square(x)), ir.scalar(c * c)));
      return ir.mul(x, ir.div(ir.scalar(c), length));
    };
    return { variable, onto, words: 'projected onto the ball after every step' };
  }
  if (name === 'sum' && op === '==') {
    const size = sizeOf(variable.shape);
    const onto = (x: Node): Node => ir.sub(x, ir.div(ir.sub(ir.sum(x), ir.scalar(c)), ir.scalar(size)));
    return { variable, onto, words: 'projected onto the plane after every step' };
  }
  return undefined;
};

/**
 * Constraints that a projection takes care of in training by steps, one set for a parameter (clips may be two), and the rest. In a game a
 * constraint holds for all: each player whose parameters are in it pays for it, at one price (the variational equilibrium of Rosen 1965).
 */
export const projected = (
  { constraints, penalty }: Constrained,
  players: readonly Built[],
  rules: readonly Rule[],
  ctx: Context,
): {
  readonly projections: readonly Projection[];
  readonly rest: Constrained;
  readonly decisions: readonly Decision[];
} => {
  const projections: Projection[] = [];
  const decisions: Decision[] = [];
  const rest = constraints.filter((c) => {
    const [found] = players.flatMap((p, i) => {
      const one = projectionOf(c, { ...p, inside: players[0].inside }, ctx);
      return one && (one.entrywise || alongGradient(rules[i])) ? [one] : [];
    });
    const other = found && projections.find((p) => p.variable === found.variable);
    const taken = found && (!other || (other.words === found.words && found.words.startsWith('clipped')));
    if (taken) {
      projections.push(found);
      decisions.push(decision(c, found.words, 'the set has a projection in closed form'));
    }
    return !taken;
  });
  return { projections, rest: { constraints: rest, penalty }, decisions };
};

// ---------------------------------------------------------------- said and measured

export const decision = ({ text, condition }: Constraint, choice: string, reason: string): Decision => ({
  subject: 'constraint',
  choice: `${text}: ${choice}`,
  reason,
  span: condition.span,
});

interface Measured {
  readonly name: string;
  readonly node: Node;
  readonly compare: NonNullable<Evaluation['compare']>;
}

/** Is the constraint met? Said of its worst entry. */
export const measured = (condition: Condition, ctx: Context): Measured => {
  const { left, right, op } = sidesOf(condition, ctx);
  const bound = known(right);
  const entries = bound === undefined ? mapBinary('sub', left, right, condition.span, op) : left;
  const limit = bound ?? 0;
  const over = (most: 'max_over' | 'min_over', node: Node): Node =>
    node.shape.length === 0
      ? node
      : ir.reduce(
          most,
          node,
          node.shape.map((_, i) => i),
          false,
        );
  const { node } = entries;
  const farthest = (): Node => ir.add(over('max_over', ir.abs_(ir.sub(node, ir.scalar(limit)))), ir.scalar(limit));
  const worst =
    op === '<='
      ? over('max_over', node)
      : op === '>='
        ? over('min_over', node)
        : node.shape.length === 0
          ? node
          : farthest();
  return {
    name: writtenIn(condition.span, ctx.shared.sources),
    node: worst,
    compare: { op, bound: limit, slack: slack * Math.max(1, Math.abs(limit)) },
  };
};
