/**
 * What slides over an image R[h, w, c]: convolutions, their transposes, and the patches under a window (for pooling).
 * All examples of the axes around go through one operation, as its batch.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import type { Window } from '../../ir/operations.ts';
import { outputSize } from '../../ir/shape.ts';
import { diagnose, fail } from '../../messages.ts';
import { R } from '../../spaces/space.ts';
import { describe } from '../values/describe.ts';
import { contract, flattenAxes, rankOf, shapeOf, sizesOf, tensor, unflattenAxes } from '../values/tensors.ts';
import type { Tensor } from '../values/values.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';
import { pairArgument, realArgument, scalarArgument, textArgument } from './call.ts';

type Pair = readonly [number, number];

const image = (call: IntrinsicCall, name = 'x'): Tensor => {
  const x = realArgument(call, name);
  if (rankOf(x) === 3) return x;
  return fail(
    'L0304',
    call.span,
    { name, expected: 'R[h, w, c]', seen: describe(x) },
    { help: 'an image has height, width and channels; reshape[h, w, 1](x) adds the one channel of a grey image' },
  );
};

/** One, three or four rows of a square are more likely the channels of a picture that was saved with them first. */
const warnOfChannels = ({ ctx, caller }: IntrinsicCall, x: Tensor): void => {
  const [first, a, b] = shapeOf(x);
  const at = caller.site ?? ctx.site;
  if (!at || ![1, 3, 4].includes(first) || a !== b || a <= 4) return;
  ctx.shared.diagnostics.push(diagnose('L0913', at, { seen: describe(x), way: 'transpose(x, [1, 2, 0])' }));
};

const paddingOf = (call: IntrinsicCall): 'same' | 'valid' => {
  const padding = textArgument(call, 'padding');
  if (padding === 'same' || padding === 'valid') return padding;
  return fail('L0302', call.span, { expected: '"same" or "valid"', seen: `"${padding}"`, where: '`padding`' });
};

const windowFor = (call: IntrinsicCall, size: Pair, kernel: Pair): Window => {
  const window = ir.windowOf({
    size,
    kernel,
    strides: pairArgument(call, 'stride'),
    dilations: pairArgument(call, 'dilation'),
    padding: paddingOf(call),
  });
  const [oh, ow] = outputSize(window, size);
  if (oh < 1 || ow < 1)
    fail(
      'L0304',
      call.span,
      { name: 'the window', expected: `at most ${size[0]} by ${size[1]}`, seen: `${kernel[0]} by ${kernel[1]}` },
      { help: 'make the window or its dilation smaller, or use padding = "same"' },
    );
  return window;
};

const imageSize = (x: Tensor): Pair => [shapeOf(x)[0], shapeOf(x)[1]];

const filterOf = (call: IntrinsicCall, x: Tensor, channels: 2 | 3): Tensor => {
  const filter = realArgument(call, 'filter');
  if (rankOf(filter) !== 4 || shapeOf(filter)[channels] !== shapeOf(x)[2])
    fail('L0301', call.span, {
      op: 'conv2d',
      left: describe(x),
      right: describe(filter),
      why: `the filter must be in R[height, width, ${channels === 2 ? `${shapeOf(x)[2]}, out` : `out, ${shapeOf(x)[2]}`}]`,
    });
  return filter;
};

const patches = (x: Tensor, window: Window, span: Span): Tensor =>
  unflattenAxes(ir.unfold(flattenAxes(x, span), window, span), x.axes, span);

const conv2d: Intrinsic = (call) => {
  const x = image(call);
  warnOfChannels(call, x);
  const filter = filterOf(call, x, 2);
  const [kh, kw, c, k] = shapeOf(filter);
  const window = windowFor(call, imageSize(x), [kh, kw]);
  if (filter.axes.length === 0)
    return unflattenAxes(ir.conv(flattenAxes(x, call.span), filter.node, window, call.span), x.axes, call.span);
  // A filter for every example: a product with the patches.
  const p = patches(x, window, call.span);
  const [oh, ow] = shapeOf(p);
  const rows = tensor(ir.reshape(p.node, [...sizesOf(p.axes), oh, ow, kh * kw * c]), p.axes, R(oh, ow, kh * kw * c));
  const columns = tensor(
    ir.reshape(filter.node, [...sizesOf(filter.axes), kh * kw * c, k]),
    filter.axes,
    R(kh * kw * c, k),
  );
  return contract(rows, columns, 0, call.span);
};

