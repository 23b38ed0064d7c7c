/** Classes whose members are fitted: what a member keeps of the rows that it was trained on, and a tree grown from them. */
import * as ir from '../../ir/build.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import type { Variable } from '../../program.ts';
import { elementDType, elementShape, R, storageShape } from '../../spaces/space.ts';
import type { TensorSpace } from '../../spaces/space.ts';
import { newAxis } from '../context.ts';
import { asCount, describe, poisoned, templateParts } from '../values/describe.ts';
import { fill } from '../data/rows.ts';
import { isSequence, sequence } from '../values/sequences.ts';
import { axisToShape, rankOf, tensor, toReal } from '../values/tensors.ts';
import type { Store, Template, Tensor, Value } from '../values/values.ts';
import { statistic } from '../members/statistics.ts';
import { readInput } from '../members/variables.ts';
import { masked } from '../values/reduce.ts';
import { required, toTensor } from './call.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';

const zeros = (key: string, store: Store, shape: readonly number[], { caller, span }: IntrinsicCall): Variable =>
  statistic(store, key, `${store.name}.${key}`, ir.full(0, shape), caller, span);

const inSpace = (node: Node, space: TensorSpace): Node => ir.cast(node, elementDType(space.element));

const trainingRows = (call: IntrinsicCall) => {
  const store = call.caller.member;
  const rows = store?.rows;
  if (!store || !rows)
    return fail(
      'L0602',
      call.span,
      { what: 'a class whose members are fitted, where there are no rows to fit one to' },
      { help: 'let the problem choose the member, on data: `minimize ... over f in knn[5] on supervised(D)`' },
    );
  const template = rows.template ?? rows.data.template;
  const parts = templateParts(template);
  const plain = (t: Template): boolean =>
    t.kind === 'leaf' || ((t.kind === 'tuple' || t.kind === 'record') && templateParts(t).every(plain));
  if (parts.length !== 2 || !parts.every(plain) || rows.data.view)
    fail('L0302', call.span, { expected: 'rows (x, y)', seen: describe(rows.data), where: 'a fitted class' });
  return { store, rows, template };
};

/** Members of which it has been said that they have too few rows: once, not wherever they are asked. */
const told = new WeakSet<Store>();

/** The rows (x, y) that the member was trained on, as a sequence. `least`: so many there must be. */
const remembered: Intrinsic = (call): Value => {
  const { store, rows, template } = trainingRows(call);
  const least = asCount(required(call, 'least'), call.span, 'the number of rows');
  if (rows.least < least && told.has(store)) poisoned();
  if (rows.least < least) {
    told.add(store);
    fail('L0504', call.span, {
      what: `\`${store.name}\` needs ${least} rows to be fitted to, and there are ${rows.least}`,
    });
  }
  const axis = newAxis(call.caller, rows.most, 'row');
  const element = fill(template, {
    ctx: call.caller,
    leaf: (leaf, space) => {
      const kept = zeros(`rows.${leaf}`, store, [rows.most, ...storageShape(space)], call);
      return tensor(inSpace(readInput(kept, call.caller), space), [axis], space);
    },
    texts: () =>
      fail('L0302', call.span, { expected: 'numbers', seen: 'Text', where: 'a fitted class', slip: 'texts' }),
  });
  const count = zeros('rows.count', store, [], call);
  return sequence(axis, element, tensor(readInput(count, call.caller), [], R()));
};

/** The entries of a sequence as an array, with a value in the place of those that are not there. */
const filled: Intrinsic = (call): Value => {
  const v = required(call, 'xs');
  if (!isSequence(v)) return toTensor(v, call);
  const instead = toReal(toTensor(required(call, 'instead'), call));
  const number = instead.node.operation;
  const value = number.op === 'constant' ? number.value.data[0] : 0;
  return axisToShape(masked(toReal(toTensor(v.element, call)), v.mask, value), v.axis, call.span);
};

/** A tree of `depth` levels grown from the rows: (features, thresholds, leaves), in the order of a heap. */
const grown: Intrinsic = (call): Value => {
  const { store, rows, template } = trainingRows(call);
  const [depth, least] = ['depth', 'least'].map((name) => asCount(required(call, name), call.span, `\`${name}\``));
  if (depth < 1 || depth > 12)
    fail('L0302', call.span, { expected: 'a depth from 1 to 12', seen: String(depth), where: '`tree`' });
  const [x, y] = templateParts(template);
  if (x.kind !== 'leaf' || x.space.shape.length > 1 || x.space.element.kind === 'Class')
    return fail('L0302', call.span, {
      expected: 'rows (x, y) with x a vector',
      seen: describe(rows.data),
      where: '`tree`',
    });
  if (y.kind !== 'leaf' || y.space.shape.length > 0 || elementShape(y.space.element).length > 0)
    return fail('L0302', call.span, {
      expected: 'rows (x, y) with y a number or a class',
      seen: describe(rows.data),
      where: '`tree`',
    });
  remembered({ ...call, args: new Map([...call.args, ['least', tensor(ir.scalar(1), [], R())]]) });
  const splits = 2 ** depth - 1;
  const classes = y.space.element.kind === 'Class' ? y.space.element.size : undefined;
  const shape = classes === undefined ? [splits + 1] : [splits + 1, classes];
  const [features, thresholds] = ['features', 'thresholds'].map((key) => zeros(key, store, [splits], call));
  const leaves = zeros('leaves', store, shape, call);
  store.trees.set(call.caller.path, {
    rows: store.statistics.get(`rows.${x.leaf}`)!.id,
    targets: store.statistics.get(`rows.${y.leaf}`)!.id,
    count: store.statistics.get('rows.count')!.id,
    features: features.id,
    thresholds: thresholds.id,
    leaves: leaves.id,
    depth,
    least,
    classes,
  });
  const whole = (v: Variable): Tensor => tensor(readInput(v, call.caller), [], R(...v.shape));
  const space: TensorSpace = { kind: 'tensor', element: { kind: 'Int' }, shape: [splits] };
  const simplex: TensorSpace =
    classes === undefined
      ? R(splits + 1)
      : { kind: 'tensor', element: { kind: 'Simplex', size: classes }, shape: [splits + 1] };
  return {
    kind: 'tuple',
    items: [{ ...whole(features), space }, whole(thresholds), { ...whole(leaves), space: simplex }],
  };
};

/** Whether what a member was trained to say is a class. */
const isClass: Intrinsic = (call): Value => {
  const { template } = trainingRows(call);
  const [, y] = templateParts(template);
  const yes = y.kind === 'leaf' && y.space.element.kind === 'Class' && rankOf(tensor(ir.scalar(0), [], R())) === 0;
  return tensor(ir.constant({ dtype: 'bool', shape: [], data: Uint8Array.of(yes ? 1 : 0) }), [], {
    kind: 'tensor',
    element: { kind: 'Bit' },
    shape: [],
  });
};

export const rememberedIntrinsics: Readonly<Record<string, Intrinsic>> = {
  _remembered: remembered,
  _filled: filled,
  _grown: grown,
  _is_class: isClass,
};
