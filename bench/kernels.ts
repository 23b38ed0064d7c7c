/**
 * Where a step's time goes, kernel by kernel: `node dist/bench/kernels.js SPEC [wasm|native] [seconds]`. The fastest of many runs of each
 * kernel, largest first, with what it computes; products in billions of operations a second, loops in billions of bytes.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from '../compiler/compile.ts';
import { optimise } from '../compiler/passes/index.ts';
import { plan as planOf, type Plan } from '../compiler/plan.ts';
import { sizeOf } from '../compiler/ir/shape.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { legaliseFor } from '../runtime/engines/legalise.ts';
import { loadOrt } from '../runtime/engines/onnx/binding.ts';
import { openMultiplier } from '../runtime/engines/onnx/multiplier.ts';
import { engineOn } from '../runtime/engines/wasm/engine.ts';
import type { Target } from '../runtime/engines/wasm/emit.ts';
import { openRelaxedSimd } from '../runtime/engines/wasm/features.ts';
import type { Kernel } from '../runtime/engines/wasm/fuse.ts';
import { openMemory } from '../runtime/engines/wasm/memory.ts';
import { panelBytes } from '../runtime/engines/wasm/product.ts';
import { targetsOf } from '../runtime/engines/wasm/work.ts';

const specs = fileURLToPath(new URL('../../bench/specs/', import.meta.url));
const [name, engineName = 'wasm', seconds = '3', most = '40'] = process.argv.slice(2);

const memory = openMemory();
const times = new Map<Kernel, { count: number; least: number; sum: number }>();
let last = 0n;
const mark = (kernel: Kernel): void => {
  const now = process.hrtime.bigint();
  const ns = Number(now - last);
  const entry = times.get(kernel) ?? { count: 0, least: Infinity, sum: 0 };
  entry.count++;
  entry.least = Math.min(entry.least, ns);
  times.set(kernel, entry);
  last = process.hrtime.bigint();
};
const view = (address: number, size: number) => memory.view('float32', address, size) as Float32Array;
const multiplier = engineName === 'native' ? openMultiplier(await loadOrt(), 1, view).multiplier : undefined;
const base: Target = { memory, panels: memory.take(panelBytes), fused: await openRelaxedSimd(), mark };
const engine = engineOn(multiplier ? { ...base, multiplier } : base);

const file = `${specs}${name}.learn`;
const { program, diagnostics } = await compile(file, readFileSync(file, 'utf8'), nodeHost(), { seed: 1 });
if (!program) throw new Error(diagnostics.map(({ message }) => message).join('; '));
const solver = program.stages[0].actions.flatMap((a) => (a.kind === 'train' ? [a.solver] : []))[0];
if (solver?.kind !== 'gradient') throw new Error('no gradient training');

const numbers = (dtype: string, size: number, input: string) =>
  Float64Array.from({ length: size }, (_, i) => (dtype === 'float32' ? (input.includes('var') ? 0.03 * Math.sin(i * 1.7) + (/v$|second/.test(input) ? 0.05 : 0) : Math.abs(Math.sin(i))) : i % 2)); // prettier-ignore

const describe = (kernel: Kernel): string => {
  if (kernel.kind === 'fused') {
    const ops = kernel.steps.map(({ operation }) => operation.op).join(' ');
    const reduced = kernel.dims.map((n, i) => (kernel.reduced[i] ? `(${n})` : n)).join('x');
    const strides = (list: readonly { strides: readonly number[] }[]) =>
      list.map((s) => `[${s.strides.join()}]`).join(' ');
    return `${reduced}: ${strides(kernel.loads)} -> ${strides(kernel.stores)} ${kernel.reductions.map((r) => `${r.op}[${r.strides.join()}]`).join(' ')} | ${ops}`;
  }
  const arg = (v: { shape: readonly number[]; strides: readonly number[] }) =>
    `${v.shape.join('x')}{${v.strides.join()}}`;
  const what =
    kernel.kind === 'product'
      ? `${kernel.transposeA ? 'T' : ''} ${kernel.transposeB ? 'T' : ''}`
      : kernel.kind === 'window'
        ? kernel.op
        : kernel.kind === 'host' || kernel.kind === 'loop'
          ? kernel.operation.op
          : '';
  return `${kernel.kind} ${what} ${kernel.args.map(arg).join(' ')} -> ${targetsOf(kernel).map(arg).join(' ')}`;
};

const rate = (kernel: Kernel, ns: number): string => {
  if (kernel.kind === 'product') {
    const [a] = kernel.args;
    const k = a.shape[a.shape.length - (kernel.transposeA ? 2 : 1)];
    return `${((2 * sizeOf(kernel.target.shape) * k) / ns).toFixed(1)} GF/s`;
  }
  if (kernel.kind === 'window') {
    const shapes = [...kernel.args, kernel.target].map((v) => sizeOf(v.shape));
    const { window, op } = kernel;
    const [image, g, filter] =
      op === 'conv'
        ? [kernel.args[0], kernel.target, kernel.args[1]]
        : op === 'conv_to_input'
          ? [kernel.target, kernel.args[0], kernel.args[1]]
          : [kernel.args[0], kernel.args[1], kernel.target];
    void image;
    void window;
    if (op === 'unfold' || op === 'fold') return `${((4 * (shapes[0] + shapes[1])) / ns).toFixed(1)} GB/s`;
    return `${((2 * sizeOf(g.shape) * sizeOf(filter.shape.slice(0, 3))) / ns).toFixed(1)} GF/s`;
  }
  if (kernel.kind === 'fused') {
    const size = sizeOf(kernel.dims);
    const real = [...kernel.loads, ...kernel.stores, ...kernel.reductions].reduce(
      (sum, { strides, dtype }) =>
        sum + (dtype === 'bool' ? 1 : 4) * kernel.dims.reduce((p, n, i) => (strides[i] === 0 ? p : p * n), 1),
      0,
    );
    return `${(ns / size).toFixed(2)} ns/el ${(real / ns).toFixed(1)} GB/s`;
  }
  return '';
};

for (const player of solver.players) {
  times.clear();
  const graph = engineName === 'native' ? legaliseFor('native', player.graph) : player.graph;
  const plan: Plan = planOf(optimise(graph));
  const step = engine.load(plan);
  const inputs = plan.inputs.map(({ slot, name: input }) => {
    const { dtype, shape } = plan.slots[slot];
    const data = numbers(dtype, sizeOf(shape), input);
    const own =
      dtype === 'float32' ? Float32Array.from(data) : dtype === 'int32' ? Int32Array.from(data) : Uint8Array.from(data);
    return engine.upload({ dtype, shape, data: own });
  });
  const until = performance.now() + 1000 * Number(seconds);
  let whole = Infinity;
  while (performance.now() < until) {
    const began = process.hrtime.bigint();
    last = began;
    const outputs = step.run(inputs);
    whole = Math.min(whole, Number(process.hrtime.bigint() - began));
    outputs.forEach(engine.release);
  }
  const list = [...times].sort((p, q) => q[1].least - p[1].least);
  const total = list.reduce((sum, [, { least }]) => sum + least, 0);
  console.log(
    `${player.name}: ${list.length} kernels, ${(total / 1e6).toFixed(3)} ms, whole ${(whole / 1e6).toFixed(3)} ms`,
  );
  const kinds = new Map<string, number>();
  for (const [kernel, { least }] of list) {
    const handed =
      kernel.kind === 'product' && multiplier
        ? kernel.target.shape.length === 2
          ? ' of matrices'
          : ' of batches'
        : '';
    kinds.set(kernel.kind + handed, (kinds.get(kernel.kind + handed) ?? 0) + least);
  }
  console.log([...kinds].map(([kind, ns]) => `${kind} ${(ns / 1e6).toFixed(3)} ms`).join(', '));
  for (const [kernel, { least }] of list.slice(0, Number(most)))
    console.log(`${(least / 1e3).toFixed(1).padStart(8)} us ${rate(kernel, least).padStart(22)}  ${describe(kernel)}`);
}
process.exit(0);
