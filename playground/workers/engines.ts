/** Engines of the browser: a graphics card through WebGPU, else the processor's own WebAssembly, else WebGL; each can be asked for by name. */
import type { Engine } from '../../runtime/engines/engine.ts';
import { starters } from '../../runtime/engines/starters.ts';

import { browserEngines } from './engine-names.ts';
import type { BrowserEngine } from './engine-names.ts';

interface Failed {
  readonly failed: string;
}

const webgl = async (asked: boolean): Promise<Engine | Failed> => {
  const { version_core } = await import('@tensorflow/tfjs-core');
  const { openTfjs } = await import('../../runtime/engines/tfjs.ts');
  await import('@tensorflow/tfjs-backend-webgl');
  const canvas = new OffscreenCanvas(1, 1).getContext('webgl2');
  if (!canvas) return { failed: 'this browser has no WebGL 2 for workers' };
  const information = canvas.getExtension('WEBGL_debug_renderer_info');
  const card = String(canvas.getParameter(information?.UNMASKED_RENDERER_WEBGL ?? canvas.RENDERER));
  if (!asked && /swiftshader|llvmpipe|software/i.test(card)) return { failed: `WebGL is only software here (${card})` };
  const engine = await openTfjs('webgl', `${card}, WebGL, TensorFlow.js ${version_core}`);
  return engine ?? { failed: 'the WebGL backend did not start' };
};

const start = async (name: BrowserEngine, asked: boolean): Promise<Engine | Failed> => {
  try {
    return await (name === 'webgl' ? webgl(asked) : starters[name](asked));
  } catch (error) {
    return { failed: `${name} did not start: ${error instanceof Error ? error.message : String(error)}` };
  }
};

/** The one asked for, or the best that starts here; why, in words. */
export const openBrowserEngine = async (
  name: BrowserEngine | 'auto',
): Promise<{ engine: Engine; reason: string } | Failed> => {
  if (name !== 'auto') {
    const engine = await start(name, true);
    return 'failed' in engine ? engine : { engine, reason: 'asked for' };
  }
  const passed: string[] = [];
  for (const candidate of browserEngines) {
    const engine = await start(candidate, false);
    if (!('failed' in engine)) return { engine, reason: passed.join('; ') || 'the fastest there is' };
    passed.push(engine.failed);
  }
  return { failed: `no engine starts here: ${passed.join('; ')}` };
};
