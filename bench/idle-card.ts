/**
 * A graphics card that computes nothing: Dawn's device for tests. It takes and checks every command and every buffer, so that kernels and
 * memory can be counted at any size where there is no card; what is read from it is zeros.
 */
interface Dawn {
  create(flags: readonly string[]): object;
  readonly globals: object;
}

/** Put where the engine looks for a card; before the engine is opened. False where Dawn is not installed. */
export const installIdleCard = async (): Promise<boolean> => {
  const name: string = 'webgpu';
  const dawn = (await import(/* @vite-ignore */ name).catch(() => undefined)) as Dawn | undefined;
  if (!dawn) return false;
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create(['backend=null']);
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true, writable: true });
  return true;
};
