/** Engines of the browser, best first: what a graphics card does, then the processor. */
export const browserEngines = ['webgpu', 'webgl', 'wasm', 'cpu'] as const;
export type BrowserEngine = (typeof browserEngines)[number];
