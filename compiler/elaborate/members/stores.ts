/** What a member holds, and which variables of it a training moves. */
import type { Variable } from '../../program.ts';
import type { Store, Tuning } from '../values/values.ts';

export const newStore = (name: string, tuning?: Tuning): Store => ({
  name,
  tuning,
  parameters: new Map(),
  members: new Map(),
  statistics: new Map(),
  trees: new Map(),
  names: new Map(),
});

/** For people: dense, dense2, ... */
export const uniqueName = (store: Store, name: string): string => {
  const used = (store.names.get(name) ?? 0) + 1;
  store.names.set(name, used);
  return used === 1 ? name : `${name}${used}`;
};

/** All variables of a member, and of the members inside it, that a training of it moves. */
export const variablesOf = (store: Store): Variable[] => [
  ...[...store.parameters.values()].flatMap(({ variable }) => {
    if (!store.tuning) return [variable];
    const own = store.tuning.members.get(variable.id);
    return own ? variablesOf(own.store) : [];
  }),
  ...[...store.members.values()].flatMap((m) => variablesOf(m.store)),
];
