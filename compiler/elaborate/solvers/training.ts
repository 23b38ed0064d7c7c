/**
 * A training: which solver does it, and why. Where the structure allows one that needs no steps, it is taken; `by`, `batch` and
 * epochs ask for steps along gradients.
 */
import type { Span } from '../../../grammar/span.ts';
import type { ProblemExpr } from '../../../grammar/tree/problems.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import type { Decision, Solver } from '../../program.ts';
import { isMaximised, objectiveOf, parametersOf } from '../problems/built.ts';
import type { Built } from '../problems/built.ts';
import { aim, mentionsFitted } from './aimed.ts';
import { constraintsOf, decision, hasConstraints, projected } from '../problems/constraints.ts';
import type { Requirement } from '../problems/constraints.ts';
import type { Context, Feed } from '../context.ts';
import { describeRule, gradientSolver, usualRule, usualSteps } from './descent.ts';
import { enumerated, hasChoices } from './enumerated.ts';
import { inProblem, newProblem } from '../problems/objectives.ts';
import { ruleOf } from './optimisers.ts';
import type { Contestant } from '../problems/over.ts';
import { batchOf, durationOf } from './pace.ts';
import { checkRates } from './rates.ts';
import { dataOf } from '../protocols/steps.ts';
import type { TrainStep, Value, Rule } from '../values/values.ts';
import { alternating, constraintObstacle, fittedSolver, obstacle, structured, underConstraints } from './whole.ts';
import type { Task } from './whole.ts';

/** One `train on` of a problem. */
export interface Training {
  readonly problem: ProblemExpr;
  readonly contestants: readonly Contestant[];
  readonly data?: Value;
  readonly step?: TrainStep;
  readonly ctx: Context;
}

export interface Trained {
  readonly solver: Solver;
  /** What must not read evaluation data. */
  readonly loss: readonly { readonly node: Node; readonly span: Span }[];
  readonly feeds: readonly Feed[];
  readonly decisions: readonly Decision[];
}

const trained = (
  solver: Solver,
  built: readonly Built[],
  decisions: readonly Decision[],
  required: readonly Requirement[] = [],
): Trained => ({
  solver,
  loss: [
    ...built.map((b) => ({ node: b.loss, span: b.span })),
    ...required.map((c) => ({ node: c.excess, span: c.condition.span })),
  ],
  feeds: built.flatMap((b) => [...b.state.feeds.values()]),
  decisions: [...decisions, ...built.flatMap((b) => b.state.decisions)],
});

const taskOf = ({ problem, contestants: [{ player }], step, ctx }: Training, built: Built): Task => ({
  built,
  maximised: isMaximised(player),
  steps: durationOf(problem, step, [built.state], ctx).steps,
});

/** The first player's objective on all rows. */
const wholeOf = ({ contestants: [first], data, ctx }: Training): Built => objectiveOf(first, data, undefined, ctx);

const asksForSteps = ({ problem }: Training): boolean =>
  problem.batch !== undefined || problem.duration?.unit === 'epochs';

const bySpan = ({ problem }: Training): Span => problem.by[0]?.span ?? problem.span;

/** Members that are made from the rows; undefined where there are none. */
const fitted = (training: Training, said: boolean): Trained | undefined => {
  const { problem, contestants, ctx } = training;
  const { bound, player } = contestants[0];
  const fits = bound.some(({ value }) => value.kind === 'member' && mentionsFitted(value.model));
  if (contestants.length > 1 || !fits) return undefined;
  const data = dataOf(training.data);
  const stores = bound.flatMap((b) => (b.store.rows ? [b.store] : []));
  const from = aim(stores, data?.rows ?? 0, () => wholeOf(training), isMaximised(player));
  const whole = wholeOf(training);
  const solver = fittedSolver(taskOf(training, whole), data, from);
  if (!solver || !data) return undefined;
  const span = bySpan(training);
  if (hasConstraints(problem)) fail('L0602', span, { what: 'a constraint on a member that is fitted to the rows' });
  if (said) fail('L0602', span, { what: 'an update rule for a member that is fitted to the rows, not descended' });
  const { id, name, rows, leaves } = data;
  ctx.shared.data.set(id, { id, name, rows, leaves });
  const why: Decision = {
    subject: 'solver',
    choice: 'fitted to the rows',
    reason: 'the class has no fixed number of parameters: its members are made from the training rows',
    span: problem.span,
  };
  return trained(solver, [whole], [why]);
};

