/**
 * WebAssembly modules put together from bytes: functions with their locals and structured loops. Memory is imported, addresses are i32.
 */
import { access, laneAccess, plain, simd, simdAccess, simdLane } from './opcodes.ts';

export type ValueType = 'i32' | 'f32' | 'v128';
const typeCode: { readonly [K in ValueType]: number } = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

const unsigned = (into: number[], n: number): void => {
  do {
    const byte = n % 128;
    n = Math.floor(n / 128);
    into.push(n > 0 ? byte + 128 : byte);
  } while (n > 0);
};

const signed = (into: number[], n: number): void => {
  for (;;) {
    const byte = n & 0x7f;
    n >>= 7;
    if ((n === 0 && (byte & 0x40) === 0) || (n === -1 && (byte & 0x40) !== 0)) {
      into.push(byte);
      return;
    }
    into.push(byte | 0x80);
  }
};

const floatBytes = (x: number): Uint8Array => new Uint8Array(Float32Array.of(x).buffer);

const pushLanes = (into: number[], bits: readonly number[]): void => {
  into.push(0xfd, 12, ...new Uint8Array(Int32Array.from(bits).buffer));
};

/** A function's body while it is written. */
export interface Writer {
  local(type: ValueType): number;
  get(local: number): void;
  set(local: number): void;
  tee(local: number): void;
  i32(n: number): void;
  f32(x: number): void;
  /** Four 32-bit lanes. */
  lanes(bits: readonly number[]): void;
  /** A local with these lanes, set before everything else in the function. */
  constant(bits: readonly [number, number, number, number]): number;
  op(name: keyof typeof plain): void;
  simd(name: keyof typeof simd): void;
  extract(name: keyof typeof simdLane, lane: number): void;
  /** The address is on the stack (and, for stores, the value above it). */
  access(name: keyof typeof access, offset?: number): void;
  simdAccess(name: keyof typeof simdAccess, offset?: number): void;
  laneAccess(name: keyof typeof laneAccess, lane: number, offset?: number): void;
  /** memory.copy and memory.fill: their three operands are on the stack. */
  copy(): void;
  fill(): void;
  call(index: number): void;
  /** `when`: leaves an i32 on the stack. */
  if(when: () => void, then: () => void, otherwise?: () => void): void;
  /** Runs `body` for counter = 0, step, ... < count; at least one round. The counter is a local. */
  times(count: number, step: number, body: (counter: number) => void): void;
  /** local += n */
  advance(local: number, n: number): void;
}

interface Finished {
  readonly type: number;
  readonly bytes: readonly number[];
}

export interface Module {
  /** A function of the host's; before all others. */
  import(name: string, params: readonly ValueType[], results?: readonly ValueType[]): number;
  func(params: readonly ValueType[], results: readonly ValueType[], write: (f: Writer) => void): number;
  export(name: string, index: number): void;
  bytes(): Uint8Array<ArrayBuffer>;
}

