/**
 * A small smooth problem by L-BFGS: in doubles where an evaluation is cheap, since a line search in float32 stalls before the optimum.
 */
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import type { Carried } from '../checkpoint.ts';
import { uniformBits, type Key } from '../random.ts';
import { blame } from './exact.ts';
import { beginLbfgs, lbfgs, type LbfgsState } from './lbfgs.ts';
import {
  asStated,
  carriedVector,
  flatten,
  objectiveInDoubles,
  objectiveOnEngine,
  halvesOf,
  type Whole,
} from './objective.ts';
import type { Outcome, Training } from './training.ts';
import { workOf } from './work.ts';

/** Up to this much work an evaluation takes some hundredths of a second in plain arrays. */
const cheap = 5e6;
const iterations = 1000;

const carriedOf = ({ x, f, g, pairs, iteration, stalls }: LbfgsState): Carried => ({
  numbers: { f, iteration, stalls, pairs: pairs.length },
  tensors: new Map([
    ['x', carriedVector(x)],
    ['g', carriedVector(g)],
    ...pairs.flatMap(({ s, y }, i): [string, ArrayValue][] => [
      [`s${i}`, carriedVector(s)],
      [`y${i}`, carriedVector(y)],
    ]),
  ]),
});

const stateOf = ({ numbers, tensors }: Carried): LbfgsState => {
  const vector = (name: string): Float64Array => Float64Array.from(tensors.get(name)!.data);
  const pairs = Array.from({ length: numbers.pairs }, (_, i) => ({ s: vector(`s${i}`), y: vector(`y${i}`) }));
  return { x: vector('x'), f: numbers.f, g: vector('g'), pairs, iteration: numbers.iteration, stalls: numbers.stalls };
};

const inWords = {
  gradient: 'the gradient vanished',
  'no progress': 'no further progress within rounding',
  iterations: 'the number of iterations was reached',
} as const;

/** A start with no slope may be a saddle (all weights zero), which a search from a little beside it finds out. */
export const beside = (x: Float64Array, key: Key): Float64Array => {
  const bits = uniformBits(key, x.length);
  return x.map((value, i) => value + 1e-3 * Math.max(1, Math.abs(value)) * (bits[i] / 2 ** 31 - 1));
};

export const solveSmooth = async (solver: Whole, training: Training): Promise<Outcome> => {
  const { sources, where, carried, emit } = training;
  const { variables, program } = sources;
  const flat = flatten(program, solver.over);
  const halves = halvesOf(solver, flat);
  const precision = workOf(halves.each) <= cheap ? 'float64' : 'float32';
  const onEngine = precision === 'float32' ? objectiveOnEngine(solver, training, flat, halves) : undefined;
  const objective = onEngine?.objective ?? (await objectiveInDoubles(solver, training, flat, halves));
  const total = solver.steps ?? iterations;

  const begin = carried.tensors.has('x')
    ? stateOf(carried)
    : await beginLbfgs(objective, flat.pack(await variables.host(solver.over)));
  const search = (from: LbfgsState) =>
    lbfgs(objective, from, {
      iterations: total,
      tolerance: precision === 'float64' ? 1e-9 : 1e-5,
      noise: precision === 'float64' ? 1e-15 : 3e-7,
      each: async (now) => {
        const { iteration: step, f } = now;
        if (step <= 10 || step % 10 === 0)
          emit({ type: 'step', ...where, step, total, epoch: 0, losses: { [where.label]: asStated(solver, f) } });
        flat.put(now.x, variables);
        return !(await training.pause(step, () => Promise.resolve(carriedOf(now))));
      },
    });
  let found = await search(begin);
  if (found.reason === 'gradient' && found.state.iteration === 0) {
    const other = await search(await beginLbfgs(objective, beside(begin.x, training.keys.draws)));
    const gain = found.state.f - other.state.f;
    const ended = other.reason === 'stopped' || other.reason === 'unbounded';
    if (ended || gain > 1e-6 * Math.max(1, Math.abs(found.state.f))) found = other;
  }
  onEngine?.release();
  const { state, reason } = found;
  flat.put(state.x, variables);
  if (reason === 'stopped') return { kind: 'interrupted', step: state.iteration, carried: carriedOf(state) };
  if (reason === 'non-finite') return blame(solver, training, state.iteration);
  if (reason === 'unbounded') {
    const extreme = solver.sense === 'minimize' ? 'minimum: it falls' : 'maximum: it rises';
    return { kind: 'no solution', message: `the objective seems to have no ${extreme} without end along the search` };
  }
  emit({
    type: 'solved',
    ...where,
    solver: 'lbfgs',
    loss: asStated(solver, state.f),
    unknowns: flat.size,
    method: 'L-BFGS, ten pairs, strong-Wolfe line search',
    iterations: state.iteration,
    reason: inWords[reason],
    precision,
  });
  return { kind: 'done' };
};
