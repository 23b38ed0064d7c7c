/**
 * The intrinsics: library functions whose body is `intrinsic`, by name. They are the one low layer that is TypeScript;
 * everything above them is written in the language (stdlib/).
 */
import { fail } from '../../messages.ts';
import type { Value } from '../values/values.ts';
import { arrayIntrinsics } from './arrays.ts';
import type { Intrinsic, IntrinsicCall } from './call.ts';
import { creationIntrinsics } from './creation.ts';
import { elementwiseIntrinsics } from './elementwise.ts';
import { imageIntrinsics } from './images.ts';
import { lengthIntrinsics } from './lengths.ts';
import { linearAlgebraIntrinsics } from './linear-algebra.ts';
import { orderIntrinsics } from './order.ts';
import { problemIntrinsics } from './problem.ts';
import { rememberedIntrinsics } from './remembered.ts';
import { randomIntrinsics } from './random.ts';
import { reductionIntrinsics } from './reductions.ts';
import { samplingIntrinsics } from './sampling.ts';
import { specialIntrinsics } from './special.ts';
import { structureIntrinsics } from './structures.ts';
import { unfoldingIntrinsics } from './unfolding.ts';
import { windowIntrinsics } from './windows.ts';

const intrinsics: ReadonlyMap<string, Intrinsic> = new Map(
  [
    elementwiseIntrinsics,
    reductionIntrinsics,
    orderIntrinsics,
    creationIntrinsics,
    arrayIntrinsics,
    windowIntrinsics,
    imageIntrinsics,
    linearAlgebraIntrinsics,
    randomIntrinsics,
    samplingIntrinsics,
    structureIntrinsics,
    unfoldingIntrinsics,
    lengthIntrinsics,
    rememberedIntrinsics,
    specialIntrinsics,
    problemIntrinsics,
  ].flatMap((family) => Object.entries(family)),
);

export const isKnownIntrinsic = (name: string): boolean => intrinsics.has(name);

export const runIntrinsic = (name: string, call: IntrinsicCall): Value => {
  const run = intrinsics.get(name);
  if (!run)
    return fail('L0602', call.span, { what: `\`${name}\` has no body: \`intrinsic\` is for the standard library` });
  return run(call);
};
