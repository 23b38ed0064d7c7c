/** Intrinsics of distributions. */
import type { Intrinsic } from './call.ts';

export const randomIntrinsics: Readonly<Record<string, Intrinsic>> = {};
