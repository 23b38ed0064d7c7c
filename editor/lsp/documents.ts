/**
 * Open files and what is known of them. A change is read at once; compiling follows when typing pauses, and an answer that has been
 * overtaken by another change is dropped.
 */
import { compile } from '../../compiler/compile.ts';
import type { Host } from '../../compiler/host.ts';
import { compiled, openSurroundings, read, withImports } from '../view.ts';
import type { Surroundings, View } from '../view.ts';

export interface Documents {
  /** A text as it is now. */
  change(file: string, text: string): Promise<View>;
  close(file: string): void;
  view(file: string): View | undefined;
  /** With the compiler's answer on exactly this text; undefined when it was overtaken. Rows that are much work may be put off. */
  compiled(file: string): Promise<View | undefined>;
  /** The same with nothing put off. */
  settled(file: string): Promise<View | undefined>;
  readonly host: Host;
  /** Data or modules may have changed: what was compiled is compiled again. */
  forget(): void;
}

/** Reading a data set takes longer than anything else: it is read once. */
const withMemory = (host: Host): { readonly host: Host; forget(): void } => {
  const tables = new Map<string, ReturnType<Host['readData']>>();
  return {
    forget: () => tables.clear(),
    host: {
      ...host,
      readData: (request) => {
        const key = JSON.stringify([request.format, request.path, request.base]);
        const known = tables.get(key) ?? host.readData(request);
        tables.set(key, known);
        return known;
      },
    },
  };
};

export const openDocuments = (outer: Host): Documents => {
  const { host, forget } = withMemory(outer);
  const views = new Map<string, View>();
  const running = new Map<string, { readonly text: string; readonly done: Promise<View | undefined> }>();
  let library: Promise<Surroundings> | undefined;

  const run = async (file: string, view: View, quick: boolean): Promise<View | undefined> => {
    const answer = compiled(view, await compile(file, view.text, host, { seed: 1, quick }));
    if (views.get(file)?.text !== view.text) return undefined;
    views.set(file, answer);
    return answer;
  };

  const answered = async (file: string): Promise<View | undefined> => {
    const view = views.get(file);
    if (!view || view.compilation) return view;
    const going = running.get(file);
    if (going?.text === view.text) return going.done;
    const done = run(file, view, true);
    running.set(file, { text: view.text, done });
    return done;
  };

  return {
    host,
    view: (file) => views.get(file),
    close: (file) => void views.delete(file),
    forget: () => {
      forget();
      running.clear();
      for (const [file, view] of views) views.set(file, { ...view, compilation: undefined });
    },
    change: async (file, text) => {
      library ??= openSurroundings(host);
      const known = views.get(file);
      if (known?.text === text) return known;
      // Imports are read from the disk: only where there are any.
      const around = /\bimport\b/.test(text) ? await withImports(file, text, host, await library) : await library;
      const view = read(file, text, around, views.get(file));
      views.set(file, view);
      return view;
    },
    compiled: answered,
    settled: async (file) => {
      const view = await answered(file);
      return view?.compilation?.postponed ? run(file, view, false) : view;
    },
  };
};
