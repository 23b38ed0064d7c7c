/** All values of finitely many: the best point that the constraints allow, with the other variables solved for at each. */
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import { sizeOf } from '../../compiler/ir/shape.ts';
import type { Solver, Variable } from '../../compiler/program.ts';
import type { Carried } from '../checkpoint.ts';
import { bind } from '../feeds.ts';
import { solveConstrained } from './constrained.ts';
import { blame, solveExactly } from './exact.ts';
import { asStated, flatten, inDoubles, type Flat } from './objective.ts';
import { solveSmooth } from './smooth.ts';
import { nothing, type Outcome, type Training } from './training.ts';
import { workOf } from './work.ts';

type Enumerated = Extract<Solver, { readonly kind: 'enumerated' }>;
type Outputs = ReadonlyMap<string, ArrayValue>;

/** Up to so much work, a point is faster in plain arrays than on an engine. */
const cheap = 5e6;
/** A constraint is met up to rounding. */
const rounding = 1e-6;

const basesOf = (tried: readonly Variable[]): number[] =>
  tried.flatMap((v) => new Array<number>(sizeOf(v.shape)).fill(v.choices as number));

/** Point k: k in digits, one an entry, the last changing fastest. */
const pointAt = (k: number, bases: readonly number[]): Float64Array => {
  const digits = new Float64Array(bases.length);
  let rest = k;
  for (let i = bases.length - 1; i >= 0; i--) {
    digits[i] = rest % bases[i];
    rest = Math.floor(rest / bases[i]);
  }
  return digits;
};

const isAllowed = (outputs: Outputs, { constraints }: Enumerated): boolean =>
  constraints.every(({ output, equal, strict }) =>
    Array.from(outputs.get(output)!.data).every((x) =>
      equal ? Math.abs(x) <= rounding : strict ? x < -rounding : x <= rounding,
    ),
  );

const onEngine = (solver: Enumerated, training: Training, flat: Flat) => {
  const { sources, keys } = training;
  const prepared = training.prepare(solver.graph);
  const bound = bind(prepared, solver.feeds, keys.orders, sources);
  return async (x: Float64Array): Promise<Outputs> => {
    flat.put(x, sources.variables);
    const buffers = bound.run({ step: 0, total: 1, move: 0, key: keys.draws });
    const values = await Promise.all(buffers.map((buffer) => sources.engine.download(buffer)));
    buffers.forEach((buffer) => sources.engine.release(buffer));
    return new Map(prepared.outputs.map((name, i) => [name, values[i]]));
  };
};

/** The loss at a point, to be made small: infinite where the point is not allowed; or why there is none. */
type Trial = (x: Float64Array) => Promise<number | Outcome>;

interface Setting {
  readonly solver: Enumerated;
  readonly training: Training;
  readonly flat: Flat;
  /** What the other variables begin at. */
  readonly starts: ReadonlyMap<string, ArrayValue>;
}

const plainTrial = async ({ solver, training, flat }: Setting): Promise<Trial> => {
  const inPlainArrays = workOf(solver.graph) <= cheap;
  const at = inPlainArrays ? await inDoubles(solver, training, flat) : onEngine(solver, training, flat);
  return async (x) => {
    const outputs = await at(x);
    return isAllowed(outputs, solver) ? outputs.get('loss')!.data[0] : Infinity;
  };
};

/** How the other variables are solved for at a point. */
const solverOfRest = (solver: Enumerated): ((inner: Training) => Promise<Outcome>) => {
  const { rest, under } = solver;
  if (under) return (inner) => solveConstrained({ ...solver, ...under, kind: 'constrained' }, inner);
  return (inner) => (rest === 'exact' ? solveExactly : solveSmooth)(solver, inner);
};

/** The other variables begin where they began, and are solved for. */
const solvedTrial = async ({ solver, training, flat, starts }: Setting): Promise<Trial> => {
  const { variables } = training.sources;
  const solve = solverOfRest(solver);
  const at = solver.constraints.length > 0 ? await inDoubles(solver, training, flat) : undefined;
  return async (x) => {
    if (at && !isAllowed(at(x), solver)) return Infinity;
    flat.put(x, variables);
    for (const [id, value] of starts) variables.put(id, value);
    let loss = NaN;
    let unmet = false;
    const inner: Training = {
      ...training,
      begin: 0,
      carried: nothing,
      emit: (event) => {
        if (event.type === 'solved') ({ loss } = event);
        // The constraints cannot be met here.
        if (event.type === 'warning') unmet = true;
      },
      pause: () => Promise.resolve(false),
    };
    const outcome = await solve(inner);
    if (solver.under && (unmet || outcome.kind === 'no solution')) return Infinity;
    return outcome.kind === 'done' ? asStated(solver, loss) : outcome;
  };
};

/** What is solved for, and what that needs. */
const variablesOf = ({ over, under }: Enumerated): string[] => [
  ...over,
  ...(under ? [...under.multipliers.map(({ id }) => id), under.penalty] : []),
];

export const solveEnumerated = async (solver: Enumerated, training: Training): Promise<Outcome> => {
  const { sources, where, emit, carried } = training;
  const flat = flatten(sources.program, solver.tried);
  const bases = basesOf(solver.tried.map((id) => sources.program.variables.get(id)!));
  const points = bases.reduce((n, base) => n * base, 1);
  const starts = carried.tensors.size > 0 ? carried.tensors : await sources.variables.host(variablesOf(solver));
  const trial = await (solver.rest ? solvedTrial : plainTrial)({ solver, training, flat, starts });
  const every = Math.max(1, Math.floor(points / 100));
  let best = carried.numbers.best ?? -1;
  let least = carried.numbers.least ?? Infinity;
  for (let k = training.begin; k < points; k++) {
    const now: Carried = { numbers: best < 0 ? {} : { best, least }, tensors: starts };
    if (k % every === 0 && (await training.pause(k, () => Promise.resolve(now))))
      return { kind: 'interrupted', step: k, carried: now };
    const loss = await trial(pointAt(k, bases));
    if (typeof loss !== 'number') return loss;
    if (loss < least) [best, least] = [k, loss];
    const losses = { [where.label]: asStated(solver, least) };
    if (best >= 0 && (k + 1) % every === 0)
      emit({ type: 'step', ...where, step: k + 1, total: points, epoch: 0, losses });
  }
  if (best < 0)
    return solver.constraints.length > 0 || solver.under
      ? { kind: 'no solution', message: `of ${points} points none meets the constraints with a finite objective` }
      : blame(solver, training, 0);
  const point = pointAt(best, bases);
  if (solver.rest) await trial(point);
  flat.put(point, sources.variables);
  emit({
    type: 'solved',
    ...where,
    solver: 'enumerated',
    loss: asStated(solver, least),
    unknowns: points,
    method: 'every point tried',
    precision: workOf(solver.graph) <= cheap ? 'float64' : 'float32',
  });
  return { kind: 'done' };
};
