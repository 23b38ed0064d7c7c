/**
 * Update rules written in the language, turned into graphs: `start` makes a parameter's memory, `step` takes the parameter, its
 * gradient, the memory and the time, and gives the next ones. Transforms change gradients before.
 */
import type { Span } from '../../../grammar/span.ts';
import type { Expr } from '../../../grammar/tree/expressions.ts';
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { writtenIn } from '../../../grammar/written.ts';
import { fail } from '../../messages.ts';
import type { Variable } from '../../program.ts';
import { isLibrary } from '../../host.ts';
import { printSpace, R, sameShape } from '../../spaces/space.ts';
import type { Context } from '../context.ts';
import { asTensor, describe, mapTensors, tensorsOf } from '../values/describe.ts';
import { shapeOf, tensor, toReal } from '../values/tensors.ts';
import type { FunctionValue, Optimiser, Tensor, Value, Rule } from '../values/values.ts';
import { makeVariable, variableInput } from '../members/variables.ts';

const asOptimiser = (v: Value, span: Span, ctx: Context): Optimiser => {
  if (v.kind === 'optimiser') return v;
  // `by adam`: all arguments at their defaults
  if (v.kind === 'function' && v.overloads.every((o) => o.params.every((p) => p.default))) {
    const made = ctx.shared.run.apply(v, [], ctx, span);
    if (made.kind === 'optimiser') return made;
  }
  const slip = v.kind === 'tensor' && shapeOf(v).length === 0 ? 'rate' : undefined;
  return fail(
    'L0302',
    span,
    { expected: 'an optimiser, such as `adam(1e-3)`', seen: describe(v), where: '`by`', slip },
    { help: insteadOf(v, writtenIn(span, ctx.shared.sources)) },
  );
};

/** A schedule is the rate of an optimiser; a name needs no quotes. */
const insteadOf = (v: Value, written: string): string | undefined =>
  v.kind === 'text'
    ? `a name is written without quotes: \`by ${v.text.toLowerCase()}\``
    : v.kind === 'function' && v.name === '' && isOneOf(v, 1)
      ? `a schedule is the rate of an optimiser: \`by adam(${written})\``
      : undefined;

const isOneOf = ({ overloads }: FunctionValue, count: number): boolean => overloads[0]?.params.length === count;

/** `by adam(1e-3), clip(1)`: one rule and any number of transforms. */
export const ruleOf = (by: readonly Expr[], ctx: Context): Rule | undefined => {
  const all = by.map((e) => ({ optimiser: asOptimiser(ctx.shared.run.evaluate(e, ctx), e.span, ctx), span: e.span }));
  const rules = all.filter((o) => !o.optimiser.transform);
  if (rules.length > 1)
    fail(
      'L0602',
      rules[1].span,
      { what: 'two update rules behind one `by`' },
      {
        notes: [{ message: 'the first one', span: rules[0].span }],
        help: 'one rule is for all players; each has its own behind its `over`: `over g in G by adam(1e-3)`',
      },
    );
  const transforms = all.filter((o) => o.optimiser.transform).map((o) => o.optimiser);
  if (rules.length === 0) {
    if (transforms.length > 0)
      fail(
        'L0602',
        all[0].span,
        { what: 'a transform of gradients needs an update rule beside it', slip: 'transform alone' },
        { help: 'for example `by adam(1e-3), clip(1)`' },
      );
    return undefined;
  }
  const [{ optimiser: rule, span }] = rules;
  if (rule.solver && transforms.length > 0)
    fail('L0602', span, { what: `a transform of gradients beside \`${rule.text}\`, which takes no steps along them` });
  return { rule, transforms, span };
};

const plain = (node: Node): Tensor => tensor(node, [], R(...node.shape));

const resultNode = (v: Value, shape: readonly number[], span: Span, what: string): Node => {
  const t = toReal(asTensor(v, span, what));
  return shapeOf(t).length === 0 && shape.length > 0 ? ir.broadcastTo(t.node, shape) : t.node;
};

/** The memory of one parameter: made once, named after the parameter. */
const memoryOf = (
  variable: Variable,
  rule: Optimiser,
  ctx: Context,
  span: Span,
): { value: Value; variables: Variable[] } | undefined => {
  if (!rule.start) return undefined;
  const begin = ctx.shared.run.apply(
    rule.start,
    [{ value: plain(variableInput(variable, ctx)), span }],
    { ...ctx, axes: [] },
    span,
  );
  const starts = tensorsOf(begin);
  const variables = starts.map((t, i) => {
    const id = `${variable.id}!${rule.name}${starts.length > 1 ? `.${i}` : ''}`;
    const known = ctx.shared.variables.get(id);
    if (known) return known;
    const node = resultNode(t, t.node.shape, span, 'the start of an optimiser');
    const { shape } = node;
    const name = `${variable.name} (${rule.name})`;
    return makeVariable(
      { id, name, role: 'optimiser', dtype: 'float32', shape, space: `R[${shape.join(', ')}]` },
      node,
      ctx,
    );
  });
  return { value: mapTensors(begin, (_, i) => plain(variableInput(variables[i], ctx))), variables };
};

