/** Rates that change while training, looked at before anything runs: at no step may one be negative, or no number. */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { isLibrary } from '../../host.ts';
import { computeNodes } from '../data/computed.ts';
import { stepInput, totalInput } from '../members/inputs.ts';
import type { FunctionValue } from '../values/values.ts';
import type { Rate } from '../context.ts';

/** Steps that are looked at: both ends, and some between. */
const looks = 32;

const placesOf = (steps: number): number[] => [
  ...new Set([0, 1, ...Array.from({ length: looks }, (_, i) => Math.round((i * (steps - 1)) / (looks - 1)))]),
];

const isOfTime = (node: Node): boolean =>
  topological([node]).every((n) => n.operation.op !== 'input' || n === stepInput || n === totalInput);

/** `span`: where the update rule stands. */
export const checkRates = (rates: readonly Rate[], steps: number, span: Span): void => {
  const seen = new Set<FunctionValue>();
  for (const { of, node } of rates) {
    if (seen.has(of) || steps < 1 || !isOfTime(node)) continue;
    seen.add(of);
    const places = placesOf(steps).filter((k) => k < steps);
    const total = ir.scalar(steps);
    const nodes = places.map((k) =>
      ir.cast(
        ir.substitute(
          [node],
          new Map([
            [stepInput, ir.scalar(k)],
            [totalInput, total],
          ]),
        )[0],
        'float32',
      ),
    );
    const values = computeNodes(nodes, 'float64').map((v) => v.data[0]);
    const odd = values.findIndex((x) => !(x >= 0 && x < Infinity));
    if (odd < 0) continue;
    const [own] = of.overloads;
    const value = Number.isNaN(values[odd]) ? 'no number' : String(Number(values[odd].toPrecision(4)));
    fail('L0302', own && !isLibrary(own.span) ? own.span : span, {
      expected: 'a finite number, 0 or more, at every step',
      seen: `${value} at step ${places[odd] + 1} of ${steps}`,
      where: 'the rate',
    });
  }
};
