/**
 * Every graph of a program with what it is for, stage by stage: what is trained (`loss` alone, or the whole step with its
 * gradients and updates), what is evaluated, what is drawn. Graphs that several folds or tasks share are named once.
 */
import { graphOf, type Graph } from '../ir/graph.ts';
import type { Action, Program, Stage } from '../program.ts';

export interface NamedGraph {
  /** The stage's name; absent for a picture that reads none. */
  readonly stage?: string;
  /** `step of f`, `eval accuracy`, `show samples`. */
  readonly title: string;
  readonly role: 'train' | 'eval' | 'show';
  readonly graph: Graph;
}

/** What is made small or large: the step without its gradients. Inputs that only the update reads fall away. */
const objective = (graph: Graph): Graph => graphOf(graph.outputs.filter(({ name }) => name === 'loss'));

const ofAction = (action: Action, stage: string, whole: boolean): NamedGraph[] => {
  const cut = (graph: Graph): Graph => (whole ? graph : objective(graph));
  if (action.kind === 'restart') return [];
  if (action.kind === 'eval') {
    const named = (name: string): string => `eval ${name}${action.label === undefined ? '' : ` (${action.label})`}`;
    return action.evaluations.map(({ name, graph }) => ({ stage, title: named(name), role: 'eval', graph }));
  }
  const { solver } = action;
  const players = solver.kind === 'gradient' ? solver.players.map((p) => p.name).join(' | ') : action.label;
  const label = ['', 'train', players].includes(action.label) ? '' : ` (${action.label})`;
  if (solver.kind !== 'gradient')
    return [{ stage, title: `${whole ? solver.kind : 'objective'}${label}`, role: 'train', graph: cut(solver.graph) }];
  return solver.players.map((p) => ({
    stage,
    title: `${whole ? 'step' : `${p.sense} over`} ${p.name}${label}`,
    role: 'train',
    graph: cut(p.graph),
  }));
};

const ofStage = ({ name, actions }: Stage, whole: boolean): NamedGraph[] => {
  const seen = new Set<Graph>();
  return actions
    .flatMap((action) => ofAction(action, name, whole).map((g, i) => ({ g, source: sourceOf(action, i) })))
    .filter(({ source }) => !seen.has(source) && seen.add(source))
    .map(({ g }) => g);
};

/** The graph object itself, by which a repetition is known. */
const sourceOf = (action: Action, i: number): Graph => {
  if (action.kind === 'eval') return action.evaluations[i].graph;
  if (action.kind === 'restart') throw new Error('internal: a restart has no graph');
  return action.solver.kind === 'gradient' ? action.solver.players[i].graph : action.solver.graph;
};

/** `whole`: training steps with gradients and updates; otherwise what is trained is its objective. */
export const graphsOf = (program: Program, whole: boolean): NamedGraph[] => {
  const name = (id: string | undefined): string | undefined => program.stages.find((s) => s.id === id)?.name;
  return [
    ...program.stages.flatMap((stage) => ofStage(stage, whole)),
    ...program.shows.map((s): NamedGraph => ({
      stage: name(s.stage),
      title: `show ${s.name}`,
      role: 'show',
      graph: s.graph,
    })),
  ];
};
