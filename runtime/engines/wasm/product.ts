/**
 * Matrix products. The kernel in the middle keeps a block of the result in registers, rows by eight columns, while it goes along the
 * inner axis; b is copied into panels of eight columns first, so that it is read in order. Blocks of the inner axis and of rows are
 * chosen for the caches (Goto and van de Geijn 2008). All sizes are known, so every stride is written into the instructions.
 */
import type { Shape } from '../../../compiler/ir/operations.ts';
import type { Module, Writer } from './assembler.ts';

/** A matrix in memory: strides in numbers between rows and between columns, one of which is 1. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
}

export interface ProductSpec {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** In numbers: from one row or column of a, b and c to the next. */
  readonly a: Matrix;
  readonly b: Matrix;
  readonly c: Matrix;
  /** Added to what is there, instead of replacing it. */
  readonly adds: boolean;
}

export interface Products {
  /** A function of the addresses of a, b and c. */
  product(spec: ProductSpec): number;
  /** Likewise of a whole batch, if that is better than one after the other: numbers from one of a, b and c to the next along each axis. */
  batched?(spec: ProductSpec, batch: Shape, steps: readonly (readonly number[])[]): number | undefined;
}

/**
 * Rows and columns of the block in registers: 8 of them hold sums, 2 hold b, 1 holds a. With five or six rows V8 runs out of the 15
 * that it has and keeps sums on the stack: half the speed.
 */
const blockRows = 4;
const panel = 8;
/** Inner axis of a block: its panel stays in the first cache. Rows of a block of a: they stay in the second. */
const innerBlock = 384;
const rowBlock = 192;
/** Columns of b that are copied at once. */
const columnBlock = 512;
/** Memory for the panels of one product at a time. */
export const panelBytes = innerBlock * columnBlock * 4;

interface Block {
  readonly rows: number;
  readonly vectors: number;
  /** Lanes of the last vector that are stored. */
  readonly lanes: number;
  readonly inner: number;
  readonly a: Matrix;
  readonly c: Matrix;
  /** Numbers from one row of the panel to the next. */
  readonly step: number;
  readonly adds: boolean;
}

/** (a, panel, c): one block of the result. */
const writeBlock = (f: Writer, block: Block, fused: boolean): void => {
  const { rows, vectors, lanes, inner, a, c, step, adds } = block;
  const sums = Array.from({ length: rows }, () => Array.from({ length: vectors }, () => f.local('v128')));
  const bs = Array.from({ length: vectors }, () => f.local('v128'));
  const x = f.local('v128');
  const round = (): void => {
    bs.forEach((b, u) => {
      f.get(1);
      f.simdAccess('load', 16 * u);
      f.set(b);
    });
    sums.forEach((row, i) => {
      f.get(0);
      f.simdAccess('load32Splat', i * a.rows * 4);
      f.set(x);
      row.forEach((sum, u) => {
        if (fused) {
          f.get(x);
          f.get(bs[u]);
          f.get(sum);
          f.simd('relaxedMadd');
        } else {
          f.get(sum);
          f.get(x);
          f.get(bs[u]);
          f.simd('f32x4Mul');
          f.simd('f32x4Add');
        }
        f.set(sum);
      });
    });
  };
  f.times(inner, 1, () => {
    round();
    f.advance(0, a.columns * 4);
    f.advance(1, step * 4);
  });
  sums.forEach((row, i) =>
    row.forEach((sum, u) => {
      const offset = (i * c.rows + 4 * u) * 4;
      const whole = u < vectors - 1 || lanes === 4;
      if (adds) {
        f.get(2);
        f.simdAccess('load', offset);
        f.get(sum);
        f.simd('f32x4Add');
        f.set(sum);
      }
      if (whole) {
        f.get(2);
        f.get(sum);
        f.simdAccess('store', offset);
        return;
      }
      for (let lane = 0; lane < lanes; lane++) {
        f.get(2);
        f.get(sum);
        f.laneAccess('store32Lane', lane, offset + 4 * lane);
      }
    }),
  );
};

/** Eight columns of b, the inner axis down: into a panel. (b, panel) */
const writePack = (f: Writer, b: Matrix, inner: number, vectors: number, columns: number): void => {
  f.times(inner, 1, () => {
    for (let u = 0; u < vectors; u++) {
      f.get(1);
      if (b.columns === 1) {
        f.get(0);
        f.simdAccess('load', 16 * u);
      } else {
        const count = Math.min(4, columns - 4 * u);
        f.get(f.constant([0, 0, 0, 0]));
        const gathered = f.local('v128');
        f.set(gathered);
        for (let lane = 0; lane < count; lane++) {
          f.get(0);
          f.get(gathered);
          f.laneAccess('load32Lane', lane, (4 * u + lane) * b.columns * 4);
          f.set(gathered);
        }
        f.get(gathered);
      }
      f.simdAccess('store', 16 * u);
    }
    f.advance(0, b.rows * 4);
    f.advance(1, panel * 4);
  });
};

/** start, start + size, ... up to count; the last may be smaller. */
const split = (count: number, size: number): { readonly start: number; readonly size: number }[] =>
  Array.from({ length: Math.ceil(count / size) }, (_, i) => ({
    start: i * size,
    size: Math.min(size, count - i * size),
  }));

