/** `show samples = e as images`: a picture's numbers as a graph, read on the members of the stage that it looks at. */
import type { ShowDeclaration } from '../../grammar/tree/declarations.ts';
import { graphOf, topological } from '../ir/graph.ts';
import type { Node } from '../ir/graph.ts';
import { fail } from '../messages.ts';
import type { PictureKind, Show } from '../program.ts';
import type { Context } from './context.ts';
import { asCount, describe, poisoned } from './values/describe.ts';
import { commonInputs } from './members/inputs.ts';
import { feedsOf, inProblem, newProblem } from './problems/objectives.ts';
import { settle } from './expressions/operators.ts';
import { rowsUnder } from './data/rows.ts';
import { draws } from './distributions/distributions.ts';
import { expandAxes, tensor, toBit, toReal } from './values/tensors.ts';
import type { Axis, Tensor, Value } from './values/values.ts';

const kinds: readonly PictureKind[] = ['images', 'scatter', 'curve', 'heatmap', 'table'];

interface Drawn {
  readonly parts: readonly Tensor[];
  readonly axis?: Axis;
  readonly mask?: Tensor;
  readonly columns?: readonly string[];
}

const partsOf = (v: Value, d: ShowDeclaration): { parts: Tensor[]; columns?: string[] } => {
  switch (v.kind) {
    case 'tensor':
      return { parts: [v] };
    case 'tuple':
      return { parts: v.items.flatMap((x) => partsOf(x, d).parts) };
    case 'record':
      return { parts: [...v.fields.values()].flatMap((x) => partsOf(x, d).parts), columns: [...v.fields.keys()] };
    case 'poison':
      return poisoned();
    default:
      return fail('L0302', d.value.span, {
        expected: 'numbers, or rows of numbers',
        seen: describe(v),
        where: '`show`',
      });
  }
};

const drawn = (v: Value, d: ShowDeclaration, ctx: Context): Drawn => {
  switch (v.kind) {
    case 'data': {
      const rows = rowsUnder(v, {}, ctx);
      return { ...partsOf(rows.row, d), axis: rows.axis, mask: rows.mask };
    }
    case 'along':
      return { ...partsOf(v.element, d), axis: v.axis, mask: v.mask };
    case 'dist': {
      const x = draws(v, ctx, d.value.span);
      return x.kind === 'dist'
        ? fail('L0302', d.value.span, { expected: 'numbers', seen: describe(v) })
        : drawn(x, d, ctx);
    }
    default:
      return partsOf(v, d);
  }
};

const defaultKind = (parts: readonly Tensor[]): PictureKind => {
  const [first] = parts;
  const { shape } = first.space;
  if (parts.length > 1) return 'table';
  if (shape.length >= 2) return shape.length === 2 ? 'heatmap' : 'images';
  return shape[shape.length - 1] === 2 ? 'scatter' : 'curve';
};

/** The stage whose variables the picture reads last. */
const stageOf = (nodes: readonly Node[], ctx: Context): string | undefined => {
  const read = new Set(
    topological([...nodes]).flatMap(({ operation }) =>
      operation.op === 'input' && operation.name.startsWith('var:') ? [operation.name.slice(4)] : [],
    ),
  );
  return ctx.shared.stages.findLast((s) => s.variables.some((id) => read.has(id)))?.id;
};

export const showOf = (d: ShowDeclaration, ctx: Context): Show => {
  const state = newProblem('eval');
  const inner = inProblem(ctx, state);
  const value = settle(ctx.shared.run.evaluate(d.value, inner), inner, d.value.span);
  const { parts, axis, mask, columns } = drawn(value, d, inner);
  if (parts.length === 0)
    return fail('L0302', d.value.span, { expected: 'numbers, or rows of numbers', seen: 'nothing', where: '`show`' });
  const kind = d.as ? kinds.find((k) => k === d.as?.text) : defaultKind(parts);
  if (!kind)
    return fail('L0302', d.as?.span ?? d.span, {
      expected: kinds.map((k) => `\`${k}\``).join(', '),
      seen: `\`${d.as?.text}\``,
      where: 'the kind of picture',
    });
  const axes = axis ? [axis] : [];
  const nodes = parts.map((t) => {
    const own = t.axes.filter((a) => a !== axis);
    if (own.length > 0)
      fail('L0302', d.value.span, { expected: 'numbers, or rows of numbers', seen: describe(value), where: '`show`' });
    return expandAxes(t.space.element.kind === 'Class' ? tensor(t.node, t.axes, t.space) : toReal(t), axes).node;
  });
  if (kind === 'images' && nodes.some((node) => node.shape.length < 2))
    fail('L0302', d.value.span, {
      expected: 'arrays of height and width, `R[28, 28]` or `R[28, 28, 1]`',
      seen: describe(value),
      where: '`as images`',
    });
  const outputs = nodes.map((node, i) => ({ name: nodes.length === 1 ? 'value' : `value:${i}`, node }));
  if (mask) outputs.push({ name: 'mask', node: expandAxes(toBit(mask), axes).node });
  const every = d.every && asCount(ctx.shared.run.evaluate(d.every.count, ctx), d.every.count.span, '`every`');
  if (d.every && (every === 0 || d.every.unit === 'epochs'))
    fail('L0302', d.every.span, {
      expected: 'a number of steps, 1 or more',
      seen: `${every} ${d.every.unit}`,
      where: '`every`',
    });
  return {
    name: d.name.text,
    kind,
    stage:
      stageOf(
        outputs.map((o) => o.node),
        ctx,
      ) ?? (every === undefined ? undefined : ctx.shared.stages.at(-1)?.id),
    graph: graphOf(outputs, commonInputs),
    feeds: feedsOf(state.feeds.values()),
    columns,
    every,
    span: d.span,
  };
};
