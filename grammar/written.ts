/** What stands in the source, on one line: stretches of it, heads of declarations, the spaces that a function maps between. */
import type { Span } from './span.ts';
import type { Declaration, DefDeclaration } from './tree/declarations.ts';
import { parameterName } from './walk.ts';

const onOneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

export const written = ({ start, end }: Pick<Span, 'start' | 'end'>, source: string): string =>
  onOneLine(source.slice(start, end));

/** In whichever file it is. */
export const writtenIn = (span: Span, sources: ReadonlyMap<string, string>): string =>
  written(span, sources.get(span.file) ?? '');

/** Where what a declaration is made of begins: before it stands the head. */
const headEnd = (d: Declaration): number => {
  switch (d.kind) {
    case 'def':
    case 'model':
      return d.body.span.start;
    case 'paradigm':
      return d.body[0]?.span.start ?? d.span.end;
    case 'data':
      return (d.space ?? d.name).span.end;
    case 'let':
      return (d.space ?? d.pattern).span.end;
    default:
      return d.span.end;
  }
};

/** `def KL(q: Dist[X], p: Dist[X])` */
export const headOf = (d: Declaration, source: string): string =>
  written({ start: d.span.start, end: headEnd(d) }, source).replace(/\s*[={]$/, '');

/** `R[28, 28] ~> Class[10]`; undefined unless everything is annotated. */
export const mapOf = (d: Pick<DefDeclaration, 'params' | 'result'>, source: string): string | undefined => {
  const params = d.params ?? [];
  const from = params.flatMap(({ space }) => (space ? [written(space.span, source)] : []));
  if (!d.result || from.length < params.length) return undefined;
  const to = `${d.result.stochastic ? '~>' : '->'} ${written(d.result.space.span, source)}`;
  return from.length === 1 ? `${from[0]} ${to}` : `(${from.join(', ')}) ${to}`;
};

/** How a call of it looks: `supervised(D, holdout)`. */
export const callOf = (d: Declaration): string => {
  const name = 'name' in d ? d.name.text : '';
  const params = 'params' in d ? (d.params ?? []) : [];
  return params.length > 0 ? `${name}(${params.map((p) => parameterName(p) ?? '_').join(', ')})` : name;
};
