/**
 * `log`, `sqrt`, `x^1.5`, `acos` of what may leave their domain: an error where it is certain, from the bounds of the argument or from the
 * rows, and a warning where training or a draw may lead there. What stands in a branch of a condition is taken to be guarded by it.
 */
import type { Span } from '../../../grammar/span.ts';
import { writtenIn } from '../../../grammar/written.ts';
import * as ir from '../../ir/build.ts';
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import type { Bounds, OpName } from '../../ir/operations.ts';
import { diagnose } from '../../messages.ts';
import { isLibrary } from '../../host.ts';
import { domainOf, isInside } from '../../rules/domains.ts';
import type { Domain } from '../../rules/domains.ts';
import { constantBounds } from '../../rules/ranges.ts';
import { bare } from '../../rules/shares.ts';
import { attainedFrom } from '../values/attained.ts';
import type { Attained, Bits } from '../values/attained.ts';
import { boundsFrom } from '../values/bounds.ts';
import type { Bodies } from '../values/bounds.ts';
import { computeNodes, mostWork } from '../data/computed.ts';
import type { Context, Feed } from '../context.ts';
import { isFed } from '../values/dependence.ts';
import { workOf } from '../solvers/structure.ts';

/** Nodes that are reached other than through a branch of a condition; those in loops as well. */
export const exposed = (roots: readonly Node[]): Node[] => {
  const found = new Set<Node>();
  const open = [...roots];
  for (let node = open.pop(); node; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    const { op } = node.operation;
    open.push(...(op === 'select' ? node.inputs.slice(0, 1) : node.inputs));
  }
  return topological(roots).filter((node) => found.has(node));
};

/** Where the reader wrote it, and whether it is there itself, or in a function of the library that is called there. */
interface Place {
  readonly at: Span;
  readonly own: boolean;
}

export const placeOf = ({ span }: Node): Place | undefined => {
  if (!span) return undefined;
  if (!isLibrary(span)) return { at: span, own: true };
  return span.site && !isLibrary(span.site) ? { at: span.site, own: false } : undefined;
};

const picking: ReadonlySet<OpName> = new Set<OpName>([
  'reshape',
  'broadcast',
  'stop',
  'slice',
  'gather',
  'transpose',
  'sum',
]);

/** Without what picks entries and scales them. */
const picked = (node: Node): Node => {
  for (let at = node; ;) {
    const { operation, inputs } = at;
    const scales = operation.op === 'mul' ? inputs.findIndex((x) => bare(x).operation.op === 'constant') : -1;
    if (!picking.has(operation.op) && scales < 0) return at;
    at = scales < 0 ? inputs[0] : inputs[1 - scales];
  }
};

/** What a function of the library is given, and has not computed itself. */
const isGiven = (argument: Node, at: Span): boolean => {
  const { operation, span } = picked(argument);
  if (operation.op === 'input') return true;
  return span !== undefined && (!isLibrary(span) || (span.site !== undefined && span.site !== at));
};

