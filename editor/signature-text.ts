/** A declaration's head as it is written, on one line: `def KL(q: Dist[X], p: Dist[X])`. */
import type { Declaration } from '../grammar/tree.ts';

/** Where the body begins: what stands before it is the signature. */
const bodyStart = (d: Declaration): number => {
  switch (d.kind) {
    case 'def':
    case 'model':
      return d.body.span.start;
    case 'paradigm':
      return d.body[0]?.span.start ?? d.span.end;
    case 'data':
      return d.space ? d.space.span.end : d.name.span.end;
    case 'let':
      return d.space ? d.space.span.end : d.pattern.span.end;
    default:
      return d.span.end;
  }
};

const parametersOf = (d: Declaration): string[] =>
  d.kind === 'def' || d.kind === 'model' || d.kind === 'paradigm'
    ? (d.params ?? []).flatMap((p) => (p.pattern.kind === 'name' ? [p.pattern.name] : ['_']))
    : [];

export const signatureText = (d: Declaration, source: string): string =>
  source
    .slice(d.span.start, bodyStart(d))
    .replace(/^---.*\n/gm, '')
    .replace(/\s+/g, ' ')
    .replace(/\s*[={]\s*$/, '')
    .trim();

/** How a call of it looks: `supervised(D, holdout)`. */
export const callText = (d: Declaration): string => {
  const name = 'name' in d ? d.name.text : '';
  const names = parametersOf(d);
  return names.length > 0 ? `${name}(${names.join(', ')})` : name;
};
