/**
 * Prepared plan -> one WebAssembly module: a function for each kind of loop and product, and one for the step that calls them in order.
 * A step's function gets the address of its table: where its inputs are, and where its outputs go.
 */
import type { ArrayValue, OperationOf } from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import { hostKernel } from '../host/table.ts';
import { openModule, type Module, type Writer } from './assembler.ts';
import { accessesOf, keyOf, writeLoop } from './loops.ts';
import type { Kernel } from './fuse.ts';
import type { Memory } from './memory.ts';
import type { LoopMemory, Prepared } from './prepare.ts';
import { handOver, type Multiplier, type Multiply } from './handover.ts';
import { openProducts, type Products } from './product.ts';
import { bytesFor, stridesIn, widthOf, type View } from './views.ts';
import { choiceOf, openRows } from './rows.ts';
import { openWindows, type Windows } from './windows.ts';
import type { Hosted, Loop, Product } from './work.ts';

export interface Target {
  readonly memory: Memory;
  /** The address of memory for panels of products. */
  readonly panels: number;
  /** Products and sums in one instruction. */
  readonly fused: boolean;
  /** Whoever takes large products over. */
  readonly multiplier?: Multiplier;
  /** Called after each kernel of a step, for measurements. */
  readonly mark?: (kernel: Kernel) => void;
}

export interface Emitted {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What `host` is called with. */
  readonly host: readonly ((table: number) => void)[];
  /** What `multiply` is called with, and three addresses. */
  readonly multiply: readonly Multiply[];
  /** Addresses of constants, to be given back. */
  readonly constants: readonly number[];
}

interface Context {
  readonly target: Target;
  readonly module: Module;
  readonly products: Products;
  readonly windows: Windows;
  readonly rows: ReturnType<typeof openRows>;
  readonly hostImport: number;
  readonly host: ((table: number) => void)[];
  readonly constants: number[];
  /** Arrays that are in memory already. */
  readonly known: Map<ArrayValue['data'], number>;
  readonly loops: Map<string, number>;
}

/** Somewhere in memory: at a fixed address, or `distance` from what the table holds in an entry. */
type Where = { readonly address: number } | { readonly entry: number; readonly distance: number };

const upload = ({ target, constants, known }: Context, { dtype, shape, data }: ArrayValue): number => {
  const old = known.get(data);
  if (old !== undefined) return old;
  const address = target.memory.take(bytesFor(dtype, shape));
  target.memory.view(dtype, address, sizeOf(shape)).set(data);
  constants.push(address);
  known.set(data, address);
  return address;
};

/** The function of a plan: (table) */
const emitPlan = (context: Context, prepared: Prepared, base: number): number => {
  const { plan, places, offsets, within, kernels, scratch, loops } = prepared;
  const constants = plan.constants.map(({ value }) => upload(context, value));
  const where = (place: number, distance: number): Where => {
    const { from, index } = places[place];
    if (from === 'constant') return { address: constants[index] + distance };
    if (from === 'step' && within[place] < 0) return { address: base + offsets[place] + distance };
    if (from === 'step') return { entry: plan.inputs.length + within[place], distance: offsets[place] + distance };
    return { entry: from === 'input' ? index : plan.inputs.length + index, distance };
  };
  const of = ({ place, offset, dtype }: Pick<View, 'place' | 'offset' | 'dtype'>): Where =>
    where(place, offset * widthOf(dtype));
  return context.module.func(['i32'], [], (f) => {
    kernels.forEach((kernel, i) => {
      emitKernel(context, f, kernel, of, base, scratch[i], loops[i]);
      const { mark } = context.target;
      if (!mark) return;
      f.i32(context.host.push(() => mark(kernel)) - 1);
      f.get(0);
      f.call(context.hostImport);
    });
  });
};

const push = (f: Writer, where: Where): void => {
  if ('address' in where) return f.i32(where.address);
  f.get(0);
  f.access('i32Load', 4 * where.entry);
  if (where.distance !== 0) {
    f.i32(where.distance);
    f.op('i32Add');
  }
};

