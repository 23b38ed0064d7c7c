/**
 * Expectation-maximisation: the posteriors of the components are held at the parameters as they are, then the bound is made best by
 * L-BFGS, in turns. In doubles. The loss of each turn is the true one, since the bound touches it where it was made.
 */
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import type { Carried } from '../checkpoint.ts';
import { blame } from './exact.ts';
import { beginLbfgs, lbfgs } from './lbfgs.ts';
import type { Objective } from './line-search.ts';
import { flatten, inDoubles, type Whole } from './objective.ts';
import type { Outcome, Training } from './training.ts';

const turns = 500;
/** Iterations of one M-step: it need not be exact, only better. */
const iterations = 50;
/** Done where a turn gains less than this, relative to the loss. */
const gain = 1e-10;

const double = (data: Float64Array): ArrayValue => ({ dtype: 'float32', shape: [data.length], data });

export const solveByEm = async (solver: Whole, training: Training): Promise<Outcome> => {
  const { sources, where, carried, emit } = training;
  const { variables, program } = sources;
  const flat = flatten(program, solver.over);
  const at = await inDoubles(solver, training, flatten(program, [...solver.over, ...(solver.held ?? [])]));
  /** The bound that touches the loss at `touching`. */
  const boundAt = (touching: Float64Array): Objective => {
    const both = new Float64Array(2 * flat.size);
    both.set(touching, flat.size);
    return (x) => {
      both.set(x);
      const outputs = at(both);
      return Promise.resolve({ f: outputs.get('loss')!.data[0], g: flat.pack(outputs, 'grad:') });
    };
  };
  const put = (x: Float64Array): void => {
    for (const [id, value] of flat.unpack(x, 'float32')) variables.put(id, value);
  };
  const signed = (f: number): number => (solver.sense === 'maximize' ? -f : f);
  const total = solver.steps ?? turns;

  const before = carried.tensors.get('x');
  let x = before ? Float64Array.from(before.data) : flat.pack(await variables.host(solver.over));
  let turn = carried.numbers.turn ?? 0;
  let f = (await boundAt(x)(x)).f;
  let reason = 'the number of turns was reached';
  while (turn < total) {
    const bound = boundAt(x);
    const better = await lbfgs(bound, await beginLbfgs(bound, x), {
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
    const next = (await boundAt(better.state.x)(better.state.x)).f;
    const room = Math.max(1, Math.abs(f));
    if (!(next <= f + 1e-9 * room))
      return {
        kind: 'no solution',
        message:
          'a turn of em made the objective worse: it must be a sum of log densities, each with a weight that is not negative',
      };
    turn++;
    const gained = f - next;
    f = next;
    x = better.state.x;
    put(x);
    if (turn <= 10 || turn % 10 === 0)
      emit({ type: 'step', ...where, step: turn, total, epoch: 0, losses: { [where.label]: signed(f) } });
    const state: Carried = { numbers: { turn }, tensors: new Map([['x', double(x)]]) };
    if (await training.pause(turn, () => Promise.resolve(state)))
      return { kind: 'interrupted', step: turn, carried: state };
    if (gained <= gain * room) {
      reason = 'no further progress within rounding';
      break;
    }
  }
  put(x);
  emit({
    type: 'solved',
    ...where,
    solver: 'em',
    loss: signed(f),
    unknowns: flat.size,
    method: 'expectation-maximisation, each M-step by L-BFGS',
    iterations: turn,
    reason,
    precision: 'float64',
  });
  return { kind: 'done' };
};
