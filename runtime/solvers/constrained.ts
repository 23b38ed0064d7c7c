/**
 * Constraints by the augmented Lagrangian (Nocedal and Wright, framework 17.3): L-BFGS makes it small, then the multipliers move by
 * how far the constraints are off, and where that does not help the penalty grows. In doubles.
 */
import type { Solver } from '../../compiler/program.ts';
import type { Carried } from '../checkpoint.ts';
import { blame } from './exact.ts';
import { beginLbfgs, lbfgs } from './lbfgs.ts';
import type { Objective } from './line-search.ts';
import { carriedVector, flatten, inDoubles, valued } from './objective.ts';
import { beside } from './smooth.ts';
import type { Outcome, Training } from './training.ts';

const turns = 100;
/** Iterations of one turn. */
const iterations = 500;
/** Done where no constraint is off by more. */
const tolerance = 1e-8;
const largestPenalty = 1e9;

type ConstrainedSolver = Extract<Solver, { readonly kind: 'constrained' }>;

export const solveConstrained = async (solver: ConstrainedSolver, training: Training): Promise<Outcome> => {
  const { sources, where, carried, emit } = training;
  const { variables, program } = sources;
  const flat = flatten(program, solver.over);
  const ids = solver.multipliers.map((m) => m.id);
  const rest = flatten(program, [...ids, solver.penalty]);
  const all = flatten(program, [...solver.over, ...ids, solver.penalty]);
  const at = await inDoubles(solver, training, all);
  const begin = carried.tensors.get('all');
  let x = flat.pack(await variables.host(solver.over));
  // Multipliers one after the other, then the penalty.
  let held = rest.pack(await variables.host([...ids, solver.penalty]));
  if (begin) {
    x = Float64Array.from(begin.data.subarray(0, flat.size));
    held = Float64Array.from(begin.data.subarray(flat.size));
  }
  const whole = (point: Float64Array): Float64Array => {
    const both = new Float64Array(all.size);
    both.set(point);
    both.set(held, flat.size);
    return both;
  };
  const objective: Objective = (point) => Promise.resolve(valued(at(whole(point)), flat));
  const penaltyAt = held.length - 1;

  /** Moves the multipliers; how far the constraints are off. */
  const move = (point: Float64Array): number => {
    const outputs = at(whole(point));
    const penalty = held[penaltyAt];
    let off = 0;
    let i = 0;
    for (const { id, equal } of solver.multipliers)
      for (const g of outputs.get(`constraint:${id}`)!.data) {
        const moved = held[i] + penalty * g;
        const next = equal ? moved : Math.max(0, moved);
        off = Math.max(off, Math.abs(next - held[i]) / penalty);
        held[i] = next;
        i++;
      }
    return off;
  };

  let turn = carried.numbers.turn ?? 0;
  let before = carried.numbers.before ?? Infinity;
  let inner = carried.numbers.inner ?? 0;
  let reason = 'the number of turns was reached';
  const total = solver.steps ?? turns;
  while (turn < total) {
    const options = { iterations, tolerance: 1e-9, noise: 1e-15, each: () => Promise.resolve(true) };
    let found = await lbfgs(objective, await beginLbfgs(objective, x), options);
    if (turn === 0 && found.reason === 'gradient' && found.state.iteration === 0)
      found = await lbfgs(objective, await beginLbfgs(objective, beside(x, training.keys.draws)), options);
    if (found.reason === 'non-finite') return blame(solver, training, turn);
    if (found.reason === 'unbounded') {
      // Too weak a penalty may let the objective run away.
      held[penaltyAt] *= 10;
      if (held[penaltyAt] > largestPenalty)
        return {
          kind: 'no solution',
          message: `the objective seems to have no ${solver.sense === 'minimize' ? 'minimum' : 'maximum'} where the constraints are met`,
        };
      turn++;
      continue;
    }
    x = found.state.x;
    inner += found.state.iteration;
    const off = move(x);
    turn++;
    flat.put(x, variables);
    rest.put(held, variables);
    const value = at(whole(x)).get('objective')!.data[0];
    emit({ type: 'step', ...where, step: turn, total, epoch: 0, losses: { [where.label]: value } });
    if (off <= tolerance) {
      reason = 'every constraint is met, and the gradient of the Lagrangian vanished';
      break;
    }
    if (off > before / 4) {
      if (held[penaltyAt] >= largestPenalty) {
        reason = `the constraints cannot all be met: one stays off by ${Number(off.toPrecision(3))}`;
        emit({ type: 'warning', message: reason });
        break;
      }
      held[penaltyAt] *= 10;
    }
    before = off;
    const now = (): Carried => ({
      numbers: { turn, before, inner },
      tensors: new Map([['all', carriedVector(whole(x))]]),
    });
    if (await training.pause(turn, () => Promise.resolve(now())))
      return { kind: 'interrupted', step: turn, carried: now() };
  }
  flat.put(x, variables);
  rest.put(held, variables);
  emit({
    type: 'solved',
    ...where,
    solver: 'constrained',
    loss: at(whole(x)).get('objective')!.data[0],
    unknowns: flat.size,
    method: 'augmented Lagrangian, each turn by L-BFGS',
    iterations: inner,
    reason,
    precision: 'float64',
  });
  return { kind: 'done' };
};
