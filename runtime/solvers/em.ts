/**
 * Expectation-maximisation: the posteriors of the components are held at the parameters as they are, then the bound is made best by
 * L-BFGS, in turns. In doubles. The loss of each turn is the true one, since the bound touches it where it was made.
 */
import type { Solver } from '../../compiler/program.ts';
import type { Carried } from '../checkpoint.ts';
import { blame } from './exact.ts';
import { beginLbfgs, lbfgs, type LbfgsState } from './lbfgs.ts';
import type { Objective } from './line-search.ts';
import { asStated, carriedVector, flatten, inDoubles, valued } from './objective.ts';
import type { Outcome, Training } from './training.ts';

const turns = 500;
/** Iterations of one M-step: it need not be exact, only better. */
const iterations = 50;
/** Done where a turn gains less than this, relative to the loss. */
const gain = 1e-10;

type Em = Extract<Solver, { readonly kind: 'em' }>;

export const solveByEm = async (solver: Em, training: Training): Promise<Outcome> => {
  const { sources, where, carried, emit } = training;
  const { variables, program } = sources;
  const flat = flatten(program, solver.over);
  const at = await inDoubles(solver, training, flatten(program, [...solver.over, ...solver.held]));
  /** The bound that touches the loss at `place`. */
  const boundAt = (place: Float64Array): Objective => {
    const both = new Float64Array(2 * flat.size);
    both.set(place, flat.size);
    return (x) => {
      both.set(x);
      return Promise.resolve(valued(at(both), flat));
    };
  };
  const touching = (x: Float64Array): Promise<LbfgsState> => beginLbfgs(boundAt(x), x);
  const total = solver.steps ?? turns;

  const before = carried.tensors.get('x');
  let state = await touching(before ? Float64Array.from(before.data) : flat.pack(await variables.host(solver.over)));
  let turn = carried.numbers.turn ?? 0;
  let reason = 'the number of turns was reached';
  while (turn < total) {
    const better = await lbfgs(boundAt(state.x), state, {
      iterations,
      tolerance: 1e-9,
      noise: 1e-15,
      each: () => Promise.resolve(true),
    });
    if (better.reason === 'non-finite') return blame(solver, training, turn);
    if (better.reason === 'unbounded')
      return {
        kind: 'no solution',
        message:
          'the bound of a turn seems to have no optimum: a component shrinks onto a point, or a log density is to be made small',
      };
    const next = await touching(better.state.x);
    const room = Math.max(1, Math.abs(state.f));
    if (!(next.f <= state.f + 1e-9 * room))
      return {
        kind: 'no solution',
        message:
          'a turn of em made the objective worse: it must be a sum of log densities, each with a weight that is not negative',
      };
    turn++;
    const gained = state.f - next.f;
    state = next;
    flat.put(state.x, variables);
    if (turn <= 10 || turn % 10 === 0)
      emit({
        type: 'step',
        ...where,
        step: turn,
        total,
        epoch: 0,
        losses: { [where.label]: asStated(solver, state.f) },
      });
    const now: Carried = { numbers: { turn }, tensors: new Map([['x', carriedVector(state.x)]]) };
    if (await training.pause(turn, () => Promise.resolve(now)))
      return { kind: 'interrupted', step: turn, carried: now };
    if (gained <= gain * room) {
      reason = 'no further progress within rounding';
      break;
    }
  }
  flat.put(state.x, variables);
  emit({
    type: 'solved',
    ...where,
    solver: 'em',
    loss: asStated(solver, state.f),
    unknowns: flat.size,
    method: 'expectation-maximisation, each M-step by L-BFGS',
    iterations: turn,
    reason,
    precision: 'float64',
  });
  return { kind: 'done' };
};
