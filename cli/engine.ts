/** The engine a command asks for, or the best that starts; an exit code where none does. */
import { engineNames, openEngine } from '../runtime/engines/choose.ts';
import type { Chosen } from '../runtime/engines/choose.ts';
import { similar } from '../grammar/similar.ts';
import { codes, Stop } from './exit.ts';

export const engineOrStop = async (name: string | undefined): Promise<Chosen> => {
  if (name !== undefined && name !== 'auto' && !(engineNames as readonly string[]).includes(name)) {
    const close = similar(name, engineNames);
    throw new Stop(
      codes.usage,
      `there is no engine \`${name}\``,
      close ? `did you mean \`--engine ${close}\`?` : `engines: ${engineNames.join(', ')}`,
    );
  }
  const chosen = await openEngine(name);
  if (!('failed' in chosen)) return chosen;
  const help = name ? 'leave `--engine` out: learn takes the best one that starts' : undefined;
  throw new Stop(codes.engine, chosen.failed, help);
};
