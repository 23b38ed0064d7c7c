/** What leaves the page, on request, as a download: the spec, the report of the run (one HTML file), the parameters. */
import type { Explanation } from '../../compiler/explain.ts';
import { renderReport } from '../../runtime/report/report.ts';
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

/** The same report that `learn run` leaves. */
export const reportOf = (name: string, run: Run, understood: Understood | undefined): string =>
  renderReport({
    title: name,
    source: run.text,
    record: run.record,
    explanations: understood?.text === run.text ? (understood.explanations as readonly Explanation[]) : [],
    pictures: picturesOf(run.pictures),
    parameters: run.parameters.flatMap(({ name: parameter, space, shape, values }) =>
      values
        ? [{ name: parameter, space, value: { dtype: 'float32' as const, shape, data: Float32Array.from(values) } }]
        : [],
    ),
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