const emitKernel = (
  context: Context,
  f: Writer,
  kernel: Kernel,
  of: (view: Pick<View, 'place' | 'offset' | 'dtype'>) => Where,
  base: number,
  scratch: number | undefined,
  memory: LoopMemory | undefined,
): void => {
  if (kernel.kind === 'fused') {
    const key = keyOf(kernel);
    const accesses = accessesOf(kernel);
    const index =
      context.loops.get(key) ??
      context.module.func(
        accesses.map(() => 'i32'),
        [],
        (g) => writeLoop(g, kernel, context.target.fused),
      );
    context.loops.set(key, index);
    for (const access of accesses) push(f, of(access));
    f.call(index);
  } else if (kernel.kind === 'product') emitProduct(context, f, kernel, of);
  else if (kernel.kind === 'window') {
    const { op, window, args, target } = kernel;
    const shapes = args.map(({ shape }) => shape);
    const index = context.windows.windowed(op, window, shapes, target.shape);
    for (const view of [...args, target]) push(f, of(view));
    f.i32(base + (scratch as number));
    f.call(index);
  } else if (kernel.kind === 'zeros') {
    push(f, of(kernel.target));
    f.i32(0);
    f.i32(bytesFor(kernel.target.dtype, kernel.target.shape));
    f.fill();
  } else if (kernel.kind === 'host') {
    const onHost = (): void => {
      f.i32(hosted(context, kernel, of));
      f.get(0);
      f.call(context.hostImport);
    };
    const choice = choiceOf(kernel.operation, kernel.args, kernel.target);
    if (!choice) return onHost();
    const index = context.rows(choice);
    f.if(() => {
      for (const view of [kernel.args[0], kernel.args[kernel.args.length - 1], kernel.target]) push(f, of(view));
      f.call(index);
    }, onHost);
  } else emitLoop(context, f, kernel, of, base, memory as LoopMemory);
};

/** A product for each of the batch. */
const emitProduct = (
  { products }: Context,
  f: Writer,
  { args, target, transposeA, transposeB }: Product,
  of: (view: View) => Where,
): void => {
  const [a, b] = args;
  const [m, n] = target.shape.slice(-2);
  const matrix = (view: View, transposed: boolean) => {
    const [rows, columns] = view.strides.slice(-2);
    return transposed ? { rows: columns, columns: rows } : { rows, columns };
  };
  const k = a.shape[a.shape.length - (transposeA ? 2 : 1)];
  const c = { rows: n, columns: 1 };
  const spec = { m, k, n, a: matrix(a, transposeA), b: matrix(b, transposeB), c, adds: false };
  const batch = target.shape.slice(0, -2);
  const pointers = [a, b, target].map((view) => {
    const local = f.local('i32');
    push(f, of(view));
    f.set(local);
    const head = { ...view, shape: view.shape.slice(0, -2), strides: view.strides.slice(0, -2) };
    return { local, steps: stridesIn(head, batch).map((s) => 4 * s) };
  });
  const together = products.batched?.(
    spec,
    batch,
    pointers.map(({ steps }) => steps.map((step) => step / 4)),
  );
  if (together !== undefined) {
    for (const { local } of pointers) f.get(local);
    return f.call(together);
  }
  const index = products.product(spec);
  const each = (axis: number): void => {
    if (axis === batch.length) {
      for (const { local } of pointers) f.get(local);
      return f.call(index);
    }
    f.times(batch[axis], 1, () => {
      each(axis + 1);
      for (const { local, steps } of pointers) f.advance(local, steps[axis]);
    });
    for (const { local, steps } of pointers) f.advance(local, -steps[axis] * batch[axis]);
  };
  each(0);
};

/** Registers a call of JavaScript. */
const hosted = (
  { target, host }: Context,
  { operation, args, target: result }: Hosted,
  of: (view: View) => Where,
): number => {
  const { memory } = target;
  const kernel = hostKernel(operation, args, result);
  const views = [...args, result].map((view) => ({ where: of(view), dtype: view.dtype, size: sizeOf(view.shape) }));
  const find = ({ where, dtype, size }: (typeof views)[number], table: number) => {
    const address =
      'address' in where ? where.address : (memory.words()[table / 4 + where.entry] >>> 0) + where.distance;
    return memory.view(dtype, address, size);
  };
  const inputs = views.slice(0, -1);
  const output = views[views.length - 1];
  return (
    host.push((table) =>
      kernel(
        inputs.map((view) => find(view, table)),
        find(output, table),
      ),
    ) - 1
  );
};