/** The transpose of a convolution with this window: every entry of x paints its filter, `stride` apart. */
const conv2dTranspose: Intrinsic = (call) => {
  const x = image(call);
  const filter = filterOf(call, x, 3);
  const [kh, kw] = shapeOf(filter);
  const [h, w] = imageSize(x);
  const [sh, sw] = pairArgument(call, 'stride');
  const [dh, dw] = pairArgument(call, 'dilation');
  const size: Pair =
    paddingOf(call) === 'same'
      ? [h * sh, w * sw]
      : [(h - 1) * sh + (kh - 1) * dh + 1, (w - 1) * sw + (kw - 1) * dw + 1];
  const window = windowFor(call, size, [kh, kw]);
  if (filter.axes.length === 0) {
    const painted = ir.convToInput(flattenAxes(x, call.span), filter.node, window, size, call.span);
    return unflattenAxes(painted, x.axes, call.span);
  }
  const paint = contract(x, filter, 3, call.span); // [h, w, kh, kw, c]
  return unflattenAxes(ir.fold_(flattenAxes(paint, call.span), window, size, call.span), paint.axes, call.span);
};

/** Surrounds [n, h, w, c] by a number other than zero. */
const surround = (x: Node, window: Window, value: number): Node => {
  const [[top, bottom], [left, right]] = window.padding;
  const band = (node: Node, axis: number, before: number, after: number): Node => {
    const of = (count: number): Node[] =>
      count === 0
        ? []
        : [
            ir.full(
              value,
              node.shape.map((n, i) => (i === axis ? count : n)),
            ),
          ];
    const parts = [...of(before), node, ...of(after)];
    return parts.length === 1 ? node : ir.concat(parts, axis);
  };
  return band(band(x, 1, top, bottom), 2, left, right);
};

/** R[h, w, c] -> R[oh, ow, kh, kw, c]: the patch under each place of the window; `outside` stands around the image. */
const windows: Intrinsic = (call) => {
  const x = image(call);
  const [h, w] = imageSize(x);
  const c = shapeOf(x)[2];
  const kernel = pairArgument(call, 'size');
  const window = windowFor(call, [h, w], kernel);
  const [oh, ow] = outputSize(window, [h, w]);
  const outside =
    ir.uniformValue(scalarArgument(call, 'outside').node) ?? fail('L0307', call.span, { what: '`outside`' });
  const bare = window.padding.flat().every((n) => n === 0);
  const tiles = bare && window.dilations.every((d) => d === 1) && kernel.every((k, i) => k === window.strides[i]);
  if (tiles) {
    // Windows side by side: the image is only written otherwise.
    const cut = ir.slice(flattenAxes(x, call.span), {
      begin: [0, 0, 0, 0],
      size: [x.axes.reduce((p, a) => p * a.size, 1), oh * kernel[0], ow * kernel[1], c],
    });
    const split = ir.reshape(cut, [cut.shape[0], oh, kernel[0], ow, kernel[1], c]);
    return unflattenAxes(ir.transpose(split, [0, 1, 3, 2, 4, 5], call.span), x.axes, call.span);
  }
  if (bare || outside === 0) return patches(x, window, call.span);
  const around = surround(flattenAxes(x, call.span), window, outside);
  const inner: Window = {
    ...window,
    padding: [
      [0, 0],
      [0, 0],
    ],
  };
  return unflattenAxes(ir.unfold(around, inner, call.span), x.axes, call.span);
};

export const windowIntrinsics: Readonly<Record<string, Intrinsic>> = {
  conv2d,
  conv2d_transpose: conv2dTranspose,
  windows,
};
