/** The language worker: reads the text at every keystroke, compiles it when typing pauses, and answers what the page asks about it. */
import { explain } from '../../compiler/explain.ts';
import type { Explanation } from '../../compiler/explain.ts';
import { spacesOf } from '../../compiler/emit/types.ts';
import type { SpaceAt } from '../../compiler/emit/types.ts';
import type { Span } from '../../grammar/span.ts';
import { complete } from '../../editor/completion.ts';
import { formatEdits } from '../../editor/format.ts';
import type { Spelling } from '../../editor/format.ts';
import { hints } from '../../editor/hints.ts';
import { hover } from '../../editor/hover.ts';
import { openDocuments } from '../../editor/lsp/documents.ts';
import { definitionsAt, referencesAt, rename, renameable } from '../../editor/navigation.ts';
import { folds, symbols } from '../../editor/outline.ts';
import { fixesOf, problems, problemText } from '../../editor/problems.ts';
import { occurrenceAt } from '../../editor/places.ts';
import { signatureHelp } from '../../editor/signatures.ts';
import type { View } from '../../editor/view.ts';
import type { Fix } from '../../grammar/diagnostics.ts';
import { offer, tell } from './calls.ts';
import type { Callee } from './calls.ts';
import { emitGraph, graphTitles } from './emit.ts';
import { browserHost } from './files.ts';
import type { FileSource } from './files.ts';

const specFile = 'spec.learn';

export interface ShownProblem {
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly help?: string;
  readonly text: string;
  readonly span: Span;
  readonly notes: readonly { readonly message: string; readonly span?: Span }[];
  readonly fixes: readonly Fix[];
}

/** What the page shows of a text that was compiled. */
export interface Understood {
  readonly text: string;
  readonly problems: readonly ShownProblem[];
  readonly explanations: readonly Omit<Explanation, 'problem'>[];
  readonly spaces: readonly SpaceAt[];
  readonly graphs: readonly string[];
  readonly milliseconds: number;
}

const shown = (view: View): ShownProblem[] =>
  problems(view).map((p) => {
    const { code, severity, message, help, span, notes } = p;
    return { code, severity, message, help, span, notes, text: problemText(p), fixes: fixesOf(view, p) };
  });

let source: FileSource = { base: '/', local: false, dropped: new Map() };
const documents = openDocuments(browserHost(() => source));

const pause = 120;
let asked = 0;

const understand = async (text: string): Promise<void> => {
  const mine = ++asked;
  await new Promise((done) => setTimeout(done, pause));
  if (mine !== asked) return;
  const began = performance.now();
  const view = await documents.settled(specFile);
  if (!view?.compilation || view.text !== text) return;
  const { module, program, spaces } = view.compilation;
  const explanations = explain(module, program).map(({ name, span, formula, map, decisions, members }) => ({
    ...{ name, span, formula, map, decisions, members },
  }));
  const understood: Understood = {
    ...{ text, problems: shown(view), explanations, spaces: spacesOf(spaces, specFile, text) },
    graphs: program ? graphTitles(program) : [],
    milliseconds: performance.now() - began,
  };
  tell(self as unknown as Callee, 'understood', understood);
};

/** Answers about the text as it was last sent. */
const about = <T>(answer: (view: View) => T): T | undefined => {
  const view = documents.view(specFile);
  return view && answer(view);
};

const offers = {
  files: (files: FileSource) => {
    source = files;
    documents.forget();
    const view = documents.view(specFile);
    if (view) void understand(view.text);
  },
  change: async (text: string): Promise<readonly ShownProblem[]> => {
    const view = await documents.change(specFile, text);
    void understand(text);
    return shown(view);
  },
  hover: (offset: number) => about((view) => hover(view, offset)),
  complete: (offset: number) => about((view) => complete(view, offset, documents.host)),
  definitions: (offset: number) =>
    about((view) => definitionsAt(view, offset).map(({ name, span }) => ({ name, span }))),
  references: (offset: number) => about((view) => referencesAt(view, offset)),
  renameable: (offset: number) => about((view) => renameable(view, offset)),
  rename: ({ offset, name }: { offset: number; name: string }) => about((view) => rename(view, offset, name)),
  signature: (offset: number) => about((view) => signatureHelp(view, offset)),
  hints: () => about((view) => hints(view)),
  symbols: () => about(symbols),
  folds: () => about(folds),
  format: (symbols: Spelling) => about((view) => formatEdits(view, symbols)),
  nameAt: (offset: number) => about((view) => occurrenceAt(view, offset)?.name),
  places: (name: string) => about((view) => view.names.occurrences.filter((o) => o.name === name).map((o) => o.span)),
  source: (file: string) => about((view) => view.around.sources.get(file)),
  emit: (index: number) => about((view) => view.compilation?.program && emitGraph(view.compilation.program, index)),
};

export type LanguageOffers = typeof offers;

offer(self as unknown as Callee, offers);
