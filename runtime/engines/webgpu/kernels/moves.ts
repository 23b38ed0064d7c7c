/**
 * Moves in WGSL: each element of the result finds the place it comes from.
 */
import type { Shape, Window } from '../../../../compiler/ir/operations.ts';
import { sizeOf, stridesOf } from '../../../../compiler/ir/shape.ts';
import type { Spec } from '../../host/kernel.ts';
import { moved, rowMajor, type Move } from '../../strided.ts';
import { coordinates, place } from '../indices.ts';
import type { Source } from '../program.ts';
import { openBody } from '../wgsl.ts';
import { elementType, type WgslTable } from './rule.ts';

/** The input read by the strides of the move. */
const read = (move: Move, input: Spec, output: Spec): Source => {
  const { strides, offset } = moved(move, rowMajor(input.shape), output.shape);
  const body = openBody();
  const at = coordinates(body, 'index', output.shape);
  body.line(`result[index] = x0[${place(at, strides, offset)}];`);
  return { body: body.text() };
};

/** Along one axis: each line is walked by one invocation. */
export const lines = (
  shape: Shape,
  axis: number,
): { readonly count: number; readonly start: string; readonly step: number } => {
  const step = stridesOf(shape)[axis];
  const start = `(index / ${step}) * ${step * shape[axis]} + index % ${step}`;
  return { count: sizeOf(shape) / shape[axis], start, step };
};

/** A window's place along one axis: where kernel element k of output o reads, before padding is taken off. */
const along = (window: Window, axis: 0 | 1, o: string, k: string): string =>
  `${o} * ${window.strides[axis]} + ${k} * ${window.dilations[axis]} - ${window.padding[axis][0]}`;

/** The output whose kernel element k reads pixel p, if there is one: `name` and the condition. */
const outputOf = (
  window: Window,
  axis: 0 | 1,
  name: string,
  p: string,
  k: string,
  count: number,
): { readonly define: string; readonly valid: string } => {
  const stride = window.strides[axis];
  return {
    define: `let ${name}n = ${p} + ${window.padding[axis][0]} - ${k} * ${window.dilations[axis]}; let ${name} = ${name}n / ${stride};`,
    valid: `${name}n >= 0 && ${name}n % ${stride} == 0 && ${name} < ${count}`,
  };
};

