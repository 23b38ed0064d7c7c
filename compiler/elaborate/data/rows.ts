/**
 * Rows of a data set as values: all under an axis, a batch of them, or one drawn at random. While an objective is built rows are
 * inputs of its graph, fed by the runtime; outside of problems they are constants.
 */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { tag } from '../../ir/origins.ts';
import type { ArrayValue } from '../../ir/operations.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { newAxis } from '../context.ts';
import { markStatistic } from './leakage.ts';
import type { Context, Feed, ProblemContext } from '../context.ts';
import { sequence } from '../values/sequences.ts';
import { sizesOf, tensor } from '../values/tensors.ts';
import type { Axis, Data, Template, Tensor, Value } from '../values/values.ts';

/** One node for one array, so that equal uses are equal nodes. */
const constants = new WeakMap<ArrayValue, Node>();

/** Which leaf of which set a node holds the numbers of. */
const sources = new WeakMap<Node, { readonly data: Data; readonly leaf: number }>();

/** The leaf whose numbers these are, in another type or shape. */
export const leafBehind = (node: Node): { readonly data: Data; readonly leaf: number } | undefined =>
  ['cast', 'reshape', 'stop', 'broadcast'].includes(node.operation.op) ? leafBehind(node.inputs[0]) : sources.get(node);

export const leafNode = (data: Data, leaf: number, ctx: Context): Node => {
  const array = data.leaves[leaf];
  let node = constants.get(array);
  if (!node) {
    node = ir.constant(array);
    constants.set(array, node);
  }
  sources.set(node, { data, leaf });
  if (data.evaluation) ctx.shared.evaluationNodes.add(node);
  ctx.shared.rootsOf.set(node, data.roots);
  tag(node, data.roots);
  return node;
};

/** How the parts of a row become values. */
export interface Filling {
  readonly ctx: Context;
  /** `steps`: the axes of the sequences around the leaf, behind those of the row. */
  readonly leaf: (leaf: number, space: TensorSpace, steps: readonly Axis[]) => Tensor;
  readonly texts: (values: readonly (string | null)[]) => Value;
}

/** A row with its leaves made by `filling`. */
export const fill = (template: Template, filling: Filling, set?: string, steps: readonly Axis[] = []): Value => {
  switch (template.kind) {
    case 'leaf':
      return filling.leaf(template.leaf, template.space, steps);
    case 'texts':
      return filling.texts(template.values);
    case 'sequence': {
      const { length, most, element } = template;
      const axis = newAxis(filling.ctx, most, 'step');
      const value = fill(element, filling, undefined, [...steps, axis]);
      return sequence(axis, value, filling.leaf(length.leaf, length.space, steps));
    }
    case 'tuple':
      return { kind: 'tuple', items: template.items.map((t) => fill(t, filling, undefined, steps)) };
    case 'record':
      return {
        kind: 'record',
        fields: new Map([...template.fields].map(([k, t]) => [k, fill(t, filling, undefined, steps)])),
        set,
      };
  }
};

/** How rows are asked for. */
export interface RowRequest {
  /** So many rows a step, in random order; all of them if absent. */
  readonly batch?: number;
  /** Tells feeds of the same set apart whose rows must differ. */
  readonly stream?: string;
}

const feedOf = (data: Data, request: RowRequest, problem: ProblemContext, ctx: Context): Feed => {
  const rows = request.batch ?? data.rows;
  const order = request.batch === undefined ? 'all' : 'shuffled';
  const key = `${data.id}:${rows}:${order}:${request.stream ?? ''}`;
  let feed = problem.feeds.get(key);
  if (!feed) {
    feed = { data, rows, order, inputs: [] };
    problem.feeds.set(key, feed);
    const { id, name, leaves } = data;
    ctx.shared.data.set(id, { id, name, rows: data.rows, leaves });
  }
  return feed;
};