const forms = [
  /^[\p{L}\p{N}_']+\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)$/u, // log(x)
  /^[\p{L}_']+\s+([\p{L}(].*)$/u, // log x
  /^([^^]+)\^[^^]+$/u, // x^1.5
  /^[^/]+\/\s*([^/]+)$/u, // 1 / x
];

/** What a function is applied to, as it is written: of one in the library by the names there. */
export const wordsOf = (
  node: Node,
  { at, own }: Place,
  sources: ReadonlyMap<string, string>,
): { readonly written: string; readonly argument: string | undefined } => {
  const text = writtenIn(own ? at : (node.span ?? at), sources);
  const found = forms.map((form) => form.exec(text)?.[1]).find((x) => x !== undefined);
  const plain = found?.replace(/^\(([^()]*)\)$/, '$1');
  return {
    written: writtenIn(at, sources),
    argument: plain === undefined ? undefined : own ? `\`${plain}\`` : `\`${plain}\` in it`,
  };
};

export const sameSpan = (a: Span | undefined, b: Span): boolean =>
  a?.file === b.file && a.start === b.start && a.end === b.end;

interface Suspect {
  readonly node: Node;
  readonly argument: Node;
  readonly domain: Domain;
  readonly bounds: Bounds;
  readonly attained: Attained;
  readonly inLoop: boolean;
}

const leaves = ({ low, high }: Bounds, domain: Domain): boolean => low < domain.low || high > domain.high;

const isNever = ({ low, high }: Bounds, { low: from, high: to, open }: Domain): boolean =>
  high < from || low > to || (open && (high <= from || low >= to));

/** What is fed to the graphs, as constants where it is there. */
export const rowsOf = (feeds: Iterable<Feed>): Map<Node, Node> =>
  new Map(
    [...feeds].flatMap(({ data, rows, inputs }) =>
      inputs.flatMap(({ leaf, node }): [Node, Node][] => {
        const array = data.leaves[leaf];
        return array.bounds || rows !== data.rows ? [] : [[node, ir.constant(array)]];
      }),
    ),
  );

const boundsOfFeeds = (feeds: Iterable<Feed>): Map<string, Bounds> =>
  new Map(
    [...feeds].flatMap(({ data, inputs }) =>
      inputs.map(({ leaf, name }): [string, Bounds] => [name, constantBounds(data.leaves[leaf])]),
    ),
  );

/** Of the nodes that have a domain those whose argument may be outside of it. */
const suspectsIn = (roots: readonly Node[], feeds: readonly Feed[], bits: Bits, ctx: Context): Suspect[] => {
  const rows = boundsOfFeeds(feeds);
  const bodies: Bodies = new Map();
  const bounds = boundsFrom(
    roots,
    ({ operation }) => (operation.op === 'input' ? rows.get(operation.name) : undefined),
    bodies,
  );
  const look = (
    from: readonly Node[],
    known: ReadonlyMap<Node, Bounds>,
    given?: (input: Node) => Attained | undefined,
  ): Suspect[] => {
    const inLoop = given !== undefined;
    const nodes = exposed(from);
    const loops = nodes.filter((n) => n.operation.op === 'scan');
    const left = nodes.flatMap((node) => {
      const domain = domainOf(node);
      const argument = domain && node.inputs[domain.of];
      const within = argument && known.get(argument);
      return within && leaves(within, domain) ? [{ node, argument, domain, bounds: within }] : [];
    });
    if (left.length + loops.length === 0) return [];
    const attained = attainedFrom(from, known, ctx.shared, bits, given);
    const inside = loops.flatMap((loop) => {
      const { operation, inputs } = loop;
      const body = bodies.get(loop);
      if (operation.op !== 'scan' || !body) return [];
      const outside = operation.body.inputs.map((_, i) =>
        i > operation.carries ? attained.get(inputs[i - 1]) : undefined,
      );
      const places = new Map(operation.body.inputs.map((x, i) => [x, outside[i]]));
      return look(
        operation.body.outputs.map((o) => o.node),
        body,
        (x) => places.get(x),
      );
    });
    return [...left.map((s) => ({ ...s, inLoop, attained: attained.get(s.argument) as Attained })), ...inside];
  };
  return look(roots, bounds);
};

/** The first entry that has no value, of an argument that depends on rows alone. */
const entryOutside = (
  { argument, domain }: Suspect,
  rows: ReadonlyMap<Node, Node>,
  ctx: Context,
): { readonly value: number; readonly row: number | undefined } | undefined => {
  const [known] = ir.substitute([argument], rows);
  if (isFed(known) || workOf(known) > (ctx.shared.postponed ? mostWork.quick : mostWork.slow)) return undefined;
  const [{ data, shape }] = computeNodes([known], 'float64');
  const i = data.findIndex((x: number) => !Number.isNaN(x) && !isInside(x, domain));
  if (i < 0) return undefined;
  const row = shape.length > 0 ? Math.floor(i / (data.length / shape[0])) + 1 : undefined;
  return { value: data[i], row };
};

/** What is computed in a training or an evaluation. */
export const checkDomains = (roots: readonly Node[], feeds: readonly Feed[], ctx: Context): void => {
  const { shared } = ctx;
  const rows = rowsOf(feeds);
  const sets = new Set(feeds.map((f) => f.data.name));
  const bits: Bits = new Map();
  for (const s of suspectsIn(roots, feeds, bits, ctx)) {
    const { node, argument, domain, bounds, attained, inLoop } = s;
    const place = placeOf(node);
    if (!place || (!place.own && !isGiven(argument, place.at)) || shared.doubted.has(bare(argument))) continue;
    const { at } = place;
    if (shared.diagnostics.some((d) => (d.code === 'L0408' || d.code === 'L0905') && sameSpan(d.span, at))) continue;
    // The pivots of a matrix that is not a square of another.
    const pivot = node.span !== undefined && writtenIn(node.span, shared.sources).startsWith('cholesky(');
    const outside = pivot ? 'not positive definite' : domain.outside;
    const about = { ...wordsOf(node, place, shared.sources), outside };
    if (isNever(bounds, domain)) shared.diagnostics.push(diagnose('L0408', at, { ...about, where: 'always' }));
    else if (attained.by !== 0n) {
      if (!attained.all) continue;
      const trained = [...bits].some(([x, bit]) => x.operation.op === 'input' && (bit & attained.by) !== 0n);
      shared.diagnostics.push(diagnose('L0905', at, { ...about, by: trained ? 'training' : 'draw' }));
    } else if (!inLoop) {
      const found = entryOutside(s, rows, ctx);
      if (!found) continue;
      const set = sets.size === 1 ? [...sets][0] : undefined;
      const where = { row: found.row, set, value: String(Number(found.value.toPrecision(6))) };
      shared.diagnostics.push(diagnose('L0408', at, { ...about, where: 'rows', ...where }));
    }
  }
};
