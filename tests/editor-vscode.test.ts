/**
 * The VS Code extension as VS Code would load it: its own code and the real `learn lsp`, a process; of VS Code and its language client
 * only what the extension touches stands in.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { frame, openReader } from '../editor/lsp/framing.ts';
import type { Message } from '../editor/lsp/server.ts';
import { ensureBuilt, root } from './fixtures/process.ts';

interface Server {
  readonly run: { readonly command: string; readonly args: readonly string[] };
}

/** Speaks with the process over its standard streams, as vscode-languageclient does. */
class Client {
  static last: Client;
  readonly said: Message[] = [];
  private process?: ChildProcess;
  private next = 0;
  constructor(
    readonly id: string,
    readonly name: string,
    readonly server: Server,
    readonly options: { readonly documentSelector: readonly { readonly language: string }[] },
  ) {
    Client.last = this;
  }
  private send(message: object): void {
    this.process?.stdin?.write(frame({ jsonrpc: '2.0', ...message }));
  }
  notify(method: string, params: object): void {
    this.send({ method, params });
  }
  async heard(fits: (m: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.said.find(fits);
      if (found) return found;
      await new Promise((done) => setTimeout(done, 20));
    }
  }
  async request(method: string, params: object | null = null): Promise<unknown> {
    const id = ++this.next;
    this.send({ id, method, params });
    const { result, error } = await this.heard((m) => m.id === id);
    if (error) throw new Error(error.message);
    return result;
  }
  async start(): Promise<void> {
    const { command, args } = this.server.run;
    const child = spawn(command, [...args], { stdio: 'pipe' });
    this.process = child;
    const failed = new Promise<never>((_, no) => child.once('error', no));
    const read = openReader((m) => this.said.push(m));
    child.stdout.on('data', (bytes: Buffer) => read(bytes));
    const capabilities = { textDocument: { completion: { completionItem: { snippetSupport: true } } } };
    await Promise.race([failed, this.request('initialize', { processId: null, rootUri: null, capabilities })]);
    this.notify('initialized', {});
  }
  async stop(): Promise<number | null> {
    const ended = new Promise<number | null>((done) => this.process?.once('exit', done));
    await this.request('shutdown');
    this.notify('exit', {});
    return ended;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'learn-vscode-'));
const file = join(folder, 'spec.learn');
const uri = pathToFileURL(file).href;
const learn = join(folder, 'learn');
const errors: string[] = [];
const commands = new Map<string, () => Promise<void>>();
const typed: string[] = [];
let command = learn;

const vscode = {
  workspace: { getConfiguration: () => ({ get: () => command }) },
  window: {
    activeTextEditor: { document: { languageId: 'learn', fileName: file, save: () => Promise.resolve(true) } },
    createTerminal: () => ({ show: () => undefined, sendText: (text: string) => typed.push(text) }),
    showErrorMessage: (text: string) => errors.push(text),
  },
  commands: {
    registerCommand: (name: string, run: () => Promise<void>) => {
      commands.set(name, run);
      return { dispose: () => undefined };
    },
  },
};

interface Extension {
  activate(context: { subscriptions: unknown[] }): Promise<void>;
  deactivate(): Promise<number | null> | undefined;
}

const loader = Module as unknown as { _load: (name: string, ...rest: unknown[]) => unknown };
const { _load: load } = loader;

describe('the VS Code extension', () => {
  let extension: Extension;
  beforeAll(() => {
    ensureBuilt();
    writeFileSync(learn, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'bin/learn.js')}" "$@"\n`, {
      mode: 0o755,
    });
    writeFileSync(join(folder, 'points.csv'), 'x,y\n1,2\n');
    loader._load = (name, ...rest) =>
      name === 'vscode'
        ? vscode
        : name === 'vscode-languageclient/node'
          ? { LanguageClient: Client, TransportKind: { stdio: 0 } }
          : load.call(loader, name, ...rest);
    extension = createRequire(import.meta.url)('../editor/vscode/extension.cjs') as Extension;
  }, 120_000);
  afterAll(() => {
    loader._load = load;
  });

  it('starts `learn lsp`, which answers what is asked of a spec, and ends it', async () => {
    await extension.activate({ subscriptions: [] });
    expect(errors).toEqual([]);
    const client = Client.last;
    expect(client.options.documentSelector).toEqual([{ language: 'learn' }]);
    const text = 'let θ=softplus(1)\nlet y = sofplus(θ)\ndata P = csv("")\n';
    client.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'learn', version: 1, text } });
    const { params } = await client.heard((m) => m.method === 'textDocument/publishDiagnostics');
    expect((params as { diagnostics: { code: string }[] }).diagnostics.map((d) => d.code)).toEqual(['L0201', 'L0501']);
    const at = (line: number, character: number) => ({ textDocument: { uri }, position: { line, character } });
    const files = (await client.request('textDocument/completion', at(2, 14))) as { label: string }[];
    expect(files.map((f) => f.label)).toEqual(['points.csv']);
    const renamed = (await client.request('textDocument/rename', { ...at(0, 4), newName: 'theta' })) as {
      changes: Record<string, { newText: string }[]>;
    };
    expect(renamed.changes[uri].map((e) => e.newText)).toEqual(['theta', 'theta']);
    const format = { textDocument: { uri }, options: { tabSize: 2, insertSpaces: true } };
    expect(await client.request('textDocument/formatting', format)).toMatchObject([{ newText: ' = ' }]);
    await commands.get('learn.run')?.();
    expect(typed).toEqual([`${learn} run ${JSON.stringify(file)}`]);
    expect(await extension.deactivate()).toBe(0);
  });

  it('takes a name for a word: letters of any script, digits, primes', () => {
    const { wordPattern } = JSON.parse(
      readFileSync(join(root, 'editor/vscode/language-configuration.json'), 'utf8'),
    ) as { wordPattern: { pattern: string; flags: string } };
    // VS Code reads a pattern that is a mere text without flags, where `\\p{L}` is four other letters.
    const word = new RegExp(wordPattern.pattern, `${wordPattern.flags}g`);
    expect("let L_tr = f(θ', x2)".match(word)).toEqual(['let', 'L_tr', 'f', "θ'", 'x2']);
  });

  it('says what to do where there is no such command', async () => {
    command = join(folder, 'nowhere');
    await extension.activate({ subscriptions: [] });
    expect(errors.join()).toMatch(/nowhere lsp` did not start .*Set learn\.command to its path/);
  });
});
