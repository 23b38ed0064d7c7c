/**
 * How an instruction is run by kernels of TF.js: a rule prepares it for a device, or says that the host does it.
 * What is prepared holds its attributes and its argument object, so that running it looks nothing up and allocates nothing.
 */
import type { OperationOf } from '../../../compiler/ir/operations.ts';
import type { Spec, Computing } from '../host/kernel.ts';
import type { Device, Tensor } from '../device.ts';

/** Tensors in, a fresh (or aliasing) tensor out. Counted already. */
export type Prepared = (inputs: readonly Tensor[]) => Tensor;

export interface Site {
  readonly device: Device;
  readonly inputs: readonly Spec[];
  readonly output: Spec;
}

/** undefined: the host's kernel does it (always exact, on memory the host sees). */
export type Rule<K extends Computing> = (operation: OperationOf<K>, site: Site) => Prepared | undefined;
export type KernelTable = { readonly [K in Computing]: Rule<K> };

/** A call of one kernel whose inputs have the given names. The shape is set by the plan: kernels differ in how they treat rank 0. */
export const call = (
  site: Site,
  name: string,
  inputNames: readonly string[],
  attrs: object = {},
): Prepared | undefined => {
  const { device, output } = site;
  const kernel = device.kernel(name);
  if (!kernel) return undefined;
  const named: Record<string, Tensor> = {};
  const args = { inputs: named, attrs, backend: device.backend };
  const shape = output.shape as number[];
  const [first, second, third] = inputNames;
  const finish = (tensor: Tensor, inputs: readonly Tensor[]): Tensor => {
    tensor.shape = shape;
    for (const input of inputs) if (input.dataId === tensor.dataId) return tensor;
    return device.adopt(tensor);
  };
  if (inputNames.length === 1) {
    return (inputs) => {
      named[first] = inputs[0];
      return finish(kernel(args), inputs);
    };
  }
  if (inputNames.length === 2) {
    return (inputs) => {
      named[first] = inputs[0];
      named[second] = inputs[1];
      return finish(kernel(args), inputs);
    };
  }
  return (inputs) => {
    named[first] = inputs[0];
    named[second] = inputs[1];
    named[third] = inputs[2];
    return finish(kernel(args), inputs);
  };
};

export const onHost = (): undefined => undefined;

/** The same data under the output's shape. */
export const alias = (_: unknown, { device, output }: Site): Prepared => {
  return (inputs) => device.alias(inputs[0], output.shape);
};
