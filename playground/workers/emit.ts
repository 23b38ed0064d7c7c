/** Graphs and plans of a program as text: before any pass, after each pass that changes something, and as the instructions of a step. */
import { graphsOf } from '../../compiler/emit/graphs.ts';
import { bytesText, countInstructions, printPlan } from '../../compiler/emit/plan.ts';
import { topological } from '../../compiler/ir/graph.ts';
import type { Graph, Node } from '../../compiler/ir/graph.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import { passes } from '../../compiler/passes/index.ts';
import { plan } from '../../compiler/plan.ts';
import type { Program } from '../../compiler/program.ts';

export interface Emitted {
  readonly title: string;
  /** The first is the graph as it was lowered. */
  readonly steps: readonly {
    readonly pass: string;
    readonly why: string;
    readonly nodes: number;
    readonly text: string;
  }[];
  readonly plan: string;
  readonly summary: string;
}

/** Names of the graphs there are; their text is made when one is looked at. */
export const graphTitles = (program: Program): string[] =>
  graphsOf(program, true).map(({ stage, title }) =>
    stage === undefined || stage === 'problem' ? title : `${stage}: ${title}`,
  );

const size = (graph: Graph): number => topological(graph.outputs.map((o) => o.node)).length;

/** A large text is slow to show and nobody reads it. */
const most = 60_000;
const cut = (text: string): string =>
  text.length > most ? `${text.slice(0, most)}\n... (cut: ${text.length} letters)` : text;

const rounds = 4;

export const emitGraph = (program: Program, index: number): Emitted | undefined => {
  const found = graphsOf(program, true)[index];
  if (!found) return undefined;
  const settled = passes.map(() => new Set<Node>());
  let graph = found.graph;
  const steps = [
    {
      pass: 'lowered',
      why: 'the typed tree as operations on tensors',
      nodes: size(graph),
      text: cut(printGraph(graph)),
    },
  ];
  for (let round = 0; round < rounds; round++) {
    const before = graph;
    passes.forEach((pass, i) => {
      const next = pass.run(graph, settled[i]);
      if (next === graph) return;
      graph = next;
      steps.push({ pass: pass.name, why: pass.why, nodes: size(graph), text: cut(printGraph(graph)) });
    });
    if (graph === before) break;
  }
  const planned = plan(graph);
  const summary = `${countInstructions(planned)} instructions, ${bytesText(planned.peakBytes)} at most at once`;
  return { title: graphTitles(program)[index], steps, plan: cut(printPlan(planned)), summary };
};
