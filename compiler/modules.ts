/** A spec, what it imports, and the standard library, as trees. Library modules are parsed once. */
import type { Diagnostic } from '../grammar/diagnostics.ts';
import { parse } from '../grammar/parse.ts';
import type { Module } from '../grammar/tree/declarations.ts';
import type { Host, LibraryModule } from './host.ts';

export interface Modules {
  readonly main: { readonly file: string; readonly text: string; readonly module: Module };
  /** Imported modules by the path that was written and the file it was written in: `base -> path -> module`. */
  readonly imports: ReadonlyMap<string, ReadonlyMap<string, { readonly file: string; readonly module: Module }>>;
  readonly library: readonly { readonly file: string; readonly module: Module }[];
  readonly sources: ReadonlyMap<string, string>;
  /** Syntax errors of imported and library modules. */
  readonly diagnostics: readonly Diagnostic[];
}

type Parsed = NonNullable<LibraryModule['parsed']>;

/** Library texts do not change while a process runs. */
const parsedLibrary = new Map<string, Parsed>();

const parseLibrary = ({ file, text, parsed }: LibraryModule): Parsed => {
  const key = `${file}\n${text}`;
  const known = parsedLibrary.get(key);
  if (known) return known;
  const fresh = parsed ?? parse(text, file);
  parsedLibrary.set(key, fresh);
  return fresh;
};

export const loadModules = async (file: string, text: string, module: Module, host: Host): Promise<Modules> => {
  const sources = new Map([[file, text]]);
  const diagnostics: Diagnostic[] = [];
  const library = (await host.standardLibrary()).map((m) => {
    const parsed = parseLibrary(m);
    sources.set(m.file, m.text);
    diagnostics.push(...parsed.diagnostics);
    return { file: m.file, module: parsed.module };
  });
  const imports = new Map<string, Map<string, { file: string; module: Module }>>();
  const loaded = new Map<string, Module>([[file, module]]);
  const visit = async (base: string, m: Module): Promise<void> => {
    const own = new Map<string, { file: string; module: Module }>();
    imports.set(base, own);
    for (const d of m.declarations) {
      if (d.kind !== 'import' || own.has(d.from.path)) continue;
      const found = await host.readModule(d.from.path, base);
      if (!found) continue;
      const known = loaded.get(found.file);
      if (known) {
        own.set(d.from.path, { file: found.file, module: known });
        continue;
      }
      const parsed = parse(found.text, found.file);
      sources.set(found.file, found.text);
      diagnostics.push(...parsed.diagnostics);
      loaded.set(found.file, parsed.module);
      own.set(d.from.path, { file: found.file, module: parsed.module });
      await visit(found.file, parsed.module);
    }
  };
  await visit(file, module);
  return { main: { file, text, module }, imports, library, sources, diagnostics };
};
