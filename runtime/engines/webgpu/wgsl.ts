/**
 * Arithmetic as WGSL: every operation becomes a line `let t7 = ...;` of a kernel's body, so that nothing is written twice. WGSL promises
 * nothing about NaN, so where it matters bits are looked at.
 */
import type { Arithmetic } from '../functions/arithmetic.ts';

export interface Body {
  /** Writes a statement. */
  line(text: string): void;
  /** Names an expression. */
  name(expression: string): string;
  readonly arithmetic: Arithmetic<string, string>;
  text(): string;
}

/** Floats and truths are names; numbers are written in place. */
const arithmeticOf = (name: (expression: string) => string): Arithmetic<string, string> => {
  const isNaN = (a: string): string => name(`(bitcast<u32>(${a}) & 0x7fffffffu) > 0x7f800000u`);
  const nan = 'bitcast<f32>(nanBits)';
  const either = (a: string, b: string): string => name(`${isNaN(a)} || ${isNaN(b)}`);
  const literal = (x: number): string => {
    if (Number.isNaN(x)) return nan;
    if (!Number.isFinite(x)) return x > 0 ? 'bitcast<f32>(infinityBits)' : '(-bitcast<f32>(infinityBits))';
    const text = String(Math.fround(x));
    return `${x < 0 || Object.is(x, -0) ? '(' : ''}${/[.e]/.test(text) ? text : `${text}.0`}f${x < 0 ? ')' : ''}`;
  };
  return {
    number: literal,
    add: (a, b) => name(`${a} + ${b}`),
    sub: (a, b) => name(`${a} - ${b}`),
    mul: (a, b) => name(`${a} * ${b}`),
    div: (a, b) => name(`${a} / ${b}`),
    madd: (a, b, c) => name(`${a} * ${b} + ${c}`),
    neg: (a) => name(`-(${a})`),
    abs: (a) => name(`abs(${a})`),
    sqrt: (a) => name(`select(sqrt(abs(${a})), ${nan}, ${a} < 0.0f || ${isNaN(a)})`),
    min: (a, b) => name(`select(min(${a}, ${b}), ${nan}, ${either(a, b)})`),
    max: (a, b) => name(`select(max(${a}, ${b}), ${nan}, ${either(a, b)})`),
    floor: (a) => name(`floor(${a})`),
    ceil: (a) => name(`ceil(${a})`),
    nearest: (a) => name(`round(${a})`),
    copySign: (a, b) => name(`bitcast<f32>((bitcast<u32>(${a}) & 0x7fffffffu) | (bitcast<u32>(${b}) & 0x80000000u))`),
    whole: (x, y) => {
      const n = name(`round(${x} * ${y})`);
      return { n, power: n };
    },
    halved: (x, n) => name(`${x} * bitcast<f32>(u32(i32(clamp(${n}, -126.0f, 128.0f)) + 126) << 23u)`),
    split: (x) => {
      const bits = name(`bitcast<u32>(${x})`);
      return {
        fraction: name(`bitcast<f32>((${bits} & 0x007fffffu) | 0x3f000000u)`),
        exponent: name(`f32(i32((${bits} >> 23u) & 0xffu) - 126)`),
      };
    },
    eq: (a, b) => name(`${a} == ${b}`),
    ne: (a, b) => name(`!(${a} == ${b})`),
    lt: (a, b) => name(`${a} < ${b}`),
    le: (a, b) => name(`${a} <= ${b}`),
    isNaN,
    and: (a, b) => name(`${a} && ${b}`),
    or: (a, b) => name(`${a} || ${b}`),
    not: (a) => name(`!(${a})`),
    select: (c, a, b) => name(`select(${b}, ${a}, ${c})`),
  };
};

/** `prefix` of the names: a body inside another one needs its own. */
export const openBody = (prefix = 't'): Body => {
  const lines: string[] = [];
  const name = (expression: string): string => {
    const fresh = `${prefix}${lines.length}`;
    lines.push(`let ${fresh} = ${expression};`);
    return fresh;
  };
  return { line: (text) => lines.push(text), name, arithmetic: arithmeticOf(name), text: () => lines.join('\n  ') };
};
