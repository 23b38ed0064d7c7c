/**
 * Images seen through a map of the plane: shifted, scaled, turned, resized. Bilinear: a place between pixels is the weighted
 * mean of its four neighbours, so results are differentiable in the image and in the map. Outside the image it is 0.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { sizeOf } from '../../ir/shape.ts';
import { fail } from '../../messages.ts';
import { R } from '../../spaces/space.ts';
import { describe } from '../values/describe.ts';
import {
  aligned,
  constantNumber,
  contract,
  expandAxes,
  mapBinary,
  mapUnary,
  rankOf,
  shapeOf,
  sizesOf,
  tensor,
  transposeShape,
  unionAxes,
} from '../values/tensors.ts';
import type { Tensor } from '../values/values.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';
import { realArgument, scalarArgument, staticShape } from './call.ts';

/** Height and width come first, channels (or nothing) after. */
const picture = (call: IntrinsicCall): Tensor => {
  const x = realArgument(call, 'x');
  return rankOf(x) >= 2
    ? x
    : fail('L0304', call.span, { name: 'x', expected: 'R[h, w] or R[h, w, c]', seen: describe(x) });
};

/** The image at places (row, column), both R[h w] under any axes. */
const sampleAt = (x: Tensor, row: Tensor, column: Tensor, span: Span): Tensor => {
  const [h, w, ...rest] = shapeOf(x);
  const channels = sizeOf(rest);
  const axes = unionAxes(x, row, column);
  const count = axes.reduce((p, a) => p * a.size, 1);
  const places = shapeOf(row)[0];
  const [u, v] = [row, column].map((t) => ir.reshape(expandAxes(t, axes).node, [count, places]));
  // Images lie one after the other in one long list of pixels; an example looks into its own.
  const own = x.axes.reduce((p, a) => p * a.size, 1);
  const pixels = ir.reshape(x.node, [own * h * w, channels]);
  const ordinal = ir.array(
    Array.from({ length: own }, (_, i) => i * h * w),
    sizesOf(x.axes),
    'int32',
  );
  const start = ir.reshape(expandAxes(tensor(ordinal, x.axes, R()), axes).node, [count, 1]);
  const [top, left] = [ir.stop(ir.floor(u)), ir.stop(ir.floor(v))];
  const [down, right] = [ir.sub(u, top), ir.sub(v, left)];
  const one = ir.scalar(1);
  const corner = (dy: 0 | 1, dx: 0 | 1): Node => {
    const i = ir.add(top, ir.scalar(dy));
    const j = ir.add(left, ir.scalar(dx));
    const inside = ir.and(within(i, h), within(j, w));
    const weight = ir.mul(dy === 1 ? down : ir.sub(one, down), dx === 1 ? right : ir.sub(one, right));
    const kept = ir.select(inside, weight, ir.scalar(0));
    const place = ir.add(ir.mul(ir.cast(clamp(i, h), 'int32'), ir.scalar(w, 'int32')), ir.cast(clamp(j, w), 'int32'));
    const found = ir.gather(pixels, ir.add(place, start), span);
    return ir.mul(found, ir.reshape(kept, [count, places, 1]), span);
  };
  const sum = ir.add(ir.add(corner(0, 0), corner(0, 1)), ir.add(corner(1, 0), corner(1, 1)), span);
  return tensor(ir.reshape(sum, [...sizesOf(axes), places, ...rest]), axes, R(places, ...rest));
};

const within = (i: Node, n: number): Node => ir.and(ir.ge(i, ir.scalar(0)), ir.le(i, ir.scalar(n - 1)));
const clamp = (i: Node, n: number): Node => ir.minimum(ir.maximum(i, ir.scalar(0)), ir.scalar(n - 1));

/**
 * Output pixel p shows the input at c + R(-angle) (p - c - shift) / scale, with c the centre: the picture is scaled and
 * turned about its centre, then shifted by dx columns to the right and dy rows down.
 */
const affine: Intrinsic = (call) => {
  const x = picture(call);
  const [h, w, ...rest] = shapeOf(x);
  const shift = realArgument(call, 'shift');
  if (shapeOf(shift).join() !== '2')
    fail('L0304', call.span, { name: 'shift', expected: 'R[2]', seen: describe(shift) });
  const part = (i: number): Tensor =>
    tensor(ir.reshape(ir.sliceAxis(shift.node, shift.axes.length, i, 1), sizesOf(shift.axes)), shift.axes, R());
  const scale = scalarArgument(call, 'scale');
  const angle = scalarArgument(call, 'angle');
  const places = Array.from({ length: h * w }, (_, i) => i);
  const grid = (f: (i: number) => number): Tensor => tensor(ir.array(places.map(f)), [], R(h * w));
  const [cy, cx] = [(h - 1) / 2, (w - 1) / 2];
  const span = call.span;
  const y = mapBinary(
    'sub',
    grid((i) => Math.floor(i / w) - cy),
    part(1),
    span,
  );
  const z = mapBinary(
    'sub',
    grid((i) => (i % w) - cx),
    part(0),
    span,
  );
  const cos = mapBinary('div', mapUnary('cos', angle), scale, span);
  const sin = mapBinary('div', mapUnary('sin', angle), scale, span);
  const row = mapBinary('sub', mapBinary('mul', y, cos), mapBinary('mul', z, sin), span);
  const column = mapBinary('add', mapBinary('mul', z, cos), mapBinary('mul', y, sin), span);
  const seen = sampleAt(
    x,
    mapBinary('add', row, constantNumber(cy)),
    mapBinary('add', column, constantNumber(cx)),
    span,
  );
  return tensor(
    ir.reshape(aligned(seen, seen.axes), [...sizesOf(seen.axes), h, w, ...rest]),
    seen.axes,
    R(h, w, ...rest),
  );
};

/** Row i of n: how much each of the m old places counts (bilinear, edges of the picture kept in place). */
const blend = (n: number, m: number): Tensor => {
  const weights = Array.from({ length: n }, (_, i) => {
    const place = Math.min(m - 1, Math.max(0, ((i + 0.5) * m) / n - 0.5));
    return Array.from({ length: m }, (_, j) => Math.max(0, 1 - Math.abs(place - j)));
  });
  return tensor(ir.array(weights.flat(), [n, m]), [], R(n, m));
};

/** `resize[h, w](x)`: rows, then columns, are blended by constant matrices. */
const resize: Intrinsic = (call) => {
  const x = picture(call);
  const [h, w] = staticShape(call, 1);
  if (w === undefined)
    fail('L0303', call.span, { what: 'height and width are needed: `resize[h, w](x)`', call: 'resize' });
  const [oldH, oldW] = shapeOf(x);
  const rows = contract(blend(h, oldH), x, 0, call.span); // [h, w', ...]
  const columns = contract(blend(w, oldW), rows, 1, call.span); // [w, h, ...]
  const rank = rankOf(columns);
  return transposeShape(columns, [1, 0, ...Array.from({ length: rank - 2 }, (_, i) => i + 2)], call.span);
};

export const imageIntrinsics: Readonly<Record<string, Intrinsic>> = { affine, resize };
