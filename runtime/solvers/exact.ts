/**
 * A quadratic loss solved exactly in double precision, or a solution that the graph itself computes (`closed`).
 */
import type { Solved } from '../events.ts';
import { findCulprit, inputNames } from '../finite.ts';
import { bind } from '../feeds.ts';
import { asStated, flatten, inDoubles, type Flat, type Whole } from './objective.ts';
import type { Unbounded } from './minimum.ts';
import { solveQuadratic } from './quadratic.ts';
import { nothing, type Outcome, type Training } from './training.ts';
import { largest } from './vectors.ts';

/** The direction in the names of the unknowns that make most of it. */
const explain = ({ reason, along }: Unbounded, flat: Flat, sense: Whole['sense']): string => {
  const most = largest(along);
  const big = [...along.keys()]
    .filter((i) => Math.abs(along[i]) > 0.3 * most)
    .sort((i, j) => Math.abs(along[j]) - Math.abs(along[i]));
  const named = big.slice(0, 3).map((i) => `${flat.nameOf(i)} (by ${along[i].toPrecision(2)})`);
  const way = `${named.join(', ')}${big.length > 3 ? ` and ${big.length - 3} more` : ''}`;
  const [extreme, verb] = sense === 'minimize' ? ['minimum', 'falls'] : ['maximum', 'rises'];
  return reason === 'negative curvature'
    ? `the objective has no ${extreme}: it is curved the wrong way and ${verb} without end when one moves ${way}`
    : `the objective has no ${extreme}: it ${verb} without end, in a straight line, when one moves ${way}`;
};

/** The variables are those before: which instruction of the graph gives what is not finite? */
export const blame = async (solver: Whole, training: Training, step: number): Promise<Outcome> => {
  const { sources, keys } = training;
  const prepared = training.prepare(solver.graph);
  const bound = bind(prepared, solver.feeds, keys.orders, sources);
  const { inputs, release } = bound.fill({ step: 0, total: 1, move: 0, key: keys.draws });
  const culprit = await findCulprit(sources.engine, prepared, inputs, inputNames(sources.program));
  release();
  return { kind: 'non-finite', step, what: 'the loss or its gradient', culprit, carried: nothing };
};

const stopped = new Error('stopped');

export const solveExactly = async (solver: Whole, training: Training): Promise<Outcome> => {
  const { sources, where } = training;
  const { variables, program } = sources;
  const flat = flatten(program, solver.over);
  const at = await inDoubles(solver, training, flat);
  const now = flat.pack(await variables.host(solver.over));
  const closed = solver.over.every((id) => solver.graph.outputs.some(({ name }) => name === `var:${id}`));
  const finish = (
    x: Float64Array,
    report: Pick<Solved, 'solver' | 'method' | 'rank' | 'condition' | 'residual'>,
  ): Outcome => {
    flat.put(x, variables);
    const loss = asStated(solver, at(x).get('loss')?.data[0] ?? NaN);
    training.emit({ type: 'solved', ...where, loss, unknowns: flat.size, precision: 'float64', ...report });
    return { kind: 'done' };
  };

  if (closed) {
    const x = flat.pack(at(now), 'var:');
    return x.every(Number.isFinite)
      ? finish(x, { solver: 'closed', method: 'closed form' })
      : blame(solver, training, 0);
  }
  try {
    const answer = await solveQuadratic(async (x) => {
      if (await training.pause(0, () => Promise.resolve(nothing))) throw stopped;
      return flat.pack(at(x), 'grad:');
    }, flat.size);
    if (answer.kind === 'unbounded') return { kind: 'no solution', message: explain(answer, flat, solver.sense) };
    if (answer.kind === 'non-finite') return blame(solver, training, 0);
    const { x, method, rank, condition, residual } = answer;
    return finish(x, { solver: 'exact', method, rank, condition, residual });
  } catch (error) {
    if (error === stopped) return { kind: 'interrupted', step: 0, carried: nothing };
    throw error;
  }
};
