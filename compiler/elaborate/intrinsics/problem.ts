/** Intrinsics of problems: optimisers, paradigms, data files, running statistics. */
import type { Intrinsic } from './call.ts';

export const problemIntrinsics: Readonly<Record<string, Intrinsic>> = {};
