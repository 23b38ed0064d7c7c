/**
 * Mechanical edits that mend errors: a diagnostic -> the same with its fixes. One table, keyed by code, over what the message
 * was made from and where it stands; "did you mean" is a fix for every code.
 */
import type { Diagnostic, Fix } from '../grammar/diagnostics.ts';
import type { Module } from '../grammar/tree/declarations.ts';
import type { Code, ParametersOf } from './messages.ts';
import { declaredNames } from '../grammar/walk.ts';
import { alsoImported, argument, called, field, fileMeant, meant, memberCalled, suppliedMeant } from './fixes/names.ts';
import {
  heldOutRows,
  impossible,
  inItsSpace,
  leftOut,
  memberInCall,
  memberMeant,
  namedMember,
  ofSamples,
  oneNumber,
  otherSense,
  otherSide,
  paradigm,
  silenced,
  textMeant,
  threshold,
  trainingData,
  withoutMissing,
  withoutSquashing,
} from './fixes/problems.ts';
import { keptInside, startedElsewhere } from './fixes/domains.ts';
import { product } from './fixes/shapes.ts';
import { declarationsOf, siteOf } from './fixes/site.ts';
import type { Known, Site } from './fixes/site.ts';
import { knownElsewhere } from './fixes/unknown.ts';
import { lastIndex, otherKind, outside } from './fixes/values.ts';
import type { Modules } from './modules.ts';

type Table = { readonly [C in Code]?: (p: ParametersOf<C>, site: Site) => readonly Fix[] };

const table = {
  L0301: product,
  L0302: otherKind,
  L0303: argument,
  L0304: outside,
  L0305: memberInCall,
  L0306: lastIndex,
  L0308: field,
  L0309: called,
  L0311: memberMeant,
  L0312: (_, site) => ofSamples(site),
  L0401: leftOut,
  L0402: oneNumber,
  L0403: namedMember,
  L0404: (_, site) => trainingData(site),
  L0405: (_, site) => paradigm(site),
  L0407: threshold,
  L0408: startedElsewhere,
  L0501: (_, site) => fileMeant(site),
  L0502: withoutMissing,
  L0602: impossible,
  L0901: heldOutRows,
  L0902: otherSense,
  L0903: inItsSpace,
  L0904: textMeant,
  L0905: keptInside,
  L0910: otherSide,
  L0912: withoutSquashing,
} satisfies Table;

/** What the user wrote: the spec and what it imports, not the library. */
const editable = ({ main, imports }: Modules): ReadonlyMap<string, Module> =>
  new Map([
    [main.file, main.module],
    ...[...imports.values()].flatMap((own) => [...own.values()].map((m) => [m.file, m.module] as const)),
  ]);

const fixesOf = (d: Diagnostic, known: Omit<Known, 'module'>, modules: Modules): readonly Fix[] => {
  const module = d.span && editable(modules).get(d.span.file);
  if (d.fixes.length > 0 || !d.span || !module) return d.fixes;
  const site = siteOf(d, d.span, { ...known, module });
  const own = (table as Readonly<Record<string, ((p: object, site: Site) => readonly Fix[]) | undefined>>)[d.code];
  const found = own && d.details ? own(d.details, site) : [];
  const imports = modules.imports.get(d.span.file);
  const declares = (path: string): readonly string[] =>
    imports?.get(path)?.module.declarations.flatMap(declaredNames) ?? [];
  const unknown =
    d.code === 'L0201'
      ? [...suppliedMeant(site), ...memberCalled(site), ...alsoImported(site, site.written, declares)]
      : [];
  const named = found.length + unknown.length === 0 ? meant(site) : [];
  const all = [...found, ...unknown, ...named];
  return d.severity === 'warning' ? [...all, silenced(site)] : all;
};

/** Where the message names no way out, its fixes are one. */
const wayOut = (fixes: readonly Fix[]): string | undefined => {
  const titles = fixes.map((f) => f.title[0].toLowerCase() + f.title.slice(1));
  return titles.length === 0 ? undefined : titles.join(', or ');
};

const elsewhereInSpec = (d: Diagnostic, known: Omit<Known, 'module'>, modules: Modules) => {
  const module = d.span && editable(modules).get(d.span.file);
  return d.span && module && knownElsewhere(siteOf(d, d.span, { ...known, module }));
};

export const withFixes = (
  diagnostics: readonly Diagnostic[],
  modules: Modules,
  spaces: Known['spaces'],
): readonly Diagnostic[] => {
  if (diagnostics.length === 0) return diagnostics;
  const written = [...editable(modules).values(), ...modules.library.map((m) => m.module)];
  const functions = written.flatMap((m) => declarationsOf(m, 'def'));
  const known = { sources: modules.sources, spaces, functions };
  return diagnostics.map((d) => {
    const elsewhere = d.code === 'L0201' ? elsewhereInSpec(d, known, modules) : undefined;
    if (elsewhere) return { ...d, ...elsewhere };
    const fixes = fixesOf(d, known, modules);
    return { ...d, fixes, help: d.help ?? wayOut(fixes) };
  });
};