export const moves = {
  transpose: (operation, [input], output) => read(operation, input, output),
  broadcast: (operation, [input], output) => read(operation, input, output),
  slice: (operation, [input], output) => read(operation, input, output),
  reverse: (operation, [input], output) => read(operation, input, output),
  pad: ({ before, interior }, [input], output) => {
    const body = openBody();
    const inside: string[] = [];
    const at = coordinates(body, 'index', output.shape).map((c, axis) => {
      const steps = interior[axis] + 1;
      if (output.shape[axis] === input.shape[axis]) return c;
      const shifted = body.name(`${c} - ${before[axis]}`);
      const own = body.name(`${shifted} / ${steps}`);
      inside.push(
        `${shifted} >= 0 && ${own} < ${input.shape[axis]}${steps > 1 ? ` && ${shifted} % ${steps} == 0` : ''}`,
      );
      return own;
    });
    const type = elementType(output.dtype);
    body.line(`var value = ${type}(0);`);
    body.line(`if (${inside.join(' && ') || 'true'}) { value = x0[${place(at, stridesOf(input.shape))}]; }`);
    body.line('result[index] = value;');
    return { body: body.text() };
  },
  concat: ({ axis }, inputs, output) => {
    const body = openBody();
    const at = coordinates(body, 'index', output.shape);
    let start = 0;
    body.line(`var value = ${elementType(output.dtype)}(0);`);
    inputs.forEach(({ shape }, i) => {
      const own = at.map((c, k) => (k === axis ? `(${c} - ${start})` : c));
      const end = start + shape[axis];
      if (shape[axis] > 0)
        body.line(
          `if (${at[axis]} >= ${start} && ${at[axis]} < ${end}) { value = x${i}[${place(own, stridesOf(shape))}]; }`,
        );
      start = end;
    });
    body.line('result[index] = value;');
    return { body: body.text() };
  },
  cumsum: ({ axis, exclusive, reverse }, [input], output) => {
    const { count, start, step } = lines(input.shape, axis);
    const length = input.shape[axis];
    const type = elementType(output.dtype);
    const body = `
  let start = ${start};
  var sum = ${type}(0);
  for (var k = 0; k < ${length}; k++) {
    let at = start + ${reverse ? `(${length - 1} - k)` : 'k'} * ${step};
    ${exclusive ? 'result[at] = sum;' : ''}
    sum = sum + x0[at];
    ${exclusive ? '' : 'result[at] = sum;'}
  }`;
    return { body, count };
  },
  unfold: ({ window }, [input], output) => {
    const body = openBody();
    const [n, oy, ox, ky, kx, c] = coordinates(body, 'index', output.shape);
    const y = body.name(along(window, 0, oy, ky));
    const x = body.name(along(window, 1, ox, kx));
    const [, h, w] = input.shape;
    body.line('var value = 0.0f;');
    body.line(
      `if (${y} >= 0 && ${y} < ${h} && ${x} >= 0 && ${x} < ${w}) { value = x0[${place([n, y, x, c], stridesOf(input.shape))}]; }`,
    );
    body.line('result[index] = value;');
    return { body: body.text() };
  },
  fold: ({ window }, [input], output) => {
    const [, oh, ow, kh, kw] = input.shape;
    const body = openBody();
    const [n, y, x, c] = coordinates(body, 'index', output.shape);
    const row = outputOf(window, 0, 'oy', y, 'ky', oh);
    const column = outputOf(window, 1, 'ox', x, 'kx', ow);
    body.line(`
  var sum = 0.0f;
  for (var ky = 0; ky < ${kh}; ky++) {
    ${row.define}
    if (!(${row.valid})) { continue; }
    for (var kx = 0; kx < ${kw}; kx++) {
      ${column.define}
      if (${column.valid}) { sum += x0[${place([n, 'oy', 'ox', 'ky', 'kx', c], stridesOf(input.shape))}]; }
    }
  }
  result[index] = sum;`);
    return { body: body.text() };
  },
  conv_to_input: ({ window }, [g, filter], output) => {
    const [kh, kw, , k] = filter.shape;
    const [, oh, ow] = g.shape;
    const body = openBody();
    const [n, y, x, c] = coordinates(body, 'index', output.shape);
    const row = outputOf(window, 0, 'oy', y, 'ky', oh);
    const column = outputOf(window, 1, 'ox', x, 'kx', ow);
    body.line(`
  var sum = 0.0f;
  for (var ky = 0; ky < ${kh}; ky++) {
    ${row.define}
    if (!(${row.valid})) { continue; }
    for (var kx = 0; kx < ${kw}; kx++) {
      ${column.define}
      if (!(${column.valid})) { continue; }
      let source = ${place([n, 'oy', 'ox'], stridesOf(g.shape))};
      let by = ${place(['ky', 'kx', c], stridesOf(filter.shape))};
      for (var j = 0; j < ${k}; j++) { sum += x0[source + j] * x1[by + j]; }
    }
  }
  result[index] = sum;`);
    return { body: body.text() };
  },
  conv_to_filter: ({ window }, [image, g], output) => {
    const body = openBody();
    const [ky, kx, c, j] = coordinates(body, 'index', output.shape);
    const [n, oh, ow] = g.shape;
    const [, h, w] = image.shape;
    body.line(`
  var sum = 0.0f;
  for (var oy = 0; oy < ${oh}; oy++) {
    let y = ${along(window, 0, 'oy', ky)};
    if (y < 0 || y >= ${h}) { continue; }
    for (var ox = 0; ox < ${ow}; ox++) {
      let x = ${along(window, 1, 'ox', kx)};
      if (x < 0 || x >= ${w}) { continue; }
      for (var b = 0; b < ${n}; b++) {
        sum += x0[${place(['b', 'y', 'x', c], stridesOf(image.shape))}] * x1[${place(['b', 'oy', 'ox', j], stridesOf(g.shape))}];
      }
    }
  }
  result[index] = sum;`);
    return { body: body.text() };
  },
} satisfies WgslTable;
