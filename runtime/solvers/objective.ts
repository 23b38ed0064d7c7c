/**
 * A loss over variables as a function of one vector of doubles, with its gradient: what the solvers without steps see.
 * It is computed in float64 in plain arrays, or in float32 on the engine where that would take too long.
 */
import type { Graph } from '../../compiler/ir/graph.ts';
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import { sizeOf } from '../../compiler/ir/shape.ts';
import { looksInRounds } from '../../compiler/passes/in-rounds.ts';
import { optimise } from '../../compiler/passes/index.ts';
import type { Program, Solver } from '../../compiler/program.ts';
import type { Buffer, Engine } from '../engines/engine.ts';
import { bind, keyValue, scalar, type Moment } from '../feeds.ts';
import { prepareNamed, wholeInputs } from '../oracle.ts';
import type { Variables } from '../variables.ts';
import { inHalves, type Halves } from './kept.ts';
import type { Objective } from './line-search.ts';
import type { Training } from './training.ts';
import { workOf } from './work.ts';

export type Whole = Extract<Solver, { readonly over: readonly string[] }>;

/** The loss that was made small, in the sense of the spec. */
export const asStated = ({ sense }: Whole, f: number): number => (sense === 'maximize' ? -f : f);

/** A vector of doubles, to be carried over an interruption. */
export const carriedVector = (data: Float64Array): ArrayValue => ({ dtype: 'float32', shape: [data.length], data });

/** Variables one after the other in one vector. */
export interface Flat {
  readonly ids: readonly string[];
  readonly size: number;
  pack(values: ReadonlyMap<string, ArrayValue>, prefix?: string): Float64Array;
  /** In doubles. */
  unpack(x: Float64Array): Map<string, ArrayValue>;
  /** Makes x what the variables hold, rounded. */
  put(x: Float64Array, variables: Variables): void;
  /** `f.W[1, 2]` */
  nameOf(index: number): string;
}

export const flatten = (program: Program, over: readonly string[]): Flat => {
  let size = 0;
  const parts = over.map((id) => {
    const variable = program.variables.get(id);
    if (!variable) throw new Error(`internal: no variable ${id}`);
    const part = { id, variable, begin: size, length: sizeOf(variable.shape) };
    size += part.length;
    return part;
  });
  return {
    ids: over,
    size,
    pack: (values, prefix = '') => {
      const x = new Float64Array(size);
      for (const { id, begin } of parts) x.set(values.get(prefix + id)!.data, begin);
      return x;
    },
    unpack: (x) =>
      new Map(
        parts.map(({ id, variable: { shape }, begin, length }) => [
          id,
          { dtype: 'float32', shape, data: x.slice(begin, begin + length) },
        ]),
      ),
    put: (x, variables) => {
      for (const { id, variable, begin, length } of parts)
        variables.put(id, {
          dtype: 'float32',
          shape: variable.shape,
          data: Float32Array.from(x.subarray(begin, begin + length)),
        });
    },
    nameOf: (index) => {
      const { variable, begin } = parts.findLast((part) => part.begin <= index)!;
      const place: number[] = [];
      let rest = index - begin;
      for (const d of variable.shape.toReversed()) {
        place.unshift(rest % d);
        rest = Math.floor(rest / d);
      }
      return place.length > 0 ? `${variable.name}[${place.join(', ')}]` : variable.name;
    },
  };
};

/** What is computed once may take some seconds in plain arrays. */
const patience = 2e8;

/** The inputs that stay: data, other variables, a key. */
const fixedInputs = async (solver: Whole, { sources, keys }: Training): Promise<Map<string, ArrayValue>> => {
  const { program, variables } = sources;
  const read = solver.graph.inputs.flatMap(({ operation }) =>
    operation.op === 'input' && operation.name.startsWith('var:') ? [operation.name.slice(4)] : [],
  );
  const values = await variables.host(new Set(read));
  return new Map([
    ...[...values].map(([id, value]) => [`var:${id}`, value] as const),
    ...wholeInputs(program, solver.feeds),
    ['key', keyValue(keys.draws)],
    ['step', scalar(0)],
    ['total', scalar(1)],
  ]);
};

const momentOf = ({ keys }: Training): Moment => ({ step: 0, total: 1, move: 0, key: keys.draws });

/** Runs a graph on the engine; the outputs are the caller's to release. */
const onEngine = (graph: Graph, solver: Whole, training: Training): ReadonlyMap<string, Buffer> => {
  const prepared = training.prepare(graph);
  const outputs = bind(prepared, solver.feeds, training.keys.orders, training.sources).run(momentOf(training));
  return new Map(prepared.outputs.map((name, i) => [name, outputs[i]]));
};

const onHost = async (engine: Engine, buffers: ReadonlyMap<string, Buffer>): Promise<Map<string, ArrayValue>> => {
  const values = await Promise.all([...buffers.values()].map((buffer) => engine.download(buffer)));
  for (const buffer of buffers.values()) engine.release(buffer);
  return new Map([...buffers.keys()].map((name, i) => [name, values[i]]));
};

export const halvesOf = (solver: Whole, { ids }: Flat): Halves => {
  const halves = inHalves(optimise(solver.graph), ids);
  return { ...halves, once: looksInRounds({ graph: halves.once, feeds: solver.feeds }).graph };
};

/** Every output of the solver's graph at x, in doubles. */
export const inDoubles = async (solver: Whole, training: Training, flat: Flat, halves = halvesOf(solver, flat)) => {
  const { once, each } = halves;
  const inputs = await fixedInputs(solver, training);
  const kept =
    workOf(once) <= patience
      ? prepareNamed(once, 'float64')(inputs)
      : await onHost(training.sources.engine, onEngine(once, solver, training));
  for (const [name, value] of kept) inputs.set(name, value);
  const run = prepareNamed(each, 'float64');
  return (x: Float64Array): Map<string, ArrayValue> => {
    for (const [id, value] of flat.unpack(x)) inputs.set(`var:${id}`, value);
    return run(inputs);
  };
};

/** What the objective is at a point, from the outputs of its graph. */
export const valued = (outputs: ReadonlyMap<string, ArrayValue>, flat: Flat) => ({
  f: outputs.get('loss')!.data[0],
  g: flat.pack(outputs, 'grad:'),
});

export const objectiveInDoubles = async (
  solver: Whole,
  training: Training,
  flat: Flat,
  halves: Halves,
): Promise<Objective> => {
  const at = await inDoubles(solver, training, flat, halves);
  return (x) => Promise.resolve(valued(at(x), flat));
};

/** Leaves the variables at the last x. `release`: when no more points are asked for. */
export const objectiveOnEngine = (
  solver: Whole,
  training: Training,
  flat: Flat,
  { once, each }: Halves,
): { readonly objective: Objective; release(): void } => {
  const { sources, prepare, keys } = training;
  const { engine, variables } = sources;
  const kept = once.outputs.length > 0 ? onEngine(once, solver, training) : new Map<string, Buffer>();
  const prepared = prepare(each);
  const bound = bind(prepared, solver.feeds, keys.orders, sources, kept);
  const moment = momentOf(training);
  return {
    objective: async (x) => {
      flat.put(x, variables);
      const outputs = bound.run(moment);
      return valued(await onHost(engine, new Map(prepared.outputs.map((name, i) => [name, outputs[i]]))), flat);
    },
    release: () => {
      for (const buffer of kept.values()) engine.release(buffer);
    },
  };
};