/** The memory that a step leaves, in the form of the one it was given. */
const likeBefore = (before: Value, after: Value | undefined, rule: Optimiser, span: Span): Value => {
  const form = (v: Value): string =>
    v.kind === 'record'
      ? `(${[...v.fields].map(([name, x]) => `${name} = ${form(x)}`).join(', ')})`
      : v.kind === 'tuple'
        ? `(${v.items.map(form).join(', ')})`
        : '...';
  const ordered =
    before.kind === 'record' && after?.kind === 'record' && after.fields.size === before.fields.size
      ? {
          ...after,
          fields: new Map(
            [...before.fields.keys()].flatMap((k) => {
              const x = after.fields.get(k);
              return x ? [[k, x] as const] : [];
            }),
          ),
        }
      : after;
  if (ordered && form(ordered) === form(before)) return ordered;
  return fail('L0302', ownSpan(rule.step) ?? span, {
    expected: `the memory \`${form(before)}\`, as \`start\` makes it, behind the new parameter`,
    seen: after ? `\`${form(after)}\`` : 'nothing there',
    where: `the \`step\` of \`${rule.name}\``,
  });
};

/** Where a function of the spec stands. */
const ownSpan = (f: Value): Span | undefined => {
  const own = f.kind === 'function' ? f.overloads[0]?.span : undefined;
  return own && !isLibrary(own) ? own : undefined;
};

/** What a step changes: variable -> its next value. */
export const update = (
  variables: readonly Variable[],
  gradients: readonly Node[],
  { rule, transforms, span: own }: Rule,
  time: { readonly step: Node; readonly total: Node },
  ctx: Context,
  problem: Span,
): Map<Variable, Node> => {
  const span = own ?? problem;
  if (rule.solver) fail('L0602', span, { what: `\`${rule.text}\` in a problem inside another, or in a game` });
  const numbers = variables.map((v) => variableInput(v, ctx));
  const changed = transforms.reduce<readonly Node[]>((gs, t) => {
    const squares = gs.map((g) => ir.sum(ir.square(g, span), undefined, false, span));
    const norm = ir.sqrt(
      squares.reduce((a, b) => ir.add(a, b, span)),
      span,
    );
    return gs.map((g, i) => {
      const args = [plain(g), plain(norm), plain(numbers[i])].map((value) => ({ value, span }));
      return resultNode(ctx.shared.run.apply(t.step, args.slice(0, arityOf(t.step)), ctx, span), g.shape, span, t.name);
    });
  }, gradients);
  const now: Value = {
    kind: 'record',
    fields: new Map([
      ['step', plain(ir.add(time.step, ir.scalar(1), span))],
      ['total', plain(time.total)],
    ]),
  };
  const next = new Map<Variable, Node>();
  variables.forEach((variable, i) => {
    const memory = memoryOf(variable, rule, ctx, span);
    const state: Value = memory?.value ?? { kind: 'tuple', items: [] };
    const args = [plain(numbers[i]), plain(changed[i]), state, now].map((value) => ({ value, span }));
    const result = ctx.shared.run.apply(rule.step, args.slice(0, arityOf(rule.step)), { ...ctx, axes: [] }, span);
    const [w, s] = result.kind === 'tuple' ? result.items : [result];
    const moved = resultNode(w, variable.shape, span, rule.name);
    if (!sameShape(moved.shape, variable.shape))
      fail('L0304', ownSpan(rule.step) ?? span, {
        name: `what the \`step\` of \`${rule.name}\` makes of \`${variable.name}\``,
        expected: printSpace(R(...variable.shape)),
        seen: printSpace(R(...moved.shape)),
      });
    next.set(variable, moved);
    if (memory) {
      const after = tensorsOf(likeBefore(memory.value, s, rule, span));
      memory.variables.forEach((v, k) => next.set(v, resultNode(after[k], v.shape, span, rule.name)));
    }
  });
  return next;
};

/** How many of (parameter, gradient, memory, time) a rule written in the language takes. */
export const arityOf = (v: Value): number =>
  v.kind === 'function' && v.overloads[0] ? v.overloads[0].params.length : 4;
