/** The rows that have come into a buffer: one at random, or all of them, of which those not yet there are masked. */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { R } from '../../spaces/space.ts';
import { newAxis } from '../context.ts';
import type { Context } from '../context.ts';
import { fill } from './rows.ts';
import { sequence } from '../values/sequences.ts';
import { sizesOf, tensor } from '../values/tensors.ts';
import type { Along, Buffer, Dist, Template, Tensor, Value } from '../values/values.ts';
import { variableInput } from '../members/variables.ts';

export const heldOf = (buffer: Buffer, span: Span): NonNullable<Buffer['content']['held']> =>
  buffer.content.held ??
  fail(
    'L0602',
    span,
    { what: `nothing is collected into \`${buffer.name}\` before it is read` },
    { help: `begin with: collect 1 from ... into ${buffer.name}` },
  );

const filled = (count: Node, capacity: number): Node => ir.minimum(count, ir.scalar(capacity));

/** A row at random for every example in sight, of those that have come. */
const anyRow = (buffer: Buffer, ctx: Context, span: Span): Value => {
  const { template, leaves, count } = heldOf(buffer, span);
  const n = filled(variableInput(count, ctx), buffer.capacity);
  const u = ir.random('uniform', sizesOf(ctx.axes), ctx.shared.counters.site++, ctx.key);
  const place = ir.minimum(ir.floor(ir.mul(u, n)), ir.maximum(ir.sub(n, ir.scalar(1)), ir.scalar(0)));
  const index = ir.cast(place, 'int32');
  return rowOf(
    template,
    (leaf, space) => tensor(ir.gather(variableInput(leaves[leaf], ctx), index), ctx.axes, space),
    ctx,
  );
};

const rowOf = (template: Template, leaf: (leaf: number, space: Tensor['space']) => Tensor, ctx: Context): Value =>
  fill(template, {
    ctx,
    leaf,
    texts: () => ({ kind: 'texts', axis: newAxis(ctx, 1, 'row'), values: [], drawn: true }),
  });

/** All rows that have come, as a sequence. */
export const rowsOfBuffer = (buffer: Buffer, ctx: Context, span: Span): Along => {
  const { template, leaves, count } = heldOf(buffer, span);
  const axis = newAxis(ctx, buffer.capacity, buffer.name);
  const row = rowOf(template, (leaf, space) => tensor(variableInput(leaves[leaf], ctx), [axis], space), ctx);
  return sequence(axis, row, tensor(filled(variableInput(count, ctx), buffer.capacity), [], R()));
};

/** `buffer B[capacity]` as a distribution of its rows. */
export const bufferOf = (name: string, capacity: number, span: Span): Dist => {
  const buffer: Buffer = { name, capacity, content: {} };
  return {
    kind: 'dist',
    family: name,
    args: new Map(),
    sample: (ctx) => anyRow(buffer, ctx, span),
    facts: new Map(),
    reparameterised: true,
    lacks: { density: { message: 'a buffer can be drawn from, it has no density', span } },
    implicit: false,
    buffer,
  };
};
