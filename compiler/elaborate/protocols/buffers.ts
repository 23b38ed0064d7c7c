/**
 * `buffer B[capacity]`, `collect n from P into B`: rows that come while training. The latest `capacity` of them are variables of the training,
 * an array for each leaf of a row, with the number of all that ever came. Collecting is a graph of its own that runs before the
 * players move: of `unfold` it takes the next entries of one running sequence, of anything else draws.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { graphOf } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import type { PlayerStep, Variable } from '../../program.ts';
import { printSpace, R } from '../../spaces/space.ts';
import { carriedForm } from '../expressions/carried.ts';
import { inAxes, newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { describe, mapTensors, tensorsOf } from '../values/describe.ts';
import { draws } from '../distributions/distributions.ts';
import { commonInputs } from '../members/inputs.ts';
import { feedsOf, inProblem, newProblem } from '../problems/objectives.ts';
import { heldOf } from '../data/buffer-rows.ts';
import { expandAxes, selectTensors, tensor, unionAxes } from '../values/tensors.ts';
import type { Buffer, Dist, Process, Template, Tensor, Value } from '../values/values.ts';
import { makeVariable, uniqueId, variableInput } from '../members/variables.ts';

// ---------------------------------------------------------------- collecting

/** Where the leaves of a row stand. */
export const templateOf = (row: Value, span: Span): Template => {
  let leaf = 0;
  const part = (v: Value): Template => {
    switch (v.kind) {
      case 'tensor':
        return { kind: 'leaf', leaf: leaf++, space: v.space };
      case 'tuple':
        return { kind: 'tuple', items: v.items.map(part) };
      case 'record':
        return { kind: 'record', fields: new Map([...v.fields].map(([k, x]) => [k, part(x)])) };
      default:
        return fail('L0302', span, {
          expected: 'numbers, arrays, tuples or records',
          seen: describe(v),
          where: 'a row',
        });
    }
  };
  return part(row);
};

const zeroOf = (t: Tensor, front: readonly number[]): Node =>
  ir.cast(ir.full(0, [...front, ...t.node.shape.slice(t.axes.length)]), t.node.dtype);

const newVariable = (name: string, like: Tensor, initial: Node, ctx: Context, span: Span): Variable =>
  makeVariable(
    {
      id: uniqueId(name, ctx),
      name,
      role: 'statistic',
      dtype: initial.dtype,
      shape: initial.shape,
      space: printSpace(like.space),
      span,
    },
    initial,
    ctx,
  );

/** Made at the first `collect`; a later one must bring the same kind of rows. */
const openBuffer = (buffer: Buffer, row: Value, ctx: Context, span: Span) => {
  const template = templateOf(row, span);
  const leaves = tensorsOf(row);
  const { held } = buffer.content;
  if (held) {
    const own = held.leaves.map((v) => `${v.dtype}[${v.shape.slice(1).join()}] ${v.space}`);
    const seen = leaves.map(
      (t) => `${t.node.dtype}[${t.node.shape.slice(t.axes.length).join()}] ${printSpace(t.space)}`,
    );
    if (own.join() !== seen.join())
      fail('L0304', span, {
        name: `what is collected into \`${buffer.name}\``,
        expected: `(${held.leaves.map((v) => v.space).join(', ')})`,
        seen: describe(row),
      });
    return held;
  }
  const made = {
    template,
    leaves: leaves.map((t, i) => newVariable(`${buffer.name}.${i}`, t, zeroOf(t, [buffer.capacity]), ctx, span)),
    count: newVariable(`${buffer.name}.count`, tensor(ir.scalar(0), [], R()), ir.scalar(0), ctx, span),
  };
  buffer.content.held = made;
  return made;
};

/** The arrays with n rows written behind the last, round and round. `rows`: [n, ...] each. */
const written = (buffer: Buffer, n: number, rows: readonly Node[], ctx: Context, span: Span): [Variable, Node][] => {
  const { leaves, count } = heldOf(buffer, span);
  const { capacity } = buffer;
  const before = variableInput(count, ctx);
  const places = ir.array(Array.from({ length: capacity }, (_, i) => i));
  // of more rows than there is room for, the last stay
  const skipped = Math.max(0, n - capacity);
  const from = ir.add(before, ir.scalar(skipped));
  const row = ir.mod(ir.sub(places, from), ir.scalar(capacity));
  const fresh = ir.lt(row, ir.scalar(n - skipped));
  const index = ir.cast(ir.minimum(ir.add(row, ir.scalar(skipped)), ir.scalar(n - 1)), 'int32');
  const next = leaves.map((leaf, i): [Variable, Node] => {
    const shape = leaf.shape.slice(1);
    const into = n === 1 ? ir.broadcastTo(rows[i], leaf.shape) : ir.gather(rows[i], index);
    return [leaf, ir.select(ir.reshape(fresh, [capacity, ...shape.map(() => 1)]), into, variableInput(leaf, ctx))];
  });
  return [...next, [count, ir.add(before, ir.scalar(n))]];
};

