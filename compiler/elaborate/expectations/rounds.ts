/**
 * What a loop's rounds add to a sum. A draw of round i moves only what is added in round i and after, so its score needs to be multiplied
 * by that alone (the policy gradient theorem; stochastic computation graphs, Schulman et al. 2015). Here the sum is taken apart:
 *
 *     value = Σᵢ weight[i] · terms[..., i],   terms[..., i] read from the loop's results of round i
 *
 * `weight` is what does not depend on the loop, such as a discount γⁱ. A value that is no such sum has no parts.
 */
import * as ir from '../../ir/build.ts';
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { elementwiseOps, type OpName } from '../../ir/operations.ts';
import { sizeOf } from '../../ir/shape.ts';

export interface Rounds {
  /** [length] */
  readonly weight: Node;
  /** [...shape of the value, length] */
  readonly terms: Node;
}

interface Loop {
  readonly scan: Node;
  readonly carries: number;
  readonly length: number;
  readonly reached: ReadonlySet<Node>;
  readonly known: Map<Node, number | undefined>;
}

/** Entry i reads entry i. */
const entryByEntry: ReadonlySet<OpName> = new Set<OpName>([...elementwiseOps, 'stop', 'broadcast']);

const common = (places: readonly (number | undefined)[]): number | undefined =>
  places.every((p) => p !== undefined && p === places[0]) ? places[0] : undefined;

/** The dimension along which the node's entry i reads rounds up to i only. */
const roundsOf = (node: Node, loop: Loop): number | undefined => {
  if (!loop.known.has(node)) loop.known.set(node, findRounds(node, loop));
  return loop.known.get(node);
};

const findRounds = (node: Node, loop: Loop): number | undefined => {
  const { operation, inputs, shape } = node;
  const reading = inputs.filter((x) => loop.reached.has(x));
  const rank = shape.length;
  const [x] = inputs;
  if (operation.op === 'part') return x === loop.scan && operation.index >= loop.carries ? 0 : undefined;
  if (entryByEntry.has(operation.op))
    return common(
      reading.map((y) => {
        const d = roundsOf(y, loop);
        return d === undefined ? undefined : d + rank - y.shape.length;
      }),
    );
  switch (operation.op) {
    case 'concat': {
      const d = common(reading.map((y) => roundsOf(y, loop)));
      return d === operation.axis ? undefined : d;
    }
    case 'matmul': {
      const [a, b] = inputs;
      const places = [a, b].flatMap((y, side) => {
        if (!loop.reached.has(y)) return [];
        const d = roundsOf(y, loop);
        if (d === undefined) return [undefined];
        const fromEnd = y.shape.length - d;
        if (fromEnd > 2) return [rank - fromEnd];
        // the free dimension of its side; the contracted one mixes rounds
        const free = side === 0 ? (operation.transposeA ? 1 : 2) : operation.transposeB ? 2 : 1;
        return [fromEnd === free ? rank - (side === 0 ? 2 : 1) : undefined];
      });
      return common(places);
    }
  }
  const d = reading.length === 1 && reading[0] === x ? roundsOf(x, loop) : undefined;
  if (d === undefined) return undefined;
  switch (operation.op) {
    case 'transpose':
      return operation.permutation.indexOf(d);
    case 'reshape': {
      const before = sizeOf(x.shape.slice(0, d));
      const at = shape.findIndex((n, j) => n === loop.length && sizeOf(shape.slice(0, j)) === before);
      return at < 0 ? undefined : at;
    }
    case 'slice':
      return operation.size[d] === loop.length ? d : undefined;
    case 'pad':
      return shape[d] === loop.length ? d : undefined;
    case 'reverse':
      return operation.axes.includes(d) ? undefined : d;
    case 'cumsum':
      return operation.axis === d && operation.reverse ? undefined : d;
    case 'one_hot':
      return d;
    case 'sum':
    case 'prod':
    case 'max_over':
    case 'min_over':
      return operation.axes.includes(d) ? undefined : d - operation.axes.filter((a) => a < d).length;
    case 'argmax':
    case 'argmin':
      return operation.axis === d ? undefined : d - (operation.axis < d ? 1 : 0);
    default:
      return undefined;
  }
};

/** What every entry of a round is multiplied by, whatever the loop does: [length]; undefined where that is nothing. */
const weightOf = (node: Node, d: number, loop: Loop): { readonly weight: Node; readonly rest: Node } | undefined => {
  const { operation, inputs, shape } = node;
  if (operation.op === 'mul')
    for (const [factor, rest] of [inputs, [inputs[1], inputs[0]]]) {
      if (loop.reached.has(factor)) continue;
      const at = d - (shape.length - factor.shape.length);
      const alone = factor.shape.every((n, i) => n === 1 || i === at);
      if (!alone || rest.shape.length !== shape.length || sizeOf(rest.shape) !== sizeOf(shape)) continue;
      return { weight: ir.broadcastTo(ir.reshape(factor, [sizeOf(factor.shape)]), [loop.length]), rest };
    }
  if (operation.op === 'select' && ir.uniformValue(inputs[2]) === 0 && inputs[1].shape.length === shape.length) {
    const found = loop.reached.has(inputs[1]) ? weightOf(inputs[1], d, loop) : undefined;
    return found && { weight: found.weight, rest: ir.select(inputs[0], found.rest, inputs[2]) };
  }
  return undefined;
};

