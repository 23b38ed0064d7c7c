/**
 * The engine whose kernels are written for each plan: a step is one call into WebAssembly, on memory laid out before. What it has no
 * code for, the host computes on the same memory.
 */
import type { ArrayValue, DType, Shape } from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import type { Instruction, Plan } from '../../../compiler/plan.ts';
import type { Buffer, Engine, Step } from '../engine.ts';
import { emit, type Target } from './emit.ts';
import { hasSimd, openRelaxedSimd } from './features.ts';
import { openMemory } from './memory.ts';
import { prepare } from './prepare.ts';
import { panelBytes } from './product.ts';
import { bytesFor } from './views.ts';

/** Memory, and how many buffers are over it. */
interface Block {
  readonly address: number;
  readonly bytes: number;
  holders: number;
}

interface Held extends Buffer {
  readonly block: Block;
}

/** What an engine over these kernels is called, and what it does beforehand. */
export type Variant = Pick<Engine, 'name' | 'description' | 'legalise' | 'dispose'>;

const plain = ({ fused }: Target): Variant => ({
  name: 'wasm',
  description: `WebAssembly SIMD written for each plan${fused ? ', with fused products' : ''}`,
  legalise: (graph) => graph,
  dispose: () => {},
});

export const engineOn = (target: Target, variant: Variant = plain(target)): Engine => {
  const { memory } = target;
  let buffers = 0;
  let bytes = 0;

  const make = (dtype: DType, shape: Shape): Held => {
    const size = bytesFor(dtype, shape);
    buffers++;
    bytes += size;
    return { dtype, shape, block: { address: memory.take(size), bytes: size, holders: 1 } };
  };
  const share = ({ block }: Held, dtype: DType, shape: Shape): Held => {
    block.holders++;
    return { dtype, shape, block };
  };
  const release = (buffer: Buffer): void => {
    const { block } = buffer as Held;
    if (block.holders === 0) throw new Error('internal: a buffer is released twice');
    if (--block.holders > 0) return;
    memory.give(block.address);
    buffers--;
    bytes -= block.bytes;
  };
  const upload = (value: ArrayValue): Held => {
    const buffer = make(value.dtype, value.shape);
    memory.view(value.dtype, buffer.block.address, sizeOf(value.shape)).set(value.data);
    return buffer;
  };
  const download = async (buffer: Buffer): Promise<ArrayValue> => {
    const { dtype, shape, block } = buffer as Held;
    return { dtype, shape, data: memory.view(dtype, block.address, sizeOf(shape)).slice() };
  };

  const load = (plan: Plan): Step => {
    const prepared = prepare(plan, true);
    const base = memory.take(prepared.bytes);
    const table = memory.take(4 * (plan.inputs.length + plan.outputs.length));
    const emitted = emit(prepared, base, target);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(emitted.bytes), {
      host: {
        memory: memory.memory,
        host: (index: number, at: number) => emitted.host[index](at),
        multiply: (index: number, a: number, b: number, c: number) => emitted.multiply[index](a, b, c),
      },
    });
    const step = instance.exports.step as (table: number) => void;
    // constants may leave the plan as they are
    const constants = plan.constants.map(({ value }) => value);
    const inputs = plan.inputs.length;

    const run = (given: readonly Buffer[]): Buffer[] => {
      const results: (Held | undefined)[] = prepared.outputs.map((output) =>
        output.kind === 'written' ? make(output.dtype, output.shape) : undefined,
      );
      const words = memory.words();
      let entry = table / 4;
      for (let i = 0; i < inputs; i++) words[entry++] = (given[i] as Held).block.address;
      for (const result of results) words[entry++] = result ? result.block.address : 0;
      step(table);
      return prepared.outputs.map((output, i) => {
        const written = results[i];
        if (written || output.kind === 'written') return written as Held;
        const { from, index } = prepared.places[output.place];
        if (from === 'input') return share(given[index] as Held, output.dtype, output.shape);
        if (from === 'output') return share(results[index] as Held, output.dtype, output.shape);
        return upload({ ...constants[index], shape: output.shape });
      });
    };

    /** Each instruction as a plan of its own. */
    const steps: Step[] = [];
    const stepOf = (instruction: Instruction, i: number): Step => {
      const named = (slots: readonly number[]) => slots.map((slot, k) => ({ name: `${k}`, slot }));
      const { inputs: reads, outputs } = instruction;
      const single: Plan = {
        ...plan,
        inputs: named(reads),
        outputs: named(outputs.filter((slot) => slot >= 0)),
        constants: [],
        instructions: [{ ...instruction, frees: [] }],
      };
      return (steps[i] ??= load(single));
    };
    const trace: Step['trace'] = async (given, watch) => {
      const slots = new Map<number, Held>();
      plan.inputs.forEach(({ slot }, i) => slots.set(slot, share(given[i] as Held, given[i].dtype, given[i].shape)));
      plan.constants.forEach(({ slot, value }) => slots.set(slot, upload(value)));
      for (const [i, instruction] of plan.instructions.entries()) {
        const made = stepOf(instruction, i).run(instruction.inputs.map((slot) => slots.get(slot) as Held));
        const written = instruction.outputs.filter((slot) => slot >= 0);
        written.forEach((slot, k) => slots.set(slot, made[k] as Held));
        await watch(instruction, () => made.map(download));
        for (const slot of instruction.frees) {
          release(slots.get(slot) as Held);
          slots.delete(slot);
        }
      }
      slots.forEach(release);
    };

    return {
      run,
      trace,
      dispose: () => {
        for (const single of steps) single?.dispose();
        for (const address of emitted.constants) memory.give(address);
        memory.give(base);
        memory.give(table);
      },
    };
  };

  return {
    ...variant,
    load,
    upload,
    download,
    release,
    memory: () => ({ buffers, bytes, arena: memory.total() }),
  };
};

export const openWasm = async (): Promise<Engine | { readonly failed: string }> => {
  if (!hasSimd()) return { failed: 'this WebAssembly has no SIMD' };
  const fused = await openRelaxedSimd();
  const memory = openMemory();
  return engineOn({ memory, panels: memory.take(panelBytes), fused });
};