/** The next n entries of one running sequence, which begins anew where it has ended. */
const running = (process: Process, n: number, name: string, ctx: Context, span: Span) => {
  const freshKey = (key: Node): Node => ir.deriveKey(key, ir.scalar(1, 'int32'));
  const one = tensor(ir.scalar(1), [], R());
  const round = (state: Value, age: Tensor, key: Node) => {
    const inner = { ...ctx, key: ir.deriveKey(key, ir.scalar(0, 'int32')) };
    const { state: next, entry, ends } = process.step(inner, state);
    const older = tensor(ir.add(age.node, ir.scalar(1)), [], R());
    const late = ir.ge(older.node, ir.scalar(process.length));
    const over = tensor(ends ? ir.or(ends.node, late) : late, [], {
      kind: 'tensor',
      element: { kind: 'Bit' },
      shape: [],
    });
    const anew = tensorsOf(process.start({ ...ctx, key: freshKey(key) }));
    const begun = mapTensors(next, (t, i) => selectTensors(over, anew[i], t, span));
    return { state: begun, age: selectTensors(over, tensor(ir.scalar(0), [], R()), older, span), entry };
  };
  // running it once makes the members' parameters, before variables that may start from them
  const trial = process.start(ctx);
  const shape = round(trial, one, ctx.key).entry;
  const start = tensorsOf(process.start({ ...ctx, key: ctx.key }));
  const held = start.map((t, i) => newVariable(`${name}.${i}`, t, t.node, ctx, span));
  const age = newVariable(`${name}.age`, one, ir.scalar(0), ctx, span);
  const state = mapTensors(trial, (t, i) => tensor(variableInput(held[i], ctx), [], t.space));
  const variables = [...held, age];
  const first = tensor(variableInput(age, ctx), [], R());
  if (n === 1) {
    const made = round(state, first, ctx.key);
    const rows = tensorsOf(made.entry).map((t) => ir.reshape(t.node, [1, ...t.node.shape]));
    const after = [...tensorsOf(made.state), made.age].map((t) => t.node);
    return { shape, rows, next: variables.map((v, k): [Variable, Node] => [v, after[k]]) };
  }
  const { carries, results } = ir.loop(
    { length: n, carries: [...tensorsOf(state), first].map((t) => t.node), span },
    (k, carried) => {
      const now = mapTensors(state, (t, i) => tensor(carried[i], [], t.space));
      const made = round(now, tensor(carried[start.length], [], R()), ir.deriveKey(ctx.key, k));
      return {
        carries: [...tensorsOf(made.state), made.age].map((t) => t.node),
        results: tensorsOf(made.entry).map((t) => t.node),
      };
    },
  );
  return { shape, rows: results, next: variables.map((v, k): [Variable, Node] => [v, carries[k]]) };
};

/** Draws of any distribution. */
const drawn = (from: Dist, n: number, ctx: Context, span: Span) => {
  const axis = newAxis(ctx, n, 'draw');
  const row = carriedRow(draws(from, inAxes(ctx, axis), span), span);
  const rows = tensorsOf(row).map((t) => expandAxes(t, unionAxes(t, { axes: [axis] })).node);
  return { shape: row, rows, next: [] as [Variable, Node][] };
};

const carriedRow = (v: Value, span: Span): Value => {
  templateOf(v, span);
  return carriedForm(v);
};

export interface Collecting {
  readonly from: Dist;
  readonly into: Buffer;
  readonly count: number;
  readonly span: Span;
}

/** A graph that runs before the players move, at steps divisible by `every`. */
export const collector = ({ from, into, count, span }: Collecting, every: number, ctx: Context): PlayerStep => {
  const state = newProblem('train');
  const inner = inProblem(ctx, state);
  const name = `collect into ${into.name}`;
  const { shape, rows, next } = from.process
    ? running(from.process, count, `${into.name}.source`, inner, span)
    : drawn(from, count, inner, span);
  openBuffer(into, shape, inner, span);
  const outputs = [...written(into, count, rows, inner, span), ...next];
  return {
    name,
    graph: graphOf(
      outputs.map(([v, node]) => ({ name: `var:${v.id}`, node })),
      commonInputs,
    ),
    feeds: feedsOf(state.feeds.values()),
    every,
    sense: 'minimize',
    collects: true,
  };
};