/** Both with the dimension of the rounds behind them. */
const padded = (node: Node, rank: number): Node => {
  const own = node.shape.slice(0, -1);
  const front = Array.from({ length: rank - own.length }, () => 1);
  return ir.reshape(node, [...front, ...node.shape]);
};

const ones = (length: number): Node => ir.broadcastTo(ir.scalar(1), [length]);

/** The weight taken into the terms. */
const weighted = ({ weight, terms }: Rounds): Node => ir.mul(terms, weight);

const takenApart = (node: Node, loop: Loop): Rounds | undefined => {
  const { operation, inputs, shape } = node;
  const [x] = inputs;
  const through = (y: Node, f: (terms: Node) => Node): Rounds | undefined => {
    const found = takenApart(y, loop);
    return found && { weight: found.weight, terms: f(found.terms) };
  };
  switch (operation.op) {
    case 'sum': {
      const d = roundsOf(x, loop);
      if (d === undefined || !operation.axes.includes(d))
        return through(x, (terms) => ir.sum(terms, operation.axes, false));
      const found = weightOf(x, d, loop);
      const others = operation.axes.filter((a) => a !== d);
      const summed = ir.sum(found?.rest ?? x, others, false);
      const at = d - others.filter((a) => a < d).length;
      const order = summed.shape.map((_, i) => i).filter((i) => i !== at);
      return { weight: found?.weight ?? ones(loop.length), terms: ir.transpose(summed, [...order, at]) };
    }
    case 'neg':
      return through(x, (terms) => ir.neg(terms));
    case 'stop':
      return through(x, (terms) => terms);
    case 'mul':
    case 'div': {
      const [a, b] = inputs;
      const [varying, factor] = loop.reached.has(a) ? [a, b] : [b, a];
      if (loop.reached.has(factor) || (operation.op === 'div' && factor === a)) return undefined;
      const found = takenApart(varying, loop);
      if (!found) return undefined;
      const by = operation.op === 'div' ? ir.reciprocal(factor) : factor;
      if (sizeOf(by.shape) === 1)
        return {
          weight: ir.mul(found.weight, ir.reshape(by, [1])),
          terms: ir.reshape(found.terms, [...shape, loop.length]),
        };
      return {
        weight: found.weight,
        terms: ir.mul(padded(found.terms, shape.length), padded(ir.reshape(by, [...by.shape, 1]), shape.length)),
      };
    }
    case 'add':
    case 'sub': {
      const parts = inputs.map((y) => (loop.reached.has(y) ? takenApart(y, loop) : 'constant'));
      if (parts.includes(undefined)) return undefined;
      const [a, b] = parts as (Rounds | 'constant')[];
      const whole = (terms: Node): Node => ir.broadcastTo(padded(terms, shape.length), [...shape, loop.length]);
      const signed = (terms: Node): Node => (operation.op === 'sub' ? ir.neg(terms) : terms);
      if (a === 'constant' && b === 'constant') return undefined;
      if (b === 'constant') return { weight: (a as Rounds).weight, terms: whole((a as Rounds).terms) };
      if (a === 'constant') return { weight: b.weight, terms: whole(signed(b.terms)) };
      if (a.weight === b.weight) return { weight: a.weight, terms: ir.add(whole(a.terms), whole(signed(b.terms))) };
      return { weight: ones(loop.length), terms: ir.add(whole(weighted(a)), whole(signed(weighted(b)))) };
    }
    case 'reshape':
      return through(x, (terms) => ir.reshape(terms, [...shape, loop.length]));
    case 'transpose':
      return through(x, (terms) => ir.transpose(terms, [...operation.permutation, shape.length]));
    case 'broadcast':
      return through(x, (terms) => ir.broadcastTo(padded(terms, shape.length), [...shape, loop.length]));
    default:
      return undefined;
  }
};

/** The parts that the rounds of a loop add to a value; undefined if it is no sum over them. */
export const partsOfRounds = (value: Node, scan: Node): Rounds | undefined => {
  if (scan.operation.op !== 'scan') return undefined;
  const reached = new Set<Node>([scan]);
  for (const node of topological([value])) if (node.inputs.some((x) => reached.has(x))) reached.add(node);
  if (!reached.has(value)) return undefined;
  const { carries, length } = scan.operation;
  return takenApart(value, { scan, carries, length, reached, known: new Map() });
};
