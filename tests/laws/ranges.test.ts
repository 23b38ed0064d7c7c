/**
 * Laws of ranges: what is computed lies between the bounds that are found without computing it, for every operation, for random programs,
 * in loops, and for shares and unit vectors.
 */
import { describe, expect, it } from 'vitest';
import { boundsFrom } from '../../compiler/elaborate/values/bounds.ts';
import * as ir from '../../compiler/ir/build.ts';
import { evaluate } from '../../compiler/ir/evaluate.ts';
import { topological } from '../../compiler/ir/graph.ts';
import type { Graph, Node } from '../../compiler/ir/graph.ts';
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import { constantBounds } from '../../compiler/rules/ranges.ts';
import { randomGraph } from '../engines-programs.ts';
import { cases } from '../engines-cases.ts';

const tolerance = 1e-9;

/** Every number of these nodes against the bounds that its graph has for it. */
const agree = (inputs: readonly Node[], values: readonly ArrayValue[], nodes: readonly Node[], what: string): void => {
  const bounds = boundsFrom(nodes, (x) => constantBounds(values[inputs.indexOf(x)]));
  const graph: Graph = { inputs, outputs: nodes.map((node, i) => ({ name: String(i), node })) };
  evaluate(graph, values).forEach(({ data }, i) => {
    const { low, high } = bounds.get(nodes[i])!;
    const slack = tolerance * Math.max(1, ...[low, high].filter(Number.isFinite).map(Math.abs));
    for (const x of data)
      if (!Number.isNaN(x) && !(x >= low - slack && x <= high + slack))
        expect.fail(`${what}: ${nodes[i].operation.op} is ${x}, not from ${low} to ${high}`);
  });
};

describe('bounds', () => {
  it.each(Object.entries(cases))('hold for %s', (op, some) => {
    for (const [k, { build, inputs: values }] of some.entries()) {
      const inputs = values.map((v, i) => ir.input(`x${i}`, v.dtype, v.shape));
      agree(inputs, values, [build(inputs)].flat(), `${op}, case ${k}`);
    }
  });

  it('hold for every value of random programs', () => {
    for (let seed = 1; seed <= 150; seed++) {
      const { graph, inputs } = randomGraph(seed, 25);
      const nodes = topological(graph.outputs.map((o) => o.node)).filter(({ operation }) => operation.op !== 'scan');
      agree(graph.inputs, inputs, nodes, `program ${seed}`);
    }
  });
});

const x = ir.input('x', 'float32', [4, 3]);
const range = (node: Node) => boundsFrom([node]).get(node)!;
const softmax = (() => {
  const powers = ir.exp(x);
  return ir.div(powers, ir.sum(powers, [1], true));
})();
const unit = ir.div(x, ir.sqrt(ir.add(ir.sum(ir.square(x), [1], true), ir.scalar(1e-12))));

describe('what is bounded by its form', () => {
  it.each([
    ['a share of a whole', softmax, 0, 1],
    ['shares added up', ir.sum(softmax, [1]), 0, 1],
    ['some of the shares', ir.sum(ir.sliceAxis(softmax, 1, 0, 2), [1]), 0, 1],
    ['numbers weighted by shares', ir.matmul(softmax, ir.array([2, -1, 5], [3, 1])), -1, 5],
    ['the same, written out', ir.sum(ir.mul(softmax, ir.array([2, -1, 5], [1, 3])), [1]), -1, 5],
    ['an entry of a unit vector', unit, -1, 1],
    ['the cosine of two', ir.matmul(unit, unit, { transposeB: true }), -1, 1],
    ['a variance', ir.mean_(ir.square(ir.sub(x, ir.mean_(x)))), 0, Infinity],
    ['a branch that is taken above 1', ir.select(ir.gt(x, ir.scalar(1)), x, ir.scalar(1)), 1, Infinity],
    ['a branch that is taken otherwise', ir.select(ir.lt(x, ir.scalar(2)), ir.scalar(2), x), 2, Infinity],
    ['what is cut off', ir.minimum(ir.maximum(x, ir.scalar(-1)), ir.scalar(1)), -1, 1],
  ])('%s', (_, node, low, high) => {
    expect(range(node)).toEqual({ low, high });
  });

  it('what goes round a loop: a tanh stays between -1 and 1, a sum of squares above 0, a line has no bounds', () => {
    const { carries } = ir.loop(
      {
        length: 10,
        carries: [ir.full(0, [3]), ir.full(0, [3]), ir.full(0, [3])],
        sequences: [ir.input('rows', 'float32', [10, 3])],
      },
      (_, [h, s, b], [row]) => ({
        carries: [ir.tanh(ir.add(ir.mul(ir.scalar(2), h), row)), ir.add(s, ir.square(row)), ir.add(b, row)],
      }),
    );
    expect(carries.map(range)).toEqual([
      { low: -1, high: 1 },
      { low: 0, high: Infinity },
      { low: -Infinity, high: Infinity },
    ]);
  });
});
