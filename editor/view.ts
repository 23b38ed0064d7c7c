/**
 * What the language service works on: a text as it is read now, the library around it, and what the compiler last made of it.
 * Reading is quick and happens at every keystroke; compiling takes longer, so its answers may be of an earlier text:
 * their spans are then moved by what was typed since, and those that were touched are dropped.
 */
import type { Compilation } from '../compiler/compile.ts';
import { compile } from '../compiler/compile.ts';
import type { Host } from '../compiler/host.ts';
import { loadModules } from '../compiler/modules.ts';
import type { Decision } from '../compiler/program.ts';
import type { PrintedAt } from '../compiler/spaces/printed.ts';
import { parse } from '../grammar/parse.ts';
import type { Parsed } from '../grammar/parse.ts';
import type { Span } from '../grammar/span.ts';
import type { Module } from '../grammar/tree/declarations.ts';
import type { Definition, FileNames } from '../compiler/names/definition.ts';
import { namesOf } from '../compiler/names/file.ts';

/** Files around the text: the standard library and what it imports. */
export interface Surroundings {
  readonly sources: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, FileNames>;
  readonly library: ReadonlyMap<string, readonly Definition[]>;
  /** By the path that is written in the text. */
  readonly imports: ReadonlyMap<string, FileNames>;
}

export interface View {
  readonly file: string;
  readonly text: string;
  readonly parsed: Parsed;
  readonly names: FileNames;
  readonly around: Surroundings;
  /** What expressions of this text turned out to be. */
  readonly spaces: readonly PrintedAt[];
  readonly decisions: readonly Decision[];
  /** Of exactly this text, or not there. */
  readonly compilation?: Compilation;
}

const noNames = (): readonly Definition[] => [];

const indexLibrary = (
  modules: readonly { readonly file: string; readonly text: string; readonly module: Module }[],
) => {
  const library = new Map<string, readonly Definition[]>();
  const files = new Map<string, FileNames>();
  // Every module sees all of the library: the second walk knows the names that the first one found.
  for (const { module, text } of modules)
    for (const [name, found] of namesOf(module, text, { library: noNames, imported: noNames }).declared)
      library.set(name, [...(library.get(name) ?? []), ...found]);
  const first = new Map(library);
  library.clear();
  for (const { file, module, text } of modules) {
    const names = namesOf(module, text, { library: (name) => first.get(name) ?? [], imported: noNames });
    files.set(file, names);
    for (const [name, found] of names.declared) library.set(name, [...(library.get(name) ?? []), ...found]);
  }
  return { library, files };
};

/** The library's modules do not change while a host lives. */
export const openSurroundings = async (host: Host): Promise<Surroundings> => {
  const read = await host.standardLibrary();
  const modules = read.map(({ file, text }) => ({ file, text, module: parse(text, file).module }));
  const { library, files } = indexLibrary(modules);
  const sources = new Map(read.map(({ file, text }) => [file, text]));
  return { sources, files, library, imports: new Map() };
};

/** With the files that a text imports. */
export const withImports = async (
  file: string,
  text: string,
  host: Host,
  library: Surroundings,
): Promise<Surroundings> => {
  const { module } = parse(text, file);
  if (!module.declarations.some((d) => d.kind === 'import')) return library;
  const loaded = await loadModules(file, text, module, host);
  const imports = new Map<string, FileNames>();
  const [files, sources] = [new Map(library.files), new Map(library.sources)];
  for (const [path, found] of loaded.imports.get(file) ?? []) {
    const source = loaded.sources.get(found.file) ?? '';
    const outside = { library: (name: string) => library.library.get(name) ?? [], imported: noNames };
    const names = namesOf(
      found.module,
      source,
      outside,
      [...library.files.values()].map((f) => f.parameters),
    );
    imports.set(path, names);
    files.set(found.file, names);
    sources.set(found.file, source);
  }
  return { ...library, files, sources, imports };
};

/** A text as it stands: nothing is compiled. `last`: what is known of an earlier text of the same file. */
export const read = (file: string, text: string, around: Surroundings, last?: View): View => {
  const parsed = parse(text, file);
  const parameters = [...around.files.values()].map((f) => f.parameters);
  const outside = {
    library: (name: string): readonly Definition[] => around.library.get(name) ?? [],
    imported: (path: string, name: string): readonly Definition[] => around.imports.get(path)?.declared.get(name) ?? [],
  };
  const names = namesOf(parsed.module, text, outside, parameters);
  const moved = last && mover(last.text, text);
  const spaces = moved ? last.spaces.flatMap((s) => placed(s, moved)) : [];
  const decisions = moved ? last.decisions.flatMap((d) => (d.span ? placed({ ...d, span: d.span }, moved) : [])) : [];
  return { file, text, parsed, names, around, spaces, decisions };
};

export const compiled = (view: View, compilation: Compilation): View => ({
  ...view,
  compilation,
  spaces: compilation.spaces.filter((s) => s.span.file === view.file),
  decisions: compilation.program?.stages.flatMap((s) => s.decisions).filter((d) => d.span?.file === view.file) ?? [],
});

/** All at once: what a test, or a request that cannot do with less, wants. */
export const analyse = async (file: string, text: string, host: Host, library: Surroundings): Promise<View> => {
  const around = await withImports(file, text, host, library);
  return compiled(read(file, text, around), await compile(file, text, host, { seed: 1 }));
};

/** Where a stretch of the old text is in the new one; undefined where it was changed. */
const mover = (before: string, after: string): ((span: Span) => Span | undefined) => {
  const most = Math.min(before.length, after.length);
  let prefix = 0;
  while (prefix < most && before[prefix] === after[prefix]) prefix++;
  let suffix = 0;
  while (suffix < most - prefix && before[before.length - 1 - suffix] === after[after.length - 1 - suffix]) suffix++;
  const [changedTo, by] = [before.length - suffix, after.length - before.length];
  return (span) => {
    if (span.end <= prefix) return span;
    if (span.start >= changedTo) return { ...span, start: span.start + by, end: span.end + by };
    return span.start < prefix && span.end > changedTo ? { ...span, end: span.end + by } : undefined;
  };
};

const placed = <T extends { readonly span: Span }>(item: T, moved: (span: Span) => Span | undefined): T[] => {
  const span = moved(item.span);
  return span ? [{ ...item, span }] : [];
};