/** `panels`: the address of memory for them. `fused`: products and sums in one instruction. */
export const openProducts = (module: Module, panels: number, fused: boolean): Products => {
  const functions = new Map<string, number>();
  const once = (key: string, make: () => number): number => {
    const known = functions.get(key) ?? make();
    functions.set(key, known);
    return known;
  };
  const block = (spec: Block): number =>
    once(`block ${JSON.stringify(spec)}`, () =>
      module.func(['i32', 'i32', 'i32'], [], (f) => writeBlock(f, spec, fused)),
    );
  const pack = (b: Matrix, inner: number, vectors: number, columns: number): number =>
    once(`pack ${JSON.stringify([b, inner, vectors, b.columns === 1 ? 0 : columns])}`, () =>
      module.func(['i32', 'i32'], [], (f) => writePack(f, b, inner, vectors, columns)),
    );

  /** c's rows of one column panel, or the rows of a block of a. */
  const rowsOf = (
    f: Writer,
    spec: ProductSpec,
    inner: number,
    vectors: number,
    lanes: number,
    rows: number,
    step: number,
    adds: boolean,
    at: { a: () => void; panel: () => void; c: () => void },
  ): void => {
    const shape = { vectors, lanes, inner, a: spec.a, c: spec.c, step, adds };
    const full = Math.floor(rows / blockRows);
    const offset = f.local('i32');
    const cOffset = f.local('i32');
    f.i32(0);
    f.set(offset);
    f.i32(0);
    f.set(cOffset);
    const call = (index: number): void => {
      at.a();
      f.get(offset);
      f.op('i32Add');
      at.panel();
      at.c();
      f.get(cOffset);
      f.op('i32Add');
      f.call(index);
    };
    if (full > 0) {
      const index = block({ ...shape, rows: blockRows });
      f.times(full, 1, () => {
        call(index);
        f.advance(offset, blockRows * spec.a.rows * 4);
        f.advance(cOffset, blockRows * spec.c.rows * 4);
      });
    }
    if (rows % blockRows > 0) call(block({ ...shape, rows: rows % blockRows }));
  };

  /** The columns from `from` on, `n` of them. */
  const writeColumns = (f: Writer, spec: ProductSpec, from: number, n: number): void => {
    const { m, k, a, b, adds } = spec;
    // few rows do not pay for copying b, if it lies row after row
    const direct = b.columns === 1 && m <= 2 * blockRows;
    const address = f.local('i32');
    for (const { start, size: inner } of split(k, innerBlock)) {
      const addsHere = adds || start > 0;
      /** Eight columns of c, or the last few. */
      const columns = (
        body: (vectors: number, lanes: number, width: number, column: (step: number, local: number) => void) => void,
      ): void => {
        const full = Math.floor(n / panel);
        if (full > 0)
          f.times(full, 1, (index) =>
            body(2, 4, panel, (step, local) => {
              f.get(index);
              f.i32(step);
              f.op('i32Mul');
              f.set(local);
            }),
          );
        const rest = n - full * panel;
        if (rest > 0)
          body(Math.ceil(rest / 4), ((rest - 1) % 4) + 1, rest, (step, local) => {
            f.i32(full * step);
            f.set(local);
          });
      };
      if (!direct) {
        columns((vectors, _, width, column) => {
          const index = pack(b, inner, vectors, width);
          column(panel * b.columns * 4, address);
          f.get(1);
          f.i32((start * b.rows + from * b.columns) * 4);
          f.op('i32Add');
          f.get(address);
          f.op('i32Add');
          column(panel * inner * 4, address);
          f.get(address);
          f.i32(panels);
          f.op('i32Add');
          f.call(index);
        });
      }
      for (const rows of split(m, rowBlock)) {
        columns((vectors, lanes, _, column) => {
          const panelOffset = f.local('i32');
          const cOffset = f.local('i32');
          column(direct ? panel * 4 : panel * inner * 4, panelOffset);
          column(panel * 4, cOffset);
          rowsOf(f, spec, inner, vectors, lanes, rows.size, direct ? b.rows : panel, addsHere, {
            a: () => {
              f.get(0);
              f.i32((rows.start * a.rows + start * a.columns) * 4);
              f.op('i32Add');
            },
            panel: () => {
              if (direct) {
                f.get(1);
                f.i32((start * b.rows + from * b.columns) * 4);
                f.op('i32Add');
              } else f.i32(panels);
              f.get(panelOffset);
              f.op('i32Add');
            },
            c: () => {
              f.get(2);
              f.i32((rows.start * spec.c.rows + from) * 4);
              f.op('i32Add');
              f.get(cOffset);
              f.op('i32Add');
            },
          });
        });
      }
    }
  };

  const write = (f: Writer, spec: ProductSpec): void => {
    for (const { start, size } of split(spec.n, columnBlock)) writeColumns(f, spec, start, size);
  };

  return {
    product: (spec) =>
      once(`product ${JSON.stringify(spec)}`, () => module.func(['i32', 'i32', 'i32'], [], (f) => write(f, spec))),
  };
};
