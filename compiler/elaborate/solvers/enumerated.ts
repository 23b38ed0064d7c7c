/**
 * Parameters that are one of finitely many values: all are tried. What else is trained is solved for at each point, so a change
 * point has the best line on either side of it. Constraints leave points out.
 */
import type { ProblemExpr } from '../../../grammar/tree/problems.ts';
import * as ir from '../../ir/build.ts';
import { graphOf } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import type { Decision, Solver, Variable } from '../../program.ts';
import { inputsOf } from '../problems/built.ts';
import type { Built } from '../problems/built.ts';
import { constraintsOf, requirementsOf } from '../problems/constraints.ts';
import type { Constrained, Requirement } from '../problems/constraints.ts';
import type { Context } from '../context.ts';
import { reads } from '../values/dependence.ts';
import { commonInputs } from '../members/inputs.ts';
import { feedsOf, inProblem } from '../problems/objectives.ts';
import { structured, underConstraints, wordOf } from './whole.ts';
import type { Task } from './whole.ts';

/** More points than this are not tried; fewer, where each is a problem of its own. */
const mostPoints = 2 ** 20;
const mostProblems = 2 ** 12;

const isTried = (v: Variable): boolean => v.choices !== undefined;

export const hasChoices = ({ variables }: Built): boolean => variables.some(isTried);

/** One of finitely many values for every entry. */
const pointsOf = (tried: readonly Variable[]): number =>
  tried.reduce((n, v) => n * (v.choices as number) ** sizeOf(v.shape), 1);

const inWords = (points: number): string =>
  `${points > 1e9 ? points.toExponential(0) : points.toLocaleString('en')} ${points === 1 ? 'point' : 'points'}`;

/** What is tried must matter. */
const checkTried = (tried: readonly Variable[], { loss, span }: Built, ctx: Context): void => {
  for (const v of tried) if (!inputsOf([v], ctx).some((x) => reads(loss, x))) fail('L0401', span, { name: v.name });
};

interface Found {
  readonly solver: Solver;
  readonly decision: Omit<Decision, 'span'>;
  readonly required?: readonly Requirement[];
}

type Rest = Extract<Solver, { readonly kind: 'exact' | 'lbfgs' | 'constrained' }>;

/** How the parameters that are not tried are found. */
const restOf = (
  own: Task,
  constrained: Constrained | undefined,
  ctx: Context,
): { readonly solver: Rest; readonly how: string; readonly why: string } => {
  if (constrained) {
    const solver = underConstraints(own, constrained, inProblem(ctx, own.built.state));
    return { solver: solver as Rest, how: 'an augmented Lagrangian', why: 'the solution is constrained' };
  }
  const { solver, decision } = structured(own, ctx);
  const how = solver.kind === 'exact' ? 'the exact solution' : 'L-BFGS';
  return { solver: solver as Rest, how, why: decision.reason };
};

export const enumerated = (problem: ProblemExpr, task: Task, ctx: Context): Found => {
  const { built, maximised, steps } = task;
  const tried = built.variables.filter(isTried);
  const others = built.variables.filter((v) => !isTried(v));
  const points = pointsOf(tried);
  const most = others.length > 0 ? mostProblems : mostPoints;
  if (points > most)
    fail('L0602', built.span, {
      what: `${inWords(points)} to try for ${tried.map((v) => `\`${v.name}\``).join(', ')}, where ${most.toLocaleString('en')} are the most`,
    });
  checkTried(tried, built, ctx);
  const inputs = (variables: readonly Variable[]): Node[] => inputsOf(variables, ctx);
  const ofOthers = ({ excess }: Requirement): boolean => inputs(others).some((x) => reads(excess, x));
  const all = requirementsOf(problem, built, ctx);
  const required = all.filter((r) => !ofOthers(r));
  const nameOf = (i: number): string => `constraint:${i}`;
  const constraints = required.map(({ equal, condition: { compare } }, i) => ({
    output: nameOf(i),
    equal,
    strict: compare?.op === '<' || compare?.op === '>',
  }));
  const names = tried.map((v) => v.id);
  if (others.length > 0) {
    const own: Task = { ...task, built: { ...built, variables: others, bound: [] } };
    const constrained = all.some(ofOthers) ? constraintsOf(problem, built, 'turns', ctx) : undefined;
    const under = constrained && { ...constrained, constraints: constrained.constraints.filter(ofOthers) };
    const { solver, how, why } = restOf(own, under, ctx);
    const { graph, over } = solver;
    const outputs = [...graph.outputs, ...required.map(({ excess }, i) => ({ name: nameOf(i), node: excess }))];
    return {
      solver: {
        ...solver,
        kind: 'enumerated',
        over,
        graph: graphOf(outputs, commonInputs),
        tried: names,
        rest: solver.kind,
        ...(solver.kind === 'constrained' && { under: solver }),
        constraints,
      },
      decision: {
        subject: 'solver',
        choice: `all of ${inWords(points)}, at each ${how}`,
        reason: `${wordOf(tried.length)} of finitely many values; else ${why}`,
      },
      required: all,
    };
  }
  const loss = maximised ? ir.neg(built.loss) : built.loss;
  const outputs = [
    { name: 'loss', node: loss },
    ...required.map(({ excess }, i) => ({ name: nameOf(i), node: excess })),
  ];
  return {
    solver: {
      kind: 'enumerated',
      graph: graphOf(outputs, commonInputs),
      feeds: feedsOf(built.state.feeds.values()),
      over: [],
      sense: maximised ? 'maximize' : 'minimize',
      steps,
      tried: names,
      constraints,
    },
    decision: { subject: 'solver', choice: `all of ${inWords(points)}`, reason: 'the set is finite' },
  };
};