/** Rounds that fill in the table of the body and call it; what a round carries is written where the next one reads it. */
const emitLoop = (
  context: Context,
  f: Writer,
  { operation, args, targets, body }: Loop,
  of: (view: View) => Where,
  base: number,
  memory: LoopMemory,
): void => {
  const { carries, sequences, length, reverse }: OperationOf<'scan'> = operation;
  if (length === 0) {
    // no round: what is carried arrives as it left, and stacks are empty
    args.slice(0, carries).forEach((view, i) => {
      const target = targets[i];
      if (!target) return;
      push(f, of(target));
      push(f, of(view));
      f.i32(bytesFor(view.dtype, view.shape));
      f.copy();
    });
    return;
  }
  const index = emitPlan(context, memory.body, base + memory.bodyBase);
  const table = base + memory.table;
  const entries = body.inputs.length;
  const setEntry = (entry: number, value: () => void): void => {
    f.i32(table);
    value();
    f.access('i32Store', 4 * entry);
  };
  const bytes = (i: number): number => {
    const { dtype, shape } = body.slots[body.outputs[i].slot];
    return bytesFor(dtype, shape);
  };
  setEntry(0, () => f.i32(base + memory.round));
  args.forEach((view, i) => {
    if (i < carries || i >= carries + sequences) setEntry(1 + i, () => push(f, of(view)));
  });
  const round = f.local('i32');
  f.times(length, 1, (counter) => {
    if (reverse) {
      f.i32(length - 1);
      f.get(counter);
      f.op('i32Sub');
    } else f.get(counter);
    f.set(round);
    f.i32(base + memory.round);
    f.get(round);
    f.access('i32Store');
    const plus = (step: number): void => {
      f.get(round);
      f.i32(step);
      f.op('i32Mul');
      f.op('i32Add');
    };
    for (let i = carries; i < carries + sequences; i++) {
      const { dtype, shape } = args[i];
      setEntry(1 + i, () => {
        push(f, of(args[i]));
        plus(bytesFor(dtype, shape.slice(1)));
      });
    }
    memory.carries.forEach(({ even, odd }, i) => {
      const target = targets[i];
      setEntry(entries + i, () => {
        // the last round is even
        if (target) push(f, of(target));
        else f.i32(base + (even as number));
        f.i32(base + odd);
        f.i32(length - 1);
        f.get(counter);
        f.op('i32Sub');
        f.i32(1);
        f.op('i32And');
        f.op('i32Eqz');
        f.op('select');
      });
    });
    targets.slice(carries).forEach((target, k) => {
      const i = carries + k;
      setEntry(entries + i, () => {
        if (!target) return f.i32(base + (memory.unread[i] as number));
        push(f, of(target));
        plus(bytes(i));
      });
    });
    f.i32(table);
    f.call(index);
    for (let i = 0; i < carries; i++)
      setEntry(1 + i, () => {
        f.i32(table);
        f.access('i32Load', 4 * (entries + i));
      });
  });
};

export const emit = (prepared: Prepared, base: number, target: Target): Emitted => {
  const module = openModule();
  const hostImport = module.import('host', ['i32', 'i32']);
  const own = openProducts(module, target.panels, target.fused);
  const { products, multiply } = target.multiplier
    ? handOver(module, module.import('multiply', ['i32', 'i32', 'i32', 'i32']), target.multiplier, own)
    : { products: own, multiply: [] };
  const context: Context = {
    target,
    module,
    products,
    windows: openWindows(module, products),
    rows: openRows(module),
    hostImport,
    host: [],
    constants: [],
    known: new Map(),
    loops: new Map(),
  };
  const index = emitPlan(context, prepared, base);
  module.export('step', index);
  return { bytes: module.bytes(), host: context.host, multiply, constants: context.constants };
};
