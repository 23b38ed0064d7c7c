/**
 * Products by onnxruntime for the engine that does everything else in WebAssembly: matrices in its memory, multiplied by the widest
 * instructions of this processor. One small model for each way of reading the operands, loaded when it is first needed.
 */
import { sizeOf } from '../../../compiler/ir/shape.ts';
import type { ProductSpec } from '../wasm/product.ts';
import type { Batch, Multiplier, Multiply } from '../wasm/handover.ts';
import type { Ort, OrtTensor, Session } from './binding.ts';
import { encodeModel } from './model.ts';
import { openWriter } from './writer.ts';

/** A call takes 9 µs, in which WebAssembly does this many multiplications and additions. Short inner axes are its strength anyway. */
const worthwhile = 400_000;
const shortAxis = 16;

interface Loaded {
  readonly session: Session;
  readonly names: readonly string[];
  readonly result: string;
}

/** Batches are products of FusedMatMul, which cannot add to what is there; one matrix is a product of Gemm, which can. */
const load = (ort: Ort, threads: number, transA: boolean, transB: boolean, kind: 'one' | 'adds' | 'batch'): Loaded => {
  const w = openWriter();
  const names = Array.from({ length: kind === 'adds' ? 3 : 2 }, () => w.fresh());
  const ways = { transA: Number(transA), transB: Number(transB) };
  const result = w.add(kind === 'batch' ? 'FusedMatMul' : 'Gemm', names, ways);
  const axes = [...(kind === 'batch' ? ['batch'] : []), 'rows', 'columns'];
  const typed = (name: string) => ({ name, type: 'float32' as const, shape: axes.map((axis) => `${name}_${axis}`) });
  return { session: ort.load(encodeModel(w.finish(names.map(typed), [typed(result)])), threads), names, result };
};

/** Row after row, `width` numbers each. */
const isDense = (rows: number, columns: number, width: number): boolean => columns === 1 && rows === width;

/** Which of the operands lie the other way round; undefined if they have gaps. */
const readingOf = ({ m, k, n, a, b, c }: ProductSpec): { transA: boolean; transB: boolean } | undefined => {
  const plainA = isDense(a.rows, a.columns, k);
  const plainB = isDense(b.rows, b.columns, n);
  const dense = (plainA || isDense(a.columns, a.rows, m)) && (plainB || isDense(b.columns, b.rows, k));
  return dense && isDense(c.rows, c.columns, n) ? { transA: !plainA, transB: !plainB } : undefined;
};

/** How each of a, b and c lies in memory; undefined if there are gaps between the matrices of a batch. */
const shapesOf = (
  { m, k, n, adds }: ProductSpec,
  { count, steps }: Batch,
  transA: boolean,
  transB: boolean,
): number[][] | undefined => {
  const matrices = [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n], [m, n]];
  if (count === 1) return matrices;
  const fits = matrices.every(([rows, columns], i) => steps[i] === rows * columns || (i < 2 && steps[i] === 0));
  return fits && !adds ? matrices.map((shape, i) => [steps[i] === 0 ? 1 : count, ...shape]) : undefined;
};

type View = (address: number, size: number) => Float32Array;

/** Addresses that are remembered: those of a step, and of what comes and goes between steps. */
const rememberedTensors = 64;

/** Tensors at addresses, made once while the memory does not grow. */
const openTensors = (view: View, dims: readonly number[]): ((address: number) => OrtTensor) => {
  const size = sizeOf(dims);
  const known = new Map<number, OrtTensor>();
  return (address) => {
    const old = known.get(address);
    if (old && old.data.length === size) return old; // memory that has grown leaves arrays without numbers behind
    if (known.size >= rememberedTensors) known.clear();
    const data = view(address >>> 0, size); // WebAssembly's addresses come signed
    const made: OrtTensor = { type: 'float32', dims, location: 'cpu', data };
    known.set(address, made);
    return made;
  };
};

/** `view`: numbers in the engine's memory. */
export const openMultiplier = (
  ort: Ort,
  threads: number,
  view: View,
): { readonly multiplier: Multiplier; dispose(): void } => {
  const loaded = new Map<string, Loaded>();
  const multiplier: Multiplier = (spec, batch): Multiply | undefined => {
    const { m, k, n, adds } = spec;
    if (batch.count * m * k * n < worthwhile || k < shortAxis) return undefined;
    const reading = readingOf(spec);
    const shapes = reading && shapesOf(spec, batch, reading.transA, reading.transB);
    if (!reading || !shapes) return undefined;
    const { transA, transB } = reading;
    const kind = batch.count > 1 ? 'batch' : adds ? 'adds' : 'one';
    const key = `${transA} ${transB} ${kind}`;
    const model = loaded.get(key) ?? load(ort, threads, transA, transB, kind);
    loaded.set(key, model);
    const { session, names, result } = model;
    const [left, right, sum] = names;
    const [tensorA, tensorB, tensorC] = shapes.map((dims) => openTensors(view, dims));
    const operands: Record<string, OrtTensor> = {};
    const results: Record<string, OrtTensor> = {};
    return (a, b, c) => {
      operands[left] = tensorA(a);
      operands[right] = tensorB(b);
      // what is added to is overwritten in place
      results[result] = tensorC(c);
      if (adds) operands[sum] = results[result];
      session.run(operands, results);
    };
  };
  return {
    multiplier,
    dispose: () => {
      for (const { session } of loaded.values()) session.dispose();
      loaded.clear();
    },
  };
};
