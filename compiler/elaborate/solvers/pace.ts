/** How many rows a step, how many steps, and which of the players moves in which of them. */
import type { Player, ProblemExpr } from '../../../grammar/tree/problems.ts';
import { diagnose, fail } from '../../messages.ts';
import type { Context, ProblemContext } from '../context.ts';
import { asCount, asStatic } from '../values/describe.ts';
import type { Data, TrainStep } from '../values/values.ts';

/** Sets up to this size are used whole where no batch is asked for. */
const wholeUpTo = 1024;
const usualBatch = 128;

export const batchOf = (problem: ProblemExpr, data: Data | undefined, ctx: Context): number | undefined => {
  if (problem.batch) {
    const batch = asCount(ctx.shared.run.evaluate(problem.batch, ctx), problem.batch.span, '`batch`');
    if (batch < 1) fail('L0302', problem.batch.span, { expected: 'at least 1', seen: String(batch), where: '`batch`' });
    return batch;
  }
  return data && data.rows > wholeUpTo ? usualBatch : undefined;
};

export interface Duration {
  /** Undefined where nobody says. */
  readonly steps?: number;
  readonly stepsPerEpoch: number;
}

/** Steps of the training, and in how many of them every row is seen once. */
export const durationOf = (
  problem: ProblemExpr,
  protocol: TrainStep | undefined,
  states: readonly ProblemContext[],
  ctx: Context,
): Duration => {
  const perEpoch = Math.max(
    0,
    ...states.flatMap((s) => [...s.feeds.values()].map((f) => Math.max(1, Math.floor(f.data.rows / f.rows)))),
  );
  const stepsPerEpoch = perEpoch === 0 ? 1 : perEpoch;
  const unit = protocol?.unit ?? problem.duration?.unit;
  const count =
    protocol?.count ??
    (problem.duration &&
      asCount(ctx.shared.run.evaluate(problem.duration.count, ctx), problem.duration.count.span, 'the duration'));
  if (count === undefined || unit === undefined) return { steps: undefined, stepsPerEpoch };
  if (count === 0)
    ctx.shared.diagnostics.push(diagnose('L0906', problem.duration?.span ?? problem.span, { why: 'duration' }));
  if (unit === 'epochs' && perEpoch === 0)
    fail(
      'L0602',
      problem.duration?.span ?? problem.span,
      { what: 'an epoch is a pass over a data set, and this objective reads none', slip: 'epochs' },
      { help: 'say how many steps: `for 1000 steps`' },
    );
  return { steps: unit === 'epochs' ? count * stepsPerEpoch : count, stepsPerEpoch };
};

/** How often a player moves: once in `every` steps, or `times` within each. */
export interface Pace {
  readonly every: number;
  readonly times: number;
}

/** `every 5 steps`, or `every 1 / 5 steps`: five times a step. */
export const paceOf = (player: Player, ctx: Context): Pace => {
  if (!player.every) return { every: 1, times: 1 };
  const { span } = player.every;
  const every = asStatic(ctx.shared.run.evaluate(player.every, ctx), span, '`every`');
  if (Number.isInteger(every) && every >= 1) return { every, times: 1 };
  const times = Math.round(1 / every);
  if (every > 0 && every < 1 && Math.abs(every * times - 1) < 1e-6) return { every: 1, times };
  return fail('L0302', span, {
    expected: 'a number of steps, 1 or more, or `1 / n` for n moves a step',
    seen: String(every),
    where: '`every`',
  });
};
