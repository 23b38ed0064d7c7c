/**
 * The Language Server Protocol as a function from messages to messages: the shell around it (`learn lsp`, a test) reads and writes them.
 */
import type { Host } from '../../compiler/host.ts';
import { diagnostics, fileAnswers, offsetIn, placeAnswers } from './answers.ts';
import type { Refused, Uris } from './answers.ts';
import { openDocuments } from './documents.ts';
import { linesOf } from './positions.ts';
import type { Position, Range } from './positions.ts';
import type { View } from '../view.ts';

export interface Message {
  readonly jsonrpc: '2.0';
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface Server {
  /** Answers go to `send`; resolves when the message has been dealt with. */
  receive(message: Message): Promise<void>;
  /** `exit` was asked for, after `shutdown` (0) or without it (1). */
  readonly exited: () => 0 | 1 | undefined;
}

const capabilities = {
  textDocumentSync: { openClose: true, change: 2, save: true },
  hoverProvider: true,
  completionProvider: { triggerCharacters: ['.', '\\', '(', '>', '~', '=', '|', '"', '/'] },
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  signatureHelpProvider: { triggerCharacters: ['(', ',', '[', ';'] },
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  documentFormattingProvider: true,
  inlayHintProvider: true,
  codeActionProvider: { codeActionKinds: ['quickfix'] },
};

/** Typing pauses this long before the compiler is asked. */
const pause = 150;
/** And so long before what is much work is done as well. */
const rest = 1000;

interface TextDocument {
  readonly textDocument: { readonly uri: string };
}
type Change = { readonly text: string; readonly range?: Range };

const changed = (text: string, changes: readonly Change[]): string =>
  changes.reduce((now, { text: inserted, range }) => {
    if (!range) return inserted;
    const lines = linesOf(now);
    return now.slice(0, lines.offset(range.start)) + inserted + now.slice(lines.offset(range.end));
  }, text);

const codes = { unknownMethod: -32601, invalidParams: -32602, internal: -32603, failed: -32803 };

const isRefused = (answer: unknown): answer is Refused =>
  typeof answer === 'object' && answer !== null && 'refused' in answer;

export const openServer = (
  host: Host,
  uris: Uris,
  send: (message: Message) => void,
  options: { readonly version: string; readonly wait?: (ms: number) => Promise<void> },
): Server => {
  const documents = openDocuments(host);
  const wait = options.wait ?? ((ms) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
  const texts = new Map<string, string>();
  let shutdown = false;
  let exit: 0 | 1 | undefined;

  const show = (file: string, view: View | undefined): void => {
    if (view && texts.get(file) === view.text)
      send({
        jsonrpc: '2.0',
        method: 'textDocument/publishDiagnostics',
        params: { uri: uris.toUri(file), diagnostics: diagnostics(view, uris) },
      });
  };

  /** What a quick look finds when typing pauses, and when it rests what was put off. */
  const publish = async (file: string): Promise<void> => {
    const text = texts.get(file);
    await wait(pause);
    if (texts.get(file) !== text) return;
    const view = await documents.compiled(file);
    show(file, view);
    if (!view?.compilation?.postponed) return;
    await wait(rest);
    if (texts.get(file) === text) show(file, await documents.settled(file));
  };

  const update = async (file: string, text: string): Promise<void> => {
    texts.set(file, text);
    await documents.change(file, text);
    void publish(file);
  };

  const notifications: Readonly<Record<string, (params: never) => Promise<void> | void>> = {
    'textDocument/didOpen': ({ textDocument }: { textDocument: { uri: string; text: string } }) =>
      update(uris.toFile(textDocument.uri), textDocument.text),
    'textDocument/didChange': ({ textDocument, contentChanges }: TextDocument & { contentChanges: Change[] }) => {
      const file = uris.toFile(textDocument.uri);
      return update(file, changed(texts.get(file) ?? '', contentChanges));
    },
    /** Other files may read what was saved. */
    'textDocument/didSave': () => {
      documents.forget();
      for (const file of texts.keys()) void publish(file);
    },
    'textDocument/didClose': ({ textDocument }: TextDocument) => {
      const file = uris.toFile(textDocument.uri);
      texts.delete(file);
      documents.close(file);
      send({
        jsonrpc: '2.0',
        method: 'textDocument/publishDiagnostics',
        params: { uri: textDocument.uri, diagnostics: [] },
      });
    },
    exit: () => {
      exit = shutdown ? 0 : 1;
    },
  };

  const answer = async (method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> => {
    if (method === 'initialize') return { capabilities, serverInfo: { name: 'learn', version: options.version } };
    if (method === 'shutdown') {
      shutdown = true;
      return null;
    }
    const name = /^textDocument\/(.+)$/.exec(method)?.[1] ?? '';
    const isPlace = Object.hasOwn(placeAnswers, name);
    if (!isPlace && !Object.hasOwn(fileAnswers, name)) return undefined;
    const file = uris.toFile((params as unknown as TextDocument).textDocument.uri);
    // Hints and fixes are of what the compiler says; the rest does with what it said last.
    const view = name === 'codeAction' || name === 'inlayHint' ? await documents.compiled(file) : documents.view(file);
    if (!view) return null;
    if (!isPlace) return fileAnswers[name](view, params, uris, (f) => texts.get(f));
    return placeAnswers[name](view, offsetIn(view, params.position as Position), { host, uris, params });
  };

  return {
    exited: () => exit,
    receive: async ({ id, method, params }) => {
      if (method === undefined) return;
      if (id === undefined) {
        if (Object.hasOwn(notifications, method)) await notifications[method](params as never);
        return;
      }
      const reply = (rest: Partial<Message>): void => send({ jsonrpc: '2.0', id, ...rest });
      try {
        const result = await answer(method, (params ?? {}) as Readonly<Record<string, unknown>>);
        if (result === undefined) reply({ error: { code: codes.unknownMethod, message: `no method ${method}` } });
        else if (isRefused(result)) reply({ error: { code: codes.failed, message: result.refused } });
        else reply({ result });
      } catch (error) {
        reply({ error: { code: codes.internal, message: error instanceof Error ? error.message : String(error) } });
      }
    },
  };
};
