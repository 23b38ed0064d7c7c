/**
 * Host kernels that are led by integers: gather and its transpose, one_hot, and the draws of the counter-based generator.
 */
import { deriveKey, fillRandom } from '../../../compiler/ir/random.ts';
import type { HostTable } from './kernel.ts';
import { sizeOf } from '../../../compiler/ir/shape.ts';

export const indexing = {
  gather: (_, [input, index]) => {
    const row = sizeOf(input.shape.slice(1));
    const rows = input.shape[0];
    const count = sizeOf(index.shape);
    return ([x, i], out) => {
      for (let k = 0; k < count; k++) {
        const from = i[k];
        if (from < 0 || from >= rows) throw new Error(`internal: gather of row ${from} out of ${rows}`);
        if (row === 1) out[k] = x[from];
        else out.set(x.subarray(from * row, (from + 1) * row), k * row);
      }
    };
  },
  scatter_add: ({ size }, [, index], output) => {
    const row = sizeOf(output.shape.slice(1));
    const count = sizeOf(index.shape);
    return ([updates, i], out) => {
      out.fill(0);
      for (let k = 0; k < count; k++) {
        const to = i[k];
        if (to < 0 || to >= size) throw new Error(`internal: scatter_add to row ${to} out of ${size}`);
        for (let j = 0, from = k * row, at = to * row; j < row; j++) out[at++] += updates[from++];
      }
    };
  },
  one_hot: ({ depth }) => {
    return ([index], out) => {
      out.fill(0);
      for (let k = 0; k < index.length; k++) if (index[k] >= 0 && index[k] < depth) out[k * depth + index[k]] = 1;
    };
  },
  random: ({ law, site }) => {
    return ([key], out) => fillRandom(law, key, site, out as Float32Array);
  },
  derive_key: () => {
    return ([key, index], out) => out.set(deriveKey(key, index[0]));
  },
} satisfies Partial<HostTable>;
