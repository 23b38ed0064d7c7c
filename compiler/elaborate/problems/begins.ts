/**
 * Whether a training can begin: where the start of the parameters is known and an evaluation is little work, the objective and its slopes
 * are computed there. One that is infinite or not a number would stop the run before its first step.
 */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { graphOf } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import type { ArrayValue } from '../../ir/operations.ts';
import { sizeOf } from '../../ir/shape.ts';
import { diagnose } from '../../messages.ts';
import { optimise } from '../../passes/index.ts';
import type { Solver } from '../../program.ts';
import { divisorOf, domainOf, isInside } from '../../rules/domains.ts';
import { computeNodes, mostWork } from '../data/computed.ts';
import type { Context, Feed } from '../context.ts';
import { isFed, isRandom } from '../values/dependence.ts';
import { atStart } from '../members/initial.ts';
import { keyInput, stepInput, totalInput } from '../members/inputs.ts';
import { exposed, placeOf, sameSpan, wordsOf } from './outside.ts';
import { workOf } from '../solvers/structure.ts';

type Move = (nodes: readonly Node[]) => Node[];

/** Objectives and slopes that the first step computes. */
const firstStep = (solver: Solver): { readonly losses: Node[]; readonly slopes: Node[]; readonly steps: number } => {
  const graphs =
    solver.kind === 'gradient'
      ? solver.players.filter((p) => !p.collects).flatMap((p) => [p.graph, ...(p.gradients ? [p.gradients] : [])])
      : solver.kind === 'exact' || solver.kind === 'lbfgs'
        ? [solver.graph]
        : [];
  const outputs = graphs.flatMap((g) => g.outputs);
  const named = (test: (name: string) => boolean): Node[] => outputs.filter((o) => test(o.name)).map((o) => o.node);
  return {
    losses: named((name) => name === 'loss'),
    slopes: named((name) => name.startsWith('grad:')),
    steps: solver.kind === 'gradient' ? solver.steps : 0,
  };
};

/** The first rows of each set, or the last: a batch is of any rows. Undefined where they are made later. */
const someRows = (feeds: readonly Feed[], last: boolean): Map<Node, Node> | undefined => {
  const found = new Map<Node, Node>();
  for (const { data, rows, inputs } of feeds)
    for (const { leaf, node } of inputs) {
      const array: ArrayValue = data.leaves[leaf];
      if (array.bounds) return undefined;
      const width = sizeOf(array.shape.slice(1));
      const from = last ? (data.rows - rows) * width : 0;
      const shape = [rows, ...array.shape.slice(1)];
      found.set(node, ir.constant({ dtype: array.dtype, shape, data: array.data.subarray(from, from + rows * width) }));
    }
  return found;
};

const isFinite = ({ data }: ArrayValue): boolean => data.every((x: number) => Number.isFinite(x));

/** Are all of them finite, as the run will compute them? */
const areFinite = (nodes: readonly Node[]): boolean => {
  if (computeNodes(nodes, 'float64').every(isFinite)) return true;
  const graph = optimise(graphOf(nodes.map((node, i) => ({ name: String(i), node }))));
  return computeNodes(
    graph.outputs.map((o) => o.node),
    'float64',
  ).every(isFinite);
};

/** Where functions have a value and no slope. */
const hasNoSlope = ({ operation, inputs }: Node, x: number): boolean => {
  if (operation.op === 'sqrt') return x === 0;
  if (operation.op === 'acos' || operation.op === 'asin') return Math.abs(x) === 1;
  const exponent = operation.op === 'pow' ? ir.uniformValue(inputs[1]) : undefined;
  return exponent !== undefined && exponent < 1 && x === 0;
};

interface Culprit {
  readonly place: NonNullable<ReturnType<typeof placeOf>>;
  readonly node: Node;
  readonly value: number;
}

/** The first function that is asked where it has no value, or no slope. */
const culpritOf = (losses: readonly Node[], move: Move, slope: boolean): Culprit | undefined => {
  const asked = exposed(losses).flatMap((node) => {
    const domain = domainOf(node);
    const argument = domain ? node.inputs[domain.of] : divisorOf(node);
    const place = placeOf(node);
    if (!argument || !place) return [];
    const isWrong = (x: number): boolean =>
      slope ? hasNoSlope(node, x) : Number.isFinite(x) && (domain ? !isInside(x, domain) : x === 0);
    return [{ node, argument, place, isWrong }];
  });
  const values = computeNodes(move(asked.map((a) => a.argument)), 'float64');
  for (const [i, { node, place, isWrong }] of asked.entries()) {
    const value = values[i].data.find((x: number) => isWrong(x));
    if (value !== undefined) return { node, place, value };
  }
  return undefined;
};

export const checkStart = (solver: Solver, feeds: readonly Feed[], span: Span, ctx: Context): void => {
  const { shared } = ctx;
  const { losses, slopes, steps } = firstStep(solver);
  if (losses.length === 0) return;
  let wrong: { readonly move: Move; readonly slope: boolean } | undefined;
  for (const last of feeds.some((f) => f.rows < f.data.rows) ? [false, true] : [false]) {
    const rows = someRows(feeds, last);
    if (!rows) return;
    const places = new Map([...rows, [stepInput, ir.scalar(0)], [totalInput, ir.scalar(steps)]]);
    const move: Move = (nodes) => ir.substitute(atStart(nodes, shared, keyInput), places);
    const all = move([...losses, ...slopes]);
    const limit = shared.postponed ? mostWork.quick : mostWork.slow;
    if (all.some((n) => isFed(n) || isRandom(n)) || all.reduce((w, n) => w + workOf(n), 0) > limit) return;
    if (areFinite(all)) return;
    wrong = { move, slope: areFinite(all.slice(0, losses.length)) };
  }
  if (!wrong) return;
  const { move, slope } = wrong;
  const found = culpritOf(losses, move, slope);
  if (!found) {
    const what = `${slope ? 'the slope of the objective' : 'the objective'} is not a finite number where training starts`;
    shared.diagnostics.push(
      diagnose('L0406', span, { what }, { help: 'let the parameters start elsewhere, or smaller' }),
    );
    return;
  }
  const { place, node, value } = found;
  const { at } = place;
  const { diagnostics } = shared;
  if (diagnostics.some((d) => d.code === 'L0408' && sameSpan(d.span, at))) return;
  const about = { ...wordsOf(node, place, shared.sources), outside: '' };
  const where = slope ? 'slope' : 'start';
  const said = diagnose('L0408', at, { ...about, where, value: String(Number(value.toPrecision(6))) });
  // What may happen later is said no more where it happens at once.
  const doubt = diagnostics.findIndex((d) => d.code === 'L0905' && sameSpan(d.span, at));
  if (doubt < 0) diagnostics.push(said);
  else diagnostics[doubt] = said;
};
