/** Members that keep their rows, and trees grown from them: no descent. */
import { sizeOf } from '../../compiler/ir/shape.ts';
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import type { Solver, TreeOf } from '../../compiler/program.ts';
import { bind, dataOf, scalar } from '../feeds.ts';
import { growTree } from './tree.ts';
import { nothing, type Outcome, type Training } from './training.ts';

type Fitted = Extract<Solver, { readonly kind: 'fitted' }>;

/** Rows as a variable holds them: those that are too many room for repeat the last. */
const kept = (leaf: ArrayValue, shape: readonly number[]): ArrayValue => {
  const [most] = shape;
  const [rows] = leaf.shape;
  const width = sizeOf(shape.slice(1));
  const data = new Float32Array(most * width);
  data.set(leaf.data);
  for (let i = rows; i < most; i++) data.copyWithin(i * width, (rows - 1) * width, rows * width);
  return { dtype: 'float32', shape, data };
};

/** How far a part of a row may be from what the set holds to be the same. */
const rounding = 1e-5;

/** The numbers of the set where the objective asks for those: they come without rounding. */
const asHeld = (asked: ArrayValue, leaf: ArrayValue | undefined): ArrayValue => {
  if (leaf?.data.length !== asked.data.length) return asked;
  const same = asked.data.every((x, i) => Math.abs(x - leaf.data[i]) <= rounding * Math.max(1, Math.abs(x)));
  return same ? { ...asked, data: Float32Array.from(leaf.data) } : asked;
};

export const solveFitted = async (solver: Fitted, training: Training): Promise<Outcome> => {
  const { sources, where, keys, emit } = training;
  const { variables, program, engine } = sources;
  if (await training.pause(0, () => Promise.resolve(nothing)))
    return { kind: 'interrupted', step: 0, carried: nothing };
  const values = new Map<string, ArrayValue>();
  const put = (id: string, value: ArrayValue): void => {
    values.set(id, value);
    variables.put(id, value);
  };
  const data = dataOf(program, solver.data);
  const aims = training.prepare(solver.aims);
  const asked = bind(aims, solver.aimFeeds, keys.orders, sources).run({ step: 0, total: 1, move: 0, key: keys.draws });
  for (const { variable, leaf } of solver.rows) {
    const { shape } = program.variables.get(variable)!;
    const numbers = (await engine.download(asked[aims.outputs.indexOf(variable)])).data;
    const part: ArrayValue = { dtype: 'float32', shape: [data.rows, ...shape.slice(1)], data: numbers };
    put(variable, kept(asHeld(part, data.leaves[leaf]), shape));
  }
  asked.forEach((buffer) => engine.release(buffer));
  for (const count of solver.counts) put(count, scalar(data.rows));
  const shapeOf = (id: string): readonly number[] => program.variables.get(id)!.shape;
  const grow = (tree: TreeOf): void => {
    const x = values.get(tree.rows)!;
    const { features, thresholds, leaves } = growTree(
      x.data.subarray(0, data.rows * sizeOf(x.shape.slice(1))),
      values.get(tree.targets)!.data.subarray(0, data.rows),
      tree,
    );
    const array = (id: string, numbers: Float32Array): void =>
      put(id, { dtype: 'float32', shape: shapeOf(id), data: numbers });
    array(tree.features, features);
    array(tree.thresholds, thresholds);
    array(tree.leaves, leaves);
  };
  solver.trees.forEach(grow);
  const prepared = training.prepare(solver.graph);
  const outputs = bind(prepared, solver.feeds, keys.orders, sources).run({
    step: 0,
    total: 1,
    move: 0,
    key: keys.draws,
  });
  const loss = (await engine.download(outputs[prepared.outputs.indexOf('loss')])).data[0];
  outputs.forEach((buffer) => engine.release(buffer));
  const method = solver.trees.length > 0 ? 'a tree grown by the best splits' : 'the rows are kept';
  emit({ type: 'solved', ...where, solver: 'fitted', loss, unknowns: data.rows, method, precision: 'float32' });
  return { kind: 'done' };
};
