/**
 * A fingerprint of a program: of its text, its variables, its protocol and its data, so that a checkpoint is never read by another one.
 * Two 32-bit streams mixed as in MurmurHash3; it guards against mistakes, not against forgery.
 */
import type { DataFeed, Program, Solver } from '../compiler/program.ts';

interface State {
  a: number;
  b: number;
}

const mix = (state: State, word: number): void => {
  state.a = Math.imul((state.a ^ Math.imul(word, 0xcc9e2d51)) >>> 0, 0x1b873593);
  state.a = ((state.a << 15) | (state.a >>> 17)) ^ state.b;
  state.b = Math.imul(state.b ^ word, 0x85ebca6b) + 0xe6546b64;
  state.b ^= state.b >>> 13;
};

const mixBytes = (state: State, bytes: Uint8Array): void => {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice();
  const words = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2);
  for (let i = 0; i < words.length; i++) mix(state, words[i]);
  for (let i = words.length * 4; i < bytes.length; i++) mix(state, bytes[i]);
  mix(state, bytes.length);
};

const written = ({ a, b }: State): string => [a, b].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');

const fresh = (): State => ({ a: 0x9747b28c, b: 0x3c6ef372 });

export const hashOfBytes = (bytes: Uint8Array): string => {
  const state = fresh();
  mixBytes(state, bytes);
  return written(state);
};

const feedsOf = (solver: Solver): readonly DataFeed[] =>
  solver.kind === 'gradient' ? solver.players.flatMap(({ feeds }) => feeds) : solver.feeds;

export const fingerprint = (program: Program): string => {
  const state = fresh();
  const protocol = program.stages.map(({ id, variables, actions, seeds, seed }) => ({
    id,
    variables,
    seeds,
    seed,
    actions: actions.map((action) =>
      action.kind === 'train'
        ? { kind: action.solver.kind, steps: action.solver.steps, feeds: feedsOf(action.solver) }
        : { kind: action.kind, names: action.kind === 'eval' ? action.evaluations.map((e) => e.name) : [] },
    ),
  }));
  const variables = [...program.variables.values()].map(({ id, dtype, shape }) => ({ id, dtype, shape }));
  mixBytes(state, new TextEncoder().encode(JSON.stringify([program.source, protocol, variables])));
  for (const { id, leaves } of program.data.values()) {
    mixBytes(state, new TextEncoder().encode(id));
    for (const { data } of leaves) mixBytes(state, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return written(state);
};
