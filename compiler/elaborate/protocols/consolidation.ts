/**
 * Elastic weight consolidation (Kirkpatrick et al. 2017). `ewc(f)` is half the squared way from the member at the end of the task
 * before, each parameter weighed by how much it mattered: the squared gradient of the objective on single examples, the diagonal
 * of the empirical Fisher information, added up over the tasks. Between two trainings a short pass over the rows finds it.
 */
import * as ir from '../../ir/build.ts';
import { gradients } from '../../differentiate.ts';
import { graphOf } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import { fail } from '../../messages.ts';
import type { Action, Variable } from '../../program.ts';
import { R } from '../../spaces/space.ts';
import { objectiveOf } from '../problems/built.ts';
import type { Contestant } from '../problems/over.ts';
import type { Context, Anchor } from '../context.ts';
import { describe } from '../values/describe.ts';
import { runFirst } from '../members/first-run.ts';
import { commonInputs } from '../members/inputs.ts';
import { variablesOf } from '../members/stores.ts';
import { feedsOf } from '../problems/objectives.ts';
import { makeVariable, variableInput } from '../members/variables.ts';
import { tensor } from '../values/tensors.ts';
import type { Data, Tensor, Value } from '../values/values.ts';
import type { IntrinsicCall } from '../intrinsics/call.ts';

/** Examples that a parameter's weight is averaged over, at most. */
const mostExamples = 1000;

const anchorOf = (of: Variable, ctx: Context): Anchor => {
  const known = ctx.shared.anchors.get(of.id);
  if (known) return known;
  const made = (name: string, initial: Node): Variable =>
    makeVariable(
      {
        ...of,
        id: `${of.id} ${name}`,
        name: `${of.name} ${name}`,
        role: 'snapshot',
        space: `R[${of.shape.join(', ')}]`,
      },
      initial,
      ctx,
    );
  const anchor: Anchor = {
    of,
    place: made('after the task before', variableInput(of, ctx)),
    weight: made('weight', ir.full(0, of.shape)),
  };
  ctx.shared.anchors.set(of.id, anchor);
  return anchor;
};

/** The intrinsic `ewc(f)`. */
export const ewc = (call: IntrinsicCall): Value => {
  const f = call.args.get('f');
  const ctx = call.caller;
  if (f?.kind !== 'member')
    return fail('L0302', call.span, {
      expected: 'a member of a model',
      seen: f ? describe(f) : 'nothing',
      where: '`ewc`',
    });
  if (!ctx.problem)
    return fail('L0602', call.span, { what: '`ewc` speaks of a training: it belongs into an objective' });
  runFirst(f, ctx, call.span);
  if (ctx.problem.weighing) return tensor(ir.scalar(0), [], R());
  const terms = variablesOf(f.store).map((v) => {
    const { place, weight } = anchorOf(v, ctx);
    const way = ir.sub(variableInput(v, ctx), variableInput(place, ctx));
    return ir.sum(ir.mul(variableInput(weight, ctx), ir.square(way)));
  });
  const total = terms.reduce((a, b) => ir.add(a, b), ir.scalar(0));
  return tensor(ir.div(total, ir.scalar(2)), [], R()) satisfies Tensor;
};

/** After a task: one pass over single examples, which leaves the weights and where the parameters stand. */
export const consolidate = (contestant: Contestant, data: Data, ctx: Context): Action | undefined => {
  const { bound } = contestant;
  const anchors = bound.flatMap((b) => variablesOf(b.store)).flatMap((v) => ctx.shared.anchors.get(v.id) ?? []);
  if (anchors.length === 0) return undefined;
  const { loss, state } = objectiveOf(contestant, data, 1, ctx, { weighing: true });
  const places = anchors.map(({ of }) => variableInput(of, ctx));
  const slopes = gradients(loss, places);
  const steps = Math.min(data.rows, mostExamples);
  const outputs = anchors.flatMap(({ place, weight }, i) => [
    { name: `var:${place.id}`, node: places[i] },
    {
      name: `var:${weight.id}`,
      node: ir.add(variableInput(weight, ctx), ir.div(ir.square(slopes[i]), ir.scalar(steps))),
    },
  ]);
  const name = bound.map((b) => b.name).join(', ');
  return {
    kind: 'train',
    label: `what mattered in ${name}`,
    solver: {
      kind: 'gradient',
      players: [
        {
          name: `what mattered in ${name}`,
          graph: graphOf([{ name: 'loss', node: loss }, ...outputs], commonInputs),
          feeds: feedsOf(state.feeds.values()),
          every: 1,
          sense: 'minimize',
        },
      ],
      steps,
      stepsPerEpoch: data.rows,
    },
  };
};
