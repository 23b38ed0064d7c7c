/** What leaves the page, on request, as a download: the spec, the report of the run (one HTML file), the parameters. */
import type { Explanation } from '../../compiler/explain.ts';
import { renderReport } from '../../runtime/report/report.ts';
import { readSafetensors } from '../../runtime/safetensors.ts';
import type { Understood } from '../workers/language.ts';
import { picturesOf } from './run/frames.ts';
import type { Run } from './run/training.ts';

export const download = (name: string, content: string | Uint8Array, type: string): void => {
  const url = URL.createObjectURL(new Blob([content as BlobPart], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
};

/** All parameters, of which the page itself holds a summary. */
const parametersOf = (run: Run, file: Uint8Array | undefined): Parameters<typeof renderReport>[0]['parameters'] => {
  const read = file && readSafetensors(file);
  if (!read || !('tensors' in read)) return [];
  const spaces = new Map(run.parameters.map((p) => [p.name, p.space]));
  return [...read.tensors].map(([parameter, value]) => ({
    name: parameter,
    space: spaces.get(parameter) ?? '',
    value,
  }));
};

/** The same report that `learn run` leaves. `parameters`: as safetensors. */
export const reportOf = (
  name: string,
  run: Run,
  understood: Understood | undefined,
  parameters: Uint8Array | undefined,
): string =>
  renderReport({
    title: name,
    source: run.text,
    record: run.record,
    explanations: understood?.text === run.text ? (understood.explanations as readonly Explanation[]) : [],
    pictures: picturesOf(run.pictures),
    parameters: parametersOf(run, parameters),
    facts: [
      ['made in', 'the playground'],
      ['seed', String(run.seed)],
      ...(run.engine
        ? [['engine', `${run.engine.engine} (${run.engine.description}); ${run.engine.reason}`] as [string, string]]
        : []),
      ['started', new Date(run.at).toISOString()],
      ['duration', `${run.seconds.toFixed(1)} s`],
    ],
  });
