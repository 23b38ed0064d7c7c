/**
 * Where the points of a problem lie in the plane, what its member says of the whole plane: a decision surface, or a density, drawn as one more
 * picture. It is written in the language and compiled with the spec; where it does not compile, there is nothing to draw.
 */
import { compile } from '../../compiler/compile.ts';
import type { Compilation } from '../../compiler/compile.ts';
import type { Host } from '../../compiler/host.ts';
import type { Program } from '../../compiler/program.ts';

/** Points to a side. */
const side = 48;

const grid = (rows: string, value: (point: string) => string, name: string): string => `
show ${name} = {
  xs = ${rows}
  lo = [min[x in xs] x[0], min[x in xs] x[1]]
  hi = [max[x in xs] x[0], max[x in xs] x[1]]
  [[${value(`(lo + [i, ${side - 1} - j] * (hi - lo) / ${side - 1})`)} for i < ${side}] for j < ${side}]
} as heatmap
`;

/** What a member may be, the most telling first: a classifier, a function of points with a label, of points alone, a distribution. */
const pictures = (f: string): string[] => [
  grid('[x for (x, y) in D_tr]', (at) => `mode(${f}(${at}))`, 'decision_surface'),
  grid('[x for (x, y) in D_tr]', (at) => `${f}(${at})`, 'surface'),
  grid('D_tr', (at) => `${f}(${at})`, `surface_of_${f}`),
  grid('D_tr', (at) => `exp(log ${f}(${at}))`, 'density'),
];

const isPlane = (program: Program): boolean =>
  [...program.data.values()].some(({ leaves }) => leaves[0]?.shape.length === 2 && leaves[0].shape[1] === 2);

/** It compiles, and gives one number a point. */
const isPicture = ({ program, diagnostics }: Compilation): boolean => {
  const shape = program?.shows.at(-1)?.graph.outputs[0].node.shape;
  return shape?.join() === `${side},${side}` && !diagnostics.some((d) => d.severity === 'error');
};

/** The program with such a picture, or as it is. */
export const withSurface = async (text: string, program: Program, host: Host, seed: number): Promise<Program> => {
  const members = program.stages.at(-1)?.members ?? [];
  if (!isPlane(program) || program.shows.some((s) => s.kind === 'heatmap')) return program;
  for (const picture of members.flatMap(({ name }) => pictures(name))) {
    const tried = await compile('spec.learn', `${text.trimEnd()}\n${picture}`, host, { seed });
    if (tried.program && isPicture(tried)) return { ...tried.program, source: text };
  }
  return program;
};
