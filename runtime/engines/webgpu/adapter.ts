/**
 * A graphics adapter for WebGPU: the browser's, or in Node that of Dawn (npm package `webgpu`). Where there is no graphics card,
 * the software one that comes with Chromium (SwiftShader) serves when webgpu is asked for by name: slow, but the same code.
 */
export type Found = { readonly description: string; readonly software: boolean } | { readonly failed: string };

const softwareDrivers = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib64/chromium-browser/vk_swiftshader_icd.json',
];

interface Gpu {
  requestAdapter(
    options?: object,
  ): Promise<{ info?: { vendor: string; architecture: string; device: string; description: string } } | null>;
}

/** Puts Dawn's `navigator.gpu` and its constants where TF.js looks for them. */
const installDawn = async (): Promise<Gpu | undefined> => {
  const host = globalThis as { navigator?: { gpu?: Gpu } };
  if (host.navigator?.gpu) return host.navigator.gpu;
  const name: string = 'webgpu';
  const dawn = (await import(/* @vite-ignore */ name).catch(() => undefined)) as
    { create(flags: string[]): Gpu; globals: object } | undefined;
  if (!dawn) return undefined;
  const gpu = dawn.create([]);
  Object.assign(globalThis, dawn.globals);
  Object.defineProperty(globalThis, 'navigator', {
    value: { ...host.navigator, gpu },
    configurable: true,
    writable: true,
  });
  return gpu;
};

const useSoftwareDriver = async (): Promise<void> => {
  const { existsSync } = await import('node:fs');
  const driver = softwareDrivers.find((path) => existsSync(path));
  if (driver) process.env.VK_ICD_FILENAMES = driver;
};

/** Looking for a card where there is none costs a tenth of a second and leaves the driver's complaints on the screen. */
const hasCard = async (): Promise<boolean> => {
  if (process.platform !== 'linux') return true;
  const { existsSync } = await import('node:fs');
  return ['/dev/dri', '/dev/nvidiactl', '/dev/kfd', '/dev/dxg'].some((path) => existsSync(path));
};

const isSoftware = (description: string): boolean => /swiftshader|llvmpipe|software/i.test(description);

export const findAdapter = async (allowSoftware: boolean): Promise<Found> => {
  const node = typeof process !== 'undefined' && Boolean(process.versions?.node);
  if (node && allowSoftware && process.env.VK_ICD_FILENAMES === undefined) await useSoftwareDriver();
  if (node && !allowSoftware && !(await hasCard())) return { failed: 'there is no graphics card' };
  const gpu = node ? await installDawn() : (globalThis as { navigator?: { gpu?: Gpu } }).navigator?.gpu;
  if (!gpu) return { failed: node ? 'the package webgpu is not installed' : 'this browser has no WebGPU' };
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return { failed: 'no GPU adapter was found' };
  const { info } = adapter;
  const description = info
    ? info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(' ')
    : 'GPU';
  const software = isSoftware(description);
  if (!allowSoftware && software) return { failed: `the only GPU adapter is software (${description})` };
  return { description, software };
};
