/**
 * The instructions of WebAssembly that kernels are made of, by their codes. SIMD instructions stand behind the prefix 0xfd.
 */
export const plain = {
  unreachable: 0x00,
  return: 0x0f,
  select: 0x1b,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32LtS: 0x48,
  i32LtU: 0x49,
  i32GeS: 0x4e,
  i32GeU: 0x4f,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32Shl: 0x74,
  f32Add: 0x92,
  f32Mul: 0x94,
  f32Min: 0x96,
  f32Max: 0x97,
} as const;

/** Memory access: code and the natural alignment as a power of two. */
export const access = {
  i32Load: [0x28, 2],
  f32Load: [0x2a, 2],
  i32Load8: [0x2d, 0],
  i32Store: [0x36, 2],
  f32Store: [0x38, 2],
  i32Store8: [0x3a, 0],
} as const;

export const simdAccess = {
  load: [0, 4],
  load32Splat: [9, 2],
  store: [11, 4],
  load32Zero: [92, 2],
} as const;

/** With a lane behind the address. */
export const laneAccess = {
  load8Lane: [84, 0],
  load32Lane: [86, 2],
  store8Lane: [88, 0],
  store32Lane: [90, 2],
} as const;

export const simd = {
  i32x4Splat: 17,
  f32x4Splat: 19,
  i32x4Eq: 55,
  i32x4Ne: 56,
  i32x4LtS: 57,
  i32x4GtS: 59,
  i32x4LeS: 61,
  i32x4GeS: 63,
  f32x4Eq: 65,
  f32x4Ne: 66,
  f32x4Lt: 67,
  f32x4Gt: 68,
  f32x4Le: 69,
  f32x4Ge: 70,
  not: 77,
  and: 78,
  andNot: 79,
  andnot: 79,
  or: 80,
  xor: 81,
  bitselect: 82,
  i8x16NarrowI16x8U: 102,
  f32x4Ceil: 103,
  f32x4Floor: 104,
  f32x4Nearest: 106,
  i16x8NarrowI32x4U: 134,
  i16x8ExtendLowI8x16U: 137,
  i32x4Neg: 161,
  i32x4ExtendLowI16x8U: 169,
  i32x4Shl: 171,
  i32x4ShrS: 172,
  i32x4ShrU: 173,
  i32x4Add: 174,
  i32x4Sub: 177,
  i32x4Mul: 181,
  i32x4MinS: 182,
  i32x4MaxS: 184,
  f32x4Sqrt: 227,
  f32x4Add: 228,
  f32x4Sub: 229,
  f32x4Mul: 230,
  f32x4Div: 231,
  f32x4Min: 232,
  f32x4Max: 233,
  f32x4Pmin: 234,
  f32x4Pmax: 235,
  i32x4TruncSatF32x4S: 248,
  f32x4ConvertI32x4S: 250,
  relaxedMadd: 261,
  relaxedLaneSelect: 267,
} as const;

/** With a lane behind it. */
export const simdLane = { i32x4Extract: 27, f32x4Extract: 31 } as const;