const feedNode = (feed: Feed, leaf: number, suffix: string, ctx: Context): Node => {
  const known = feed.inputs.find((i) => i.leaf === leaf);
  if (known) return known.node;
  const array = feed.data.leaves[leaf];
  const name = `data:${feed.data.id}${suffix}:${leaf}`;
  const node = ir.input(name, array.dtype, [feed.rows, ...array.shape.slice(1)]);
  feed.inputs.push({ name, leaf, node });
  sources.set(node, { data: feed.data, leaf });
  if (feed.data.evaluation) ctx.shared.evaluationNodes.add(node);
  ctx.shared.rootsOf.set(node, feed.data.roots);
  return node;
};

export interface Rows {
  readonly axis: Axis;
  readonly row: Value;
  /** Rows that count, where a set is filtered by something that is trained. */
  readonly mask?: Tensor;
}

/** The texts of rows that are drawn at random: which ones is not known when compiling. */
const drawnTexts = (axis: Axis): Value => ({ kind: 'texts', axis, values: [], drawn: true });

/** Rows of the set under a new axis. */
export const rowsUnder = (data: Data, request: RowRequest, ctx: Context): Rows => {
  const { problem } = ctx;
  const batch = request.batch !== undefined && request.batch < data.rows ? request.batch : undefined;
  const rows = problem && batch !== undefined ? batch : data.rows;
  const axis = newAxis(ctx, rows, data.name);
  const feed = problem && feedOf(data, { ...request, batch }, problem, ctx);
  const suffix = feed ? suffixOf(feed, problem) : '';
  const leaf: Filling['leaf'] = (i, space, steps) =>
    tensor(feed ? feedNode(feed, i, suffix, ctx) : leafNode(data, i, ctx), [axis, ...steps], space);
  const texts = (values: readonly (string | null)[]): Value =>
    rows === data.rows ? { kind: 'texts', axis, values } : drawnTexts(axis);
  const row = fill(data.template, { ctx, leaf, texts }, data.file);
  if (!data.view) return { axis, row };
  const inner: Context = { ...ctx, axes: [...ctx.axes, axis] };
  const seen = data.view(inner, row);
  return { axis, row: seen.value, mask: seen.mask };
};

/** Inputs of different feeds of one set have different names. */
const suffixOf = (feed: Feed, problem: ProblemContext): string => {
  const same = [...problem.feeds.values()].filter((f) => f.data.id === feed.data.id);
  const at = same.indexOf(feed);
  return at === 0 ? '' : `'${at}`;
};

/** As an array all rows are read at once, whatever is made of them: a statistic of the set. */
const wholes = new WeakMap<ArrayValue, Node>();

const wholeNode = (data: Data, leaf: number, ctx: Context): Node => {
  const array = data.leaves[leaf];
  const node = wholes.get(array) ?? ir.constant(array);
  wholes.set(array, node);
  if (data.evaluation) ctx.shared.evaluationNodes.add(node);
  markStatistic(node, data.roots, ctx.shared);
  return node;
};

/** A set of numbers or arrays as one array, rows first; undefined where rows are tuples, or depend on what is trained. */
export const arrayOfData = (data: Data, ctx: Context): Tensor | undefined => {
  const { template } = data;
  if (data.view || template.kind !== 'leaf') return undefined;
  return tensor(wholeNode(data, template.leaf, ctx), [], {
    ...template.space,
    shape: [data.rows, ...template.space.shape],
  });
};

/** A row at random for every example in sight. */
export const rowAt = (data: Data, ctx: Context): Value => {
  const sizes = sizesOf(ctx.axes);
  const u = ir.random('uniform', sizes, ctx.shared.counters.site++, ctx.key);
  const place = ir.minimum(ir.floor(ir.mul(u, ir.scalar(data.rows))), ir.scalar(data.rows - 1));
  const index = ir.cast(place, 'int32');
  const row = fill(data.template, {
    ctx,
    leaf: (leaf, space, steps) => tensor(ir.gather(leafNode(data, leaf, ctx), index), [...ctx.axes, ...steps], space),
    texts: () => drawnTexts(newAxis(ctx, 1, data.name)),
  });
  return data.view ? data.view(ctx, row).value : row;
};
