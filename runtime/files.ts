/**
 * Checkpoints on a disk: written beside the old one, flushed, then renamed over it, so that a crash at any moment leaves a whole one.
 * For Node only; nothing else in `runtime/` imports this file.
 */
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CheckpointStore } from './checkpoint.ts';

/** Durable only once the folder's entry is; not every system lets a folder be opened. */
const flushFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
};

export const fileStore = (path: string): CheckpointStore => ({
  write: async (bytes) => {
    const temporary = `${path}.${process.pid}.tmp`;
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await flushFolder(dirname(path));
  },
  read: async () => {
    try {
      return new Uint8Array(await readFile(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  },
});
