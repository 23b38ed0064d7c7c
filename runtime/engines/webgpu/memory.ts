/** The memory of TF.js's WebGPU backend. */

/**
 * TF.js keeps what is freed until the commands that use it are handed over. Commands run in their order, uploads among them, so the next
 * one may have the memory at once.
 */
export const freeAtOnce = (backend: object): void => {
  const nobody = { add: () => {}, has: () => false };
  Object.defineProperty(backend, 'commandQueueOwnedIds', { get: () => nobody, set: () => {}, configurable: true });
};
