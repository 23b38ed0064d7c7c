/**
 * Which engine runs: the one asked for, or the best that starts here, with the reason in words. What cannot start is a value, not a throw.
 */
import type { Engine, EngineName } from './engine.ts';
import { starters } from './starters.ts';

export interface Chosen {
  readonly engine: Engine;
  readonly reason: string;
}
export interface Failed {
  readonly failed: string;
}

/** Best first: a graphics card where there is one, then the processor, by its own code in Node if that is installed. */
const automatic: readonly EngineName[] = ['tensorflow', 'webgpu', 'native', 'wasm', 'cpu'];

export const engineNames: readonly EngineName[] = [
  'native',
  'onnx',
  'wasm',
  'tfjs-wasm',
  'cpu',
  'webgpu',
  'webgl',
  'tensorflow',
  'oracle',
];

const isEngineName = (name: string): name is EngineName => (engineNames as readonly string[]).includes(name);

const start = async (name: EngineName, asked: boolean): Promise<Engine | Failed> => {
  try {
    return await starters[name](asked);
  } catch (error) {
    return { failed: `${name} did not start: ${error instanceof Error ? error.message : String(error)}` };
  }
};

export const openEngine = async (name?: string): Promise<Chosen | Failed> => {
  if (name !== undefined && name !== 'auto') {
    if (!isEngineName(name)) return { failed: `there is no engine \`${name}\`; engines: ${engineNames.join(', ')}` };
    const engine = await start(name, true);
    return 'failed' in engine ? engine : { engine, reason: `${name}: asked for` };
  }
  const passed: string[] = [];
  for (const candidate of automatic) {
    const engine = await start(candidate, false);
    if (!('failed' in engine))
      return {
        engine,
        reason: `${candidate}: the fastest that starts here${passed.map((why, i) => `${i === 0 ? '; ' : ', '}${why}`).join('')}`,
      };
    passed.push(engine.failed);
  }
  return { failed: `no engine starts: ${passed.join('; ')}` };
};
