/** `stop(e)`: the value of anything, constant for the gradient: of numbers, of a member, of the draws and densities of a distribution. */
import type { Span } from '../../../grammar/span.ts';
import * as ir from '../../ir/build.ts';
import { topological } from '../../ir/graph.ts';
import type { Node } from '../../ir/graph.ts';
import type { Context } from '../context.ts';
import { mapTensors } from './describe.ts';
import { stopTensor } from './tensors.ts';
import type { Dist, Tensor, Value } from './values.ts';

export const stopped = (v: Value, span: Span): Value => {
  switch (v.kind) {
    case 'tuple':
    case 'list':
      return { ...v, items: v.items.map((x) => stopped(x, span)) };
    case 'record':
      return { ...v, fields: new Map([...v.fields].map(([name, x]) => [name, stopped(x, span)])) };
    case 'member':
      return { ...v, reading: { ...v.reading, stopped: true } };
    case 'dist':
      return stoppedDist(v, span);
    case 'function':
      return {
        ...v,
        run: (ctx, args, at) =>
          stoppedBut({ kind: 'tuple', items: args.map((a) => a.value) }, (held) =>
            ctx.shared.run.apply(
              v,
              args.map((a, i) => ({ ...a, value: held.kind === 'tuple' ? held.items[i] : a.value })),
              ctx,
              at,
            ),
          ),
      };
    default:
      return mapTensors(v, (t) => stopTensor(t, span));
  }
};

/** What `run` makes of x, constant but for x: everything else that it reads is stopped. */
const stoppedBut = (x: Value, run: (held: Value) => Value): Value => {
  const places = new Map<Node, Node>();
  const held = mapTensors(x, (t) => {
    const holder = ir.input('variable', t.node.dtype, t.node.shape);
    places.set(holder, t.node);
    return { ...t, node: holder };
  });
  return mapTensors(run(held), (t) => {
    const read = topological([t.node]).filter(
      (n) => n.operation.op === 'input' && n.dtype === 'float32' && !places.has(n),
    );
    const [constant] = ir.substitute([t.node], new Map(read.map((n) => [n, ir.stop(n)])));
    return { ...t, node: ir.substitute([constant], places)[0] };
  });
};

/** Its draws are constants, so that none needs the score function; its density is still a function of the point. */
const stoppedDist = (dist: Dist, span: Span): Dist => {
  const { sample, logDensity, pushed, power } = dist;
  const aside = (ctx: Context): Context => ({ ...ctx, scores: undefined });
  return {
    ...dist,
    args: new Map([...dist.args].map(([name, v]) => [name, stopped(v, span)])),
    sample: sample && ((ctx) => stopped(sample(aside(ctx)), span)),
    logDensity: logDensity && ((ctx, x, at) => stoppedBut(x, (held) => logDensity(aside(ctx), held, at)) as Tensor),
    facts: new Map([...dist.facts].map(([name, f]) => [name, (ctx: Context) => stopped(f(aside(ctx)), span)])),
    reparameterised: true,
    power: power && { ...power, base: stopped(power.base, span) },
    pushed: pushed && {
      base: stoppedDist(pushed.base, span),
      map: (x, ctx) => stopped(pushed.map(x, ctx), span),
    },
  };
};
