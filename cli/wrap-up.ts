/** After a run: parameters in their spaces, run.json with the results, and the report. */
import { basename } from 'node:path';
import { explain } from '../compiler/explain.ts';
import type { Program } from '../compiler/program.ts';
import { parametersFile, parametersOf } from '../runtime/parameters.ts';
import { pictureOf } from '../runtime/report/frames.ts';
import type { RunRecord } from '../runtime/report/record.ts';
import { renderReport } from '../runtime/report/report.ts';
import type { RunResult } from '../runtime/result.ts';
import { writeFile } from './files.ts';
import type { Loaded } from './load.ts';
import { duration } from './progress.ts';
import type { RunFacts, RunFolder } from './run-folder.ts';

interface Finished {
  readonly result: RunResult;
  readonly program: Program;
  readonly loaded: Loaded;
  readonly folder: RunFolder;
  readonly facts: RunFacts;
  readonly record: RunRecord;
}

/** NaN and infinities have no place in JSON. */
const number = (x: number): number | string => (Number.isFinite(x) ? x : String(x));

const factRows = (facts: RunFacts): [string, string][] => [
  ['command', facts.command],
  ['seed', String(facts.seed)],
  ['engine', `${facts.engine.name} (${facts.engine.description}); ${facts.engine.reason}`],
  ['started', facts.started],
  ['duration', duration(facts.seconds ?? 0)],
  ['gradient steps', String(facts.steps ?? 0)],
  ...Object.entries(facts.versions),
  ['program', facts.program],
];

export const finish = async (f: Finished): Promise<void> => {
  const { result, program, folder, record } = f;
  const parameters = parametersOf(program, result.variables);
  const facts: RunFacts = {
    ...f.facts,
    status: result.stopped.reason,
    seconds: result.seconds,
    steps: result.steps,
    met: result.met,
    results: result.summaries.map(({ stage, name, value, perSeed, perLabel, compare, verdict }) => ({
      ...{ stage: program.stages.find((s) => s.id === stage)?.name ?? stage, name, value: number(value) },
      ...{ compare, verdict, perSeed, perLabel },
    })),
  };
  folder.saveFacts(facts);
  writeFile(folder.file('parameters.safetensors'), parametersFile(parameters));
  const report = renderReport({
    title: basename(f.loaded.file).replace(/\.learn$/, ''),
    source: f.loaded.text,
    record,
    explanations: explain(f.loaded.compilation.module, program),
    pictures: result.shows.filter((s) => s.frames.length > 0).map(pictureOf),
    parameters,
    facts: factRows(facts),
  });
  writeFile(folder.file('report.html'), report);
};