const openWriter = (parameters: number): Writer & { finish(): number[] } => {
  const code: number[] = [];
  const locals: ValueType[] = [];
  const prologue: number[] = [];
  const constants = new Map<string, number>();
  const memory = ([op, align]: readonly [number, number], offset: number): void => {
    unsigned(code, op);
    code.push(align);
    unsigned(code, offset);
  };
  const writer: Writer = {
    local: (type) => parameters + locals.push(type) - 1,
    get: (local) => {
      code.push(0x20);
      unsigned(code, local);
    },
    set: (local) => {
      code.push(0x21);
      unsigned(code, local);
    },
    tee: (local) => {
      code.push(0x22);
      unsigned(code, local);
    },
    i32: (n) => {
      code.push(0x41);
      signed(code, n | 0);
    },
    f32: (x) => code.push(0x43, ...floatBytes(x)),
    lanes: (bits) => pushLanes(code, bits),
    constant: (bits) => {
      const key = bits.join();
      const known = constants.get(key);
      if (known !== undefined) return known;
      const local = writer.local('v128');
      constants.set(key, local);
      pushLanes(prologue, bits);
      prologue.push(0x21);
      unsigned(prologue, local);
      return local;
    },
    op: (name) => code.push(plain[name]),
    simd: (name) => {
      code.push(0xfd);
      unsigned(code, simd[name]);
    },
    extract: (name, lane) => code.push(0xfd, simdLane[name], lane),
    access: (name, offset = 0) => memory(access[name], offset),
    simdAccess: (name, offset = 0) => {
      code.push(0xfd);
      memory(simdAccess[name], offset);
    },
    laneAccess: (name, lane, offset = 0) => {
      code.push(0xfd);
      memory(laneAccess[name], offset);
      code.push(lane);
    },
    copy: () => code.push(0xfc, 10, 0, 0),
    fill: () => code.push(0xfc, 11, 0),
    call: (index) => {
      code.push(0x10);
      unsigned(code, index);
    },
    if: (when, then, otherwise) => {
      when();
      code.push(0x04, 0x40);
      then();
      if (otherwise) {
        code.push(0x05);
        otherwise();
      }
      code.push(0x0b);
    },
    times: (count, step, body) => {
      const counter = writer.local('i32');
      writer.i32(0);
      writer.set(counter);
      if (count <= step) return body(counter);
      code.push(0x03, 0x40);
      body(counter);
      writer.get(counter);
      writer.i32(step);
      writer.op('i32Add');
      writer.tee(counter);
      writer.i32(count);
      writer.op('i32LtU');
      code.push(0x0d, 0, 0x0b);
    },
    advance: (local, n) => {
      if (n === 0) return;
      writer.get(local);
      writer.i32(n);
      writer.op('i32Add');
      writer.set(local);
    },
  };
  const finish = (): number[] => {
    const out: number[] = [];
    const runs: { type: ValueType; count: number }[] = [];
    for (const type of locals) {
      const last = runs[runs.length - 1];
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    unsigned(out, runs.length);
    for (const { type, count } of runs) {
      unsigned(out, count);
      out.push(typeCode[type]);
    }
    for (const byte of prologue) out.push(byte);
    for (const byte of code) out.push(byte);
    out.push(0x0b);
    return out;
  };
  return { ...writer, finish };
};

export const openModule = (): Module => {
  const types: string[] = [];
  const imports: { readonly name: string; readonly type: number }[] = [];
  const functions: Finished[] = [];
  const exports: { readonly name: string; readonly index: number }[] = [];
  const typeOf = (params: readonly ValueType[], results: readonly ValueType[]): number => {
    const key = `${params.join()}:${results.join()}`;
    const known = types.indexOf(key);
    return known >= 0 ? known : types.push(key) - 1;
  };
  const name = (out: number[], text: string): void => {
    unsigned(out, text.length);
    for (const c of text) out.push(c.charCodeAt(0));
  };
  return {
    import: (text, params, results = []) => imports.push({ name: text, type: typeOf(params, results) }) - 1,
    func: (params, results, write) => {
      const writer = openWriter(params.length);
      write(writer);
      return imports.length + functions.push({ type: typeOf(params, results), bytes: writer.finish() }) - 1;
    },
    export: (text, index) => exports.push({ name: text, index }),
    bytes: () => {
      const out: number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
      const section = (id: number, count: number, write: (into: number[]) => void): void => {
        const body: number[] = [];
        unsigned(body, count);
        write(body);
        out.push(id);
        unsigned(out, body.length);
        for (const byte of body) out.push(byte);
      };
      section(1, types.length, (into) => {
        for (const key of types) {
          const lists = key.split(':').map((list) => (list === '' ? [] : (list.split(',') as ValueType[])));
          into.push(0x60);
          for (const list of lists) {
            unsigned(into, list.length);
            for (const type of list) into.push(typeCode[type]);
          }
        }
      });
      section(2, imports.length + 1, (into) => {
        for (const imported of imports) {
          name(into, 'host');
          name(into, imported.name);
          into.push(0);
          unsigned(into, imported.type);
        }
        name(into, 'host');
        name(into, 'memory');
        into.push(2, 0, 1); // a memory, of at least one page
      });
      section(3, functions.length, (into) => functions.forEach(({ type }) => unsigned(into, type)));
      section(7, exports.length, (into) => {
        for (const { name: text, index } of exports) {
          name(into, text);
          into.push(0);
          unsigned(into, index);
        }
      });
      section(10, functions.length, (into) => {
        for (const { bytes } of functions) {
          unsigned(into, bytes.length);
          for (const byte of bytes) into.push(byte);
        }
      });
      return Uint8Array.from(out);
    },
  };
};
