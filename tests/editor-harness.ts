/** A snippet with the cursor marked by `¦`, analysed as the editor would. */
import { nodeHost } from '../runtime/data/node-host.ts';
import type { Span } from '../grammar/span.ts';
import { analyse, openSurroundings, type Surroundings, type View } from '../editor/view.ts';

export const host = nodeHost();
let library: Promise<Surroundings> | undefined;
const surroundings = (): Promise<Surroundings> => (library ??= openSurroundings(host));

const file = `${import.meta.dirname}/snippet.learn`;

export const at = async (marked: string): Promise<{ view: View; offset: number }> => {
  const offset = marked.indexOf('¦');
  const text = marked.replace('¦', '');
  return { view: await analyse(file, text, host, await surroundings()), offset };
};

/** The pieces of source that spans cover, with their lines from 1: `3 birds`. */
export const pieces = (text: string, spans: readonly Span[]): string[] =>
  spans.map((s) => `${text.slice(0, s.start).split('\n').length} ${text.slice(s.start, s.end)}`);

export const birds = `data birds : [(R[2], R)] = [([r.bill_length_mm, r.bill_depth_mm], r.body_mass_g / 1000) for r in penguins()]
model M(x: R[d]) -> R {
  param w : R[d]
  param b : R
  dot(w, x) + b
}
def L(f, D; power = 2) = E[(x, y) ~ D] abs(f(x) - y)^power
let S = supervised(birds, holdout = 0.2)
minimize L(f, D_tr) over f in M subject to eval L(f, D_eval) <= 1 on S
show fits = [f(x) for (x, y) in D_eval] as curve
`;

/** The same text with the cursor before (or behind, with `after`) the n-th occurrence of a piece. */
export const mark = (text: string, piece: string, n = 1, after = 0): string => {
  let at = -1;
  for (let i = 0; i < n; i++) at = text.indexOf(piece, at + 1);
  if (at < 0) throw new Error(`no ${piece} in the text`);
  return `${text.slice(0, at + after)}¦${text.slice(at + after)}`;
};
