/** `learn compile`: what the compiler makes of a spec at each of its stops: tree, spaces, graphs, gradients, plans. */
import { resolve } from 'node:path';
import { graphsOf, type NamedGraph } from '../../compiler/emit/graphs.ts';
import { printPlan } from '../../compiler/emit/plan.ts';
import { printTree } from '../../compiler/emit/tree.ts';
import { printSpaces, spacesOf } from '../../compiler/emit/types.ts';
import type { Graph } from '../../compiler/ir/graph.ts';
import { printGraph } from '../../compiler/ir/print.ts';
import { similar } from '../../grammar/similar.ts';
import { optimise } from '../../compiler/passes/index.ts';
import { plan } from '../../compiler/plan.ts';
import type { Program } from '../../compiler/program.ts';
import { engineOrStop } from '../engine.ts';
import { oneOf } from '../arguments.ts';
import { command } from '../command.ts';
import { codes, Stop } from '../exit.ts';
import { codeOf, load, showDiagnostics } from '../load.ts';
import { paint } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

const kinds = ['tree', 'types', 'ir', 'grad', 'plan'] as const;
type Kind = (typeof kinds)[number];

const kindOf = (text: string): Kind => {
  const name = text === 'ast' ? 'tree' : text;
  const found = kinds.find((k) => k === name);
  if (found) return found;
  const close = similar(name, [...kinds, 'ast']);
  throw new Stop(
    codes.usage,
    `\`--emit\` cannot be \`${text}\``,
    close ? `did you mean \`--emit ${close}\`?` : `it is one of ${kinds.join(', ')}`,
  );
};

/** The graphs asked for. A stage that does not exist is a slip, not an empty answer. */
const chosen = (program: Program, kind: Kind, stage: string | undefined): NamedGraph[] => {
  const all = graphsOf(program, kind !== 'ir');
  const wanted = kind === 'grad' ? all.filter((g) => g.role === 'train') : all;
  if (stage === undefined) return wanted;
  const names = program.stages.map((s) => s.name);
  if (names.includes(stage)) return wanted.filter((g) => g.stage === stage);
  const close = similar(stage, names);
  throw new Stop(
    codes.usage,
    `the spec has no stage \`${stage}\``,
    close ? `did you mean \`${close}\`?` : names.length > 0 ? `its stages are ${names.join(', ')}` : 'it has no stage',
  );
};

interface Legal {
  readonly legalise: (graph: Graph) => Graph;
  dispose(): void;
}

/** What an engine would run, where one is named; otherwise the graph as it is. */
const legaliser = async (engine: string | undefined): Promise<Legal> => {
  if (engine === undefined) return { legalise: (graph) => graph, dispose: () => undefined };
  const opened = (await engineOrStop(engine)).engine;
  return { legalise: (graph) => opened.legalise(graph), dispose: () => opened.dispose() };
};

const write = (texts: readonly (readonly [NamedGraph, string])[], json: boolean, terminal: Terminal): void => {
  if (json) {
    const documents = texts.map(([{ stage, title, role }, text]) => ({ stage, title, role, text }));
    terminal.out(JSON.stringify(documents));
    return;
  }
  const heading = ({ stage, title }: NamedGraph): string =>
    paint(terminal, 'bold', `-- ${stage === undefined || stage === 'problem' ? '' : `${stage}: `}${title}`);
  terminal.out(texts.map(([g, text]) => `${heading(g)}\n${text}`).join('\n\n'));
};

export const compileCommand = command({
  name: 'compile',
  usage: 'compile FILE --emit tree|types|ir|grad|plan',
  summary: 'Shows what the compiler makes of a spec.',
  options: {
    emit: { type: 'string', value: 'WHAT', help: 'tree (ast), types, ir, grad or plan (default ir)' },
    stage: { type: 'string', value: 'NAME', help: 'only this stage: the name of its `let`, or problem' },
    engine: { type: 'string', value: 'NAME', help: 'rewritten for this engine, as it would run there' },
    json: {
      type: 'boolean',
      help: 'one document: the tree; [{line, column, text, space}]; [{stage, title, role, text}]',
    },
  },
  notes: [
    'tree   the syntax tree',
    'types  the space of every name and expression',
    'ir     the tensor graphs of objectives, evaluations and pictures, after optimisation',
    'grad   the graphs of training steps: objective, gradients and updates',
    'plan   the instructions in the order in which they run, with slots, frees and peak memory',
  ].join('\n'),
  run: async ({ values, files }, terminal) => {
    const kind = kindOf(values.emit ?? 'ir');
    const json = values.json === true;
    const loaded = await load(oneOf('compile', files, 'a file'), terminal);
    const { module, program, diagnostics, spaces, sources } = loaded.compilation;
    showDiagnostics(loaded, terminal);
    const code = codeOf(diagnostics);
    if (kind === 'tree') terminal.out(json ? JSON.stringify(module) : printTree(module));
    else if (kind === 'types') {
      const file = resolve(terminal.cwd, loaded.file);
      const rows = spacesOf(spaces, file, sources.get(file) ?? loaded.text);
      terminal.out(json ? JSON.stringify(rows) : printSpaces(rows));
    } else if (code === codes.ok && program) {
      const graphs = chosen(program, kind, values.stage);
      const { legalise, dispose } = await legaliser(values.engine);
      try {
        const show = (graph: Graph): string => {
          const ready = optimise(legalise(graph));
          return kind === 'plan' ? printPlan(plan(ready)) : printGraph(ready);
        };
        write(
          graphs.map((g) => [g, show(g.graph)] as const),
          json,
          terminal,
        );
      } finally {
        dispose();
      }
    }
    return code;
  },
});
