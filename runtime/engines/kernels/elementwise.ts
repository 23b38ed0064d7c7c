/**
 * Elementwise operations by TF.js kernels. Names that differ from ours are the table; integers, and functions that TF.js lacks, are the host's.
 */
import {
  binaryOps,
  comparisonOps,
  type BinaryOp,
  type ComparisonOp,
  type Shape,
  type UnaryOp,
} from '../../../compiler/ir/operations.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';
import { tabulate } from '../../../compiler/rules/table.ts';
import { alias, call, onHost, type KernelTable, type Site } from './rule.ts';

const unaryNames: { readonly [K in UnaryOp]: string | undefined } = {
  neg: 'Neg',
  abs: 'Abs',
  sign: undefined, // NaN becomes 0
  exp: 'Exp',
  expm1: 'Expm1',
  log: 'Log',
  log1p: 'Log1p',
  sqrt: 'Sqrt',
  square: 'Square',
  reciprocal: 'Reciprocal',
  sin: 'Sin',
  cos: 'Cos',
  tan: 'Tan',
  asin: 'Asin',
  acos: 'Acos',
  atan: 'Atan',
  sinh: 'Sinh',
  cosh: 'Cosh',
  tanh: 'Tanh',
  asinh: 'Asinh',
  acosh: 'Acosh',
  atanh: 'Atanh',
  sigmoid: 'Sigmoid',
  softplus: 'Softplus',
  relu: 'Relu',
  erf: 'Erf',
  lgamma: undefined,
  floor: 'Floor',
  ceil: 'Ceil',
  round: 'Round',
};

const binaryNames: { readonly [K in BinaryOp | ComparisonOp]: string } = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Multiply',
  div: 'RealDiv',
  pow: 'Pow',
  mod: 'Mod',
  max: 'Maximum',
  min: 'Minimum',
  atan2: 'Atan2',
  eq: 'Equal',
  ne: 'NotEqual',
  lt: 'Less',
  le: 'LessEqual',
  gt: 'Greater',
  ge: 'GreaterEqual',
};

const one = ['x'];
const two = ['a', 'b'];

const unaryRule = (op: UnaryOp) => (_: unknown, site: Site) => {
  const name = unaryNames[op];
  return name === undefined || site.output.dtype !== 'float32' ? undefined : call(site, name, one);
};

/** One side is the other's trailing part, or a single number: broadcasting that no kernel is slow at. */
const isSuffix = (shape: Shape, of: Shape): boolean =>
  sizeOf(shape) === 1 || shape.every((n, i) => n === of[of.length - shape.length + i]);

/** The four that XNNPACK does broadcast in any way; the others take 100 times as long over a column. */
const broadcasting: ReadonlySet<string> = new Set(['add', 'sub', 'mul', 'div']);

const binaryRule = (op: BinaryOp | ComparisonOp) => (_: unknown, site: Site) => {
  const { inputs, output, device } = site;
  if (inputs.some((input) => input.dtype !== 'float32')) return undefined;
  if (
    device.name === 'tfjs-wasm' &&
    !broadcasting.has(op) &&
    !inputs.every(({ shape }) => isSuffix(shape, output.shape))
  )
    return undefined;
  return call(site, binaryNames[op], two);
};

export const elementwise = {
  ...tabulate(Object.keys(unaryNames) as UnaryOp[], unaryRule),
  polygamma: onHost,
  ...tabulate([...binaryOps, ...comparisonOps], binaryRule),
  and: (_, site) => call(site, 'LogicalAnd', two),
  or: (_, site) => call(site, 'LogicalOr', two),
  not: (_, site) => call(site, 'LogicalNot', one),
  select: (_, site) => {
    const size = sizeOf(site.output.shape);
    const whole = site.inputs.every(
      (input) => sizeOf(input.shape) === size && input.shape.length === site.output.shape.length,
    );
    // wasm writes four bytes for each bool: past the end of the output
    return whole && site.output.dtype !== 'bool' ? call(site, 'Select', ['condition', 't', 'e']) : undefined;
  },
  cast: ({ dtype }, site) => {
    if (site.inputs[0].dtype === dtype) return alias(undefined, site);
    // wasm takes the lowest byte for the truth
    return dtype === 'bool' && site.device.name === 'tfjs-wasm' ? undefined : call(site, 'Cast', one, { dtype });
  },
  stop: alias,
} satisfies Partial<KernelTable>;
