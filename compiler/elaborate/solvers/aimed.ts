/**
 * What the members of a fitted class are fitted to: the objective is looked at with an unknown in the place of each answer. What the member
 * is asked are its inputs, and the answer at which a row's loss is least its target: y in (f(x) - y)^2, what a model before has left in
 * (g(x) + f(x) - y)^2, h(x) as the input in (f(h(x)) - y)^2.
 */
import type { Span } from '../../../grammar/span.ts';
import { nodes } from '../../../grammar/walk.ts';
import { vjp } from '../../differentiate.ts';
import * as ir from '../../ir/build.ts';
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import { R, storageShape } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { templateOf } from '../protocols/buffers.ts';
import type { Built } from '../problems/built.ts';
import { findEntry } from '../context.ts';
import type { Context, Scope } from '../context.ts';
import { describe, templateParts, tensorsOf } from '../values/describe.ts';
import { settle } from '../expressions/operators.ts';
import { expandAxes, sizesOf, tensor, unionAxes } from '../values/tensors.ts';
import type { Axis, Given, Model, Probe, Store, Tensor, Value } from '../values/values.ts';

/** The rows of one member, leaf by leaf as its class keeps them. */
export interface Aimed {
  readonly store: Store;
  readonly leaves: readonly Node[];
}

/** The space of what is to be said: that of the second part of a row. */
const targetOf = ({ rows }: Store): TensorSpace | undefined => {
  const t = rows?.data.template;
  const parts = t ? templateParts(t) : [];
  return parts.length === 2 && parts[1].kind === 'leaf' ? parts[1].space : undefined;
};

const sameInput = (a: Value, b: Value): boolean => {
  const [own, other] = [tensorsOf(a), tensorsOf(b)];
  return own.length === other.length && own.every((t, i) => t.node === other[i].node);
};

/** Called in the place of the member. */
export const answered = (
  probes: Map<Store, Probe>,
  store: Store,
  args: readonly Given[],
  ctx: Context,
  span: Span,
): Value => {
  const probe = probes.get(store) ?? {};
  probes.set(store, probe);
  const input = settle(args[0]?.value ?? { kind: 'missing' }, ctx, span);
  const space = targetOf(store);
  if (tensorsOf(input).length === 0 || !space)
    return fail('L0302', span, { expected: 'numbers', seen: describe(input), where: 'a fitted class' });
  if (probe.asked && !sameInput(probe.asked.input, input))
    return fail('L0602', span, { what: 'a fitted member that is asked twice about a row' });
  const classes = space.element.kind === 'Class' && space.shape.length === 0 ? space.element.size : undefined;
  const axes = unionAxes(...tensorsOf(input));
  const own = classes === undefined ? storageShape(space) : [classes];
  const shape = [...sizesOf(axes), ...own];
  const answer = probe.asked?.answer ?? ir.input('variable', 'float32', shape);
  probe.asked = { input, answer, axes, classes, span };
  const said = tensor(answer, axes, R(...own));
  if (classes === undefined) return said;
  const law = ctx.shared.library.names.get('Categorical');
  const family = law && 'value' in law ? law.value : undefined;
  return family ? ctx.shared.run.apply(family, [{ value: said, span }], ctx, span) : said;
};

const onlySquares = (span: Span): never =>
  fail(
    'L0602',
    span,
    { what: 'an objective that is no square of what a fitted member says' },
    {
      help: 'its members are fitted to `(f(x) - y)^2`, of classes to `-log f(y | x)`; several are fitted one after the other, in stages',
    },
  );

/** The answer at which the loss of each row is least. */
const targetsOf = (
  loss: Node,
  { answer, classes, span }: NonNullable<Probe['asked']>,
  unknowns: readonly Node[],
): Node => {
  const [slope] = vjp([loss], [ir.scalar(1)], [answer]);
  const at = (node: Node, x: number): Node => ir.substitute([node], new Map([[answer, ir.full(x, answer.shape)]]))[0];
  if (classes !== undefined) {
    const best = ir.argmin(at(slope, 1 / classes), answer.shape.length - 1);
    return topological([best]).some((n) => unknowns.includes(n)) ? onlySquares(span) : best;
  }
  const [bend] = vjp([ir.sum(slope)], [ir.scalar(1)], [answer]);
  const target = ir.neg(ir.div(at(slope, 0), bend));
  const bent = ir.uniformValue(bend);
  if (bent === 0 || topological([target, bend]).some((n) => unknowns.includes(n))) return onlySquares(span);
  return target;
};

const within = (store: Store): Store[] => [store, ...[...store.members.values()].flatMap((m) => within(m.store))];

/** The stores of members of fitted classes among these, and inside of them. */
export const keeping = (stores: readonly Store[]): Store[] =>
  stores.flatMap(within).filter((s) => s.statistics.has('rows.count'));

/** With the unknowns in their places: `look` builds the objective. */
export const aim = (
  stores: readonly Store[],
  rows: number,
  look: () => Built,
  maximised: boolean,
): { readonly built: Built; readonly aimed: readonly Aimed[] } => {
  const probes = new Map<Store, Probe>();
  for (const store of stores.flatMap(within)) store.probes = probes;
  let built: Built;
  try {
    built = look();
  } finally {
    for (const store of stores.flatMap(within)) store.probes = undefined;
  }
  const loss = maximised ? ir.neg(built.loss) : built.loss;
  const unknowns = [...probes.values()].flatMap((p) => p.asked?.answer ?? []);
  const aimed = [...probes].flatMap(([store, { asked }]): Aimed[] => {
    if (!asked || !store.rows) return [];
    const [axis, ...more] = asked.axes;
    if (!axis || more.length > 0 || axis.size !== rows)
      return fail('L0602', asked.span, { what: 'a fitted member that is not asked about each row once' });
    const targets = targetsOf(loss, asked, unknowns);
    const y = targetOf(store) as TensorSpace;
    const row: Value = { kind: 'tuple', items: [asked.input, tensor(targets, [axis], y)] };
    store.rows = { ...store.rows, template: templateOf(row, asked.span) };
    const leaf = (t: Tensor): Node => ir.cast(expandAxes(t, [axis as Axis]).node, 'float32');
    return [{ store, leaves: tensorsOf(row).map(leaf) }];
  });
  return { built, aimed };
};

/** A class of the library whose members are fitted. */
export const isFitted = ({ declaration }: Model): boolean => declaration.span.file.endsWith('fitted.learn');

/** Is it a fitted class, or does its body mention one? */
export const mentionsFitted = (model: Model, seen = new Set<unknown>()): boolean => {
  const { declaration, statics, scope } = model;
  if (seen.has(declaration)) return false;
  seen.add(declaration);
  if (isFitted(model)) return true;
  const mentioned = (body: unknown, at: Scope): boolean =>
    nodes(body).some((n) => {
      const found = n.kind === 'name' && 'name' in n ? findEntry(at, n.name as string)?.entry : undefined;
      return found !== undefined && 'value' in found && holds(found.value);
    });
  const holds = (v: Value): boolean => {
    if (v.kind === 'model') return mentionsFitted(v, seen);
    if (v.kind !== 'function' || seen.has(v)) return false;
    seen.add(v);
    return v.overloads.some((f) => f.body !== undefined && mentioned(f.body, f.scope));
  };
  return [...(statics?.values() ?? [])].some(holds) || mentioned(declaration.body, scope);
};
