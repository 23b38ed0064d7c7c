/**
 * Constrained parameters are trained in unconstrained coordinates: each space has a map onto it from R^n, and its inverse.
 * softplus rather than exp for Positive: a step is then about as large as it looks, however large the value.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { printElement } from '../../spaces/space.ts';
import type { Element } from '../../spaces/space.ts';

const last = (x: Node): number[] => [x.shape.length - 1];

const softmax = (x: Node): Node => {
  const e = ir.exp(ir.sub(x, ir.stop(ir.maxOver(x, last(x), true))));
  return ir.div(e, ir.sum(e, last(x), true));
};

const norm = (x: Node): Node => ir.sqrt(ir.add(ir.sum(ir.square(x), last(x), true), ir.scalar(1e-12)));

/** From unconstrained coordinates into the space; shapes stay. */
export const intoSpace = (e: Element, x: Node, span?: Span): Node => {
  switch (e.kind) {
    case 'R':
    case 'Circle':
      return x;
    case 'Positive':
      return ir.softplus(x); // log(1 + e^x)
    case 'Interval':
      return ir.add(ir.scalar(e.from), ir.mul(ir.scalar(e.to - e.from), ir.sigmoid(x))); // a + (b - a) sigma(x)
    case 'Simplex':
      return softmax(x);
    case 'Sphere':
      return ir.div(x, norm(x)); // x / |x|
    case 'Ball':
      return ir.mul(x, ir.div(ir.tanh(norm(x)), norm(x))); // x tanh|x| / |x|
    case 'Class':
      return ir.cast(x, 'int32'); // all values are tried
    case 'Bit':
      return ir.gt(x, ir.scalar(0.5));
    default:
      return fail(
        'L0602',
        span,
        {
          what: `a parameter in ${printElement(e)}: the space has no directions to descend, and no end to try all of it`,
        },
        { help: 'take a finite space, `Class[K]` for 0 to K - 1, or real numbers' },
      );
  }
};

/** Unconstrained coordinates of a point: intoSpace(outOfSpace(v)) = v. */
export const outOfSpace = (e: Element, v: Node, span?: Span): Node => {
  switch (e.kind) {
    case 'Positive':
      return ir.add(v, ir.log(ir.neg(ir.expm1(ir.neg(v))))); // v + log(1 - e^-v)
    case 'Interval': {
      const u = ir.div(ir.sub(v, ir.scalar(e.from)), ir.scalar(e.to - e.from));
      return ir.sub(ir.log(u), ir.log1p(ir.neg(u))); // logit
    }
    case 'Simplex':
      return ir.log(ir.maximum(v, ir.scalar(1e-12)));
    case 'Ball':
      return ir.mul(v, ir.div(ir.unary('atanh', norm(v)), norm(v)));
    case 'R':
    case 'Circle':
    case 'Sphere':
      return v;
    default:
      return intoSpace(e, v, span);
  }
};
