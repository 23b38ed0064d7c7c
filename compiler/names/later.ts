/** Names that a block declares only below the place where they are used: said with an unknown name. */
import type { Diagnostic } from '../../grammar/diagnostics.ts';
import type { Span } from '../../grammar/span.ts';
import type { Module } from '../../grammar/tree/declarations.ts';
import type { Statement } from '../../grammar/tree/statements.ts';
import { nodesAround, patternNames } from '../../grammar/walk.ts';

const declaredBy = (s: Statement): readonly string[] => {
  switch (s.kind) {
    case 'assign':
    case 'draw':
      return patternNames(s.pattern);
    case 'local-def':
    case 'param':
    case 'member':
      return [s.name.text];
    default:
      return [];
  }
};

/** The statement that declares the name, in the innermost block around the place that has one below it. */
const declaredBelow = (module: Module, name: string, at: Span): Span | undefined => {
  const around = nodesAround(module, at).filter((n) => n.kind === 'block' && Array.isArray(n.statements));
  return around
    .reverse()
    .flatMap((block) => block.statements as readonly Statement[])
    .find((s) => s.span.start > at.start && declaredBy(s).includes(name))?.span;
};

export const withLaterDeclarations = (d: Diagnostic, module: Module): Diagnostic => {
  const name = (d.details as { readonly name?: string } | undefined)?.name;
  if (d.code !== 'L0201' || !d.span || d.span.file !== module.span.file || !name || d.notes.length > 0) return d;
  const below = declaredBelow(module, name, d.span);
  return below
    ? {
        ...d,
        notes: [{ message: `\`${name}\` is declared below`, span: below }],
        help: 'statements are run from top to bottom: move the declaration up',
      }
    : d;
};