/** By the structure of the objective; a sentence where it leaves only steps along gradients. */
const byStructure = (training: Training): Trained | string => {
  const { problem, contestants, ctx } = training;
  const { span } = problem;
  const whole = wholeOf(training);
  if (contestants.length === 1 && hasChoices(whole)) {
    const found = enumerated(problem, taskOf(training, whole), ctx);
    return trained(found.solver, [whole], [{ ...found.decision, span }], found.required);
  }
  const constrained = constraintsOf(problem, whole, 'turns', ctx);
  const against =
    obstacle(contestants.length, whole, ctx) ?? (constrained && constraintObstacle(whole, constrained, ctx));
  if (against !== undefined) return against;
  if (constrained) {
    const why: Decision = {
      subject: 'solver',
      choice: 'augmented Lagrangian, each turn by L-BFGS',
      reason: 'the solution is constrained, and the objective is small and the same at every evaluation',
      span,
    };
    const solver = underConstraints(taskOf(training, whole), constrained, inProblem(ctx, whole.state));
    return trained(solver, [whole], [why], constrained.constraints);
  }
  const found = structured(taskOf(training, whole), ctx);
  return trained(found.solver, [whole], [{ ...found.decision, span }]);
};

/** `by em` */
const byExpectationMaximisation = (training: Training): Trained => {
  const { problem, contestants, data, ctx } = training;
  const span = bySpan(training);
  const posteriors: Node[] = [];
  const whole = objectiveOf(contestants[0], data, undefined, ctx, { posteriors });
  const against = asksForSteps(training)
    ? 'every turn reads all rows, so there are no batches and epochs'
    : obstacle(contestants.length, whole, ctx);
  if (against !== undefined) fail('L0602', span, { what: `\`em\` here: ${against}` });
  if (hasConstraints(problem)) fail('L0602', span, { what: '`em` under a constraint on the solution' });
  if (posteriors.length === 0)
    fail(
      'L0602',
      span,
      {
        what: '`em` without a latent variable: the objective has no log density of a mixture, or of a program that draws one of finitely many values',
      },
      { help: 'leave `by` out, and the compiler chooses a solver' },
    );
  const why: Decision = {
    subject: 'solver',
    choice: 'expectation-maximisation, each M-step by L-BFGS',
    reason: 'the spec says so; the components are summed over exactly',
    span,
  };
  return trained(alternating(taskOf(training, whole), posteriors, inProblem(ctx, whole.state)), [whole], [why]);
};

/** Along gradients; `against`: what the structure has against anything better. */
const bySteps = (
  training: Training,
  stated: readonly (Rule | undefined)[],
  said: boolean,
  against: string | undefined,
): Trained => {
  const { problem, contestants, data, step, ctx } = training;
  const { span } = problem;
  const batch = batchOf(problem, dataOf(data), ctx);
  const built = contestants.map((c) => objectiveOf(c, data, batch, ctx));
  const alone = built.length === 1 && built[0].state.games.length === 0;
  const rules = stated.map((rule, i) => rule ?? usualRule(parametersOf(built[i]), alone, ctx, bySpan(training)));
  const why: Decision = said
    ? {
        subject: 'solver',
        choice: [...new Set(rules.map(describeRule))].join('; '),
        reason: 'the spec says so',
        span: bySpan(training),
      }
    : against !== undefined
      ? { subject: 'solver', choice: 'Adam with a rate that falls along a cosine', reason: against, span }
      : {
          subject: 'solver',
          choice: describeRule(rules[0]),
          reason: 'a batch or a number of epochs is asked for, which steps along gradients need',
          span,
        };
  const states = built.map((b) => b.state);
  const duration = durationOf(problem, step, states, ctx);
  const howLong: Decision[] =
    duration.steps === undefined
      ? [
          {
            subject: 'duration',
            choice: `${usualSteps} steps`,
            reason: 'the spec does not say how long to train',
            span,
          },
        ]
      : [];
  const constrained = constraintsOf(problem, built[0], 'steps', ctx);
  const kept = constrained && projected(constrained, built, rules, ctx);
  const pulled = (kept?.rest.constraints ?? []).map((c) =>
    decision(c, 'augmented Lagrangian, its multiplier moved in every step', 'training goes by steps'),
  );
  const solver = gradientSolver(contestants, built, rules, duration, kept, ctx);
  states.forEach((s, i) => checkRates(s.rates, duration.steps ?? usualSteps, rules[i].span ?? bySpan(training)));
  const decisions = [why, ...howLong, ...(kept?.decisions ?? []), ...pulled];
  return trained(solver, built, decisions, constrained?.constraints);
};

export const train = (training: Training): Trained => {
  const { problem, contestants, ctx } = training;
  const data = dataOf(training.data);
  if (data?.rows === 0)
    fail('L0504', problem.on?.span ?? problem.span, {
      what: `there is nothing to train on: \`${data.name}\` has no rows`,
    });
  const stated = contestants.map(({ player }) =>
    ruleOf(player.by.length > 0 ? player.by : problem.by, inProblem(ctx, newProblem('train'))),
  );
  const said = problem.by.length > 0 || contestants.some((c) => c.player.by.length > 0);
  const fromRows = fitted(training, said);
  if (fromRows) return fromRows;
  if (stated.some((rule) => rule?.rule.solver === 'em')) return byExpectationMaximisation(training);
  const structural = said || asksForSteps(training) ? undefined : byStructure(training);
  return typeof structural === 'object' ? structural : bySteps(training, stated, said, structural);
};
