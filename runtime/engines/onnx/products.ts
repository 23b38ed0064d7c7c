/**
 * Products alone, for an engine that does everything else itself: onnxruntime multiplies matrices that lie in somebody's memory, by the
 * widest instructions of this processor. One small model for each way of reading the operands, loaded when it is first needed.
 */
import type { Ort, OrtTensor, Session } from './binding.ts';
import { encodeModel } from './model.ts';
import { openWriter } from './writer.ts';

/** Matrices one after the other: [batch, rows, columns], as they lie in memory. */
export interface Matrices {
  readonly data: Float32Array;
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
}

export interface Products {
  /** out = a b, each read the other way round where it says so; a batch of one goes with every one of the other's. */
  multiply(a: Matrices, b: Matrices, out: Matrices, transposeA: boolean, transposeB: boolean): void;
  dispose(): void;
}

interface Loaded {
  readonly session: Session;
  readonly names: readonly [string, string, string];
}

const load = (ort: Ort, threads: number, transA: number, transB: number): Loaded => {
  const w = openWriter();
  const [a, b] = [w.fresh(), w.fresh()];
  const product = w.add('FusedMatMul', [a, b], { transA, transB });
  const typed = (name: string) => ({
    name,
    type: 'float32' as const,
    shape: ['batch', 'rows', 'columns'].map((s) => name + s),
  });
  const model = encodeModel(w.finish([typed(a), typed(b)], [typed(product)]));
  return { session: ort.load(model, threads), names: [a, b, product] };
};

const tensor = ({ data, batch, rows, columns }: Matrices): OrtTensor => ({
  type: 'float32',
  dims: [batch, rows, columns],
  location: 'cpu',
  data,
});

export const openProducts = (ort: Ort, threads: number): Products => {
  const loaded = new Map<number, Loaded>();
  return {
    multiply: (a, b, out, transposeA, transposeB) => {
      const way = Number(transposeA) * 2 + Number(transposeB);
      let model = loaded.get(way);
      if (!model) {
        model = load(ort, threads, Number(transposeA), Number(transposeB));
        loaded.set(way, model);
      }
      const [left, right, product] = model.names;
      model.session.run({ [left]: tensor(a), [right]: tensor(b) }, { [product]: tensor(out) });
    },
    dispose: () => {
      for (const { session } of loaded.values()) session.dispose();
      loaded.clear();
    },
  };
};
