/** `learn lsp` as a client sees it: messages in, messages out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { textMate, words } from '../editor/highlight.ts';
import { frame, openReader } from '../editor/lsp/framing.ts';
import { linesOf } from '../editor/lsp/positions.ts';
import { openServer, type Message } from '../editor/lsp/server.ts';
import { host } from './editor-harness.ts';

const uri = 'file:///tmp/a.learn';
const uris = {
  toUri: (f: string) => (f.startsWith('/') ? pathToFileURL(f).href : f),
  toFile: (u: string) => u.replace('file://', ''),
};

const open = async (text: string) => {
  const sent: Message[] = [];
  const server = openServer(host, uris, (m) => sent.push(m), { version: '1', wait: () => Promise.resolve() });
  let id = 0;
  const request = async (method: string, params: object = {}): Promise<Message> => {
    const mine = ++id;
    await server.receive({ jsonrpc: '2.0', id: mine, method, params });
    return sent.find((m) => m.id === mine)!;
  };
  const notify = (method: string, params: object): Promise<void> => server.receive({ jsonrpc: '2.0', method, params });
  await request('initialize', { capabilities: {} });
  await notify('textDocument/didOpen', { textDocument: { uri, text, version: 1, languageId: 'learn' } });
  const published = async (): Promise<{ code: string; message: string; range: object }[]> => {
    for (let i = 0; i < 200 && !sent.some((m) => m.method === 'textDocument/publishDiagnostics'); i++)
      await new Promise((r) => setTimeout(r, 25));
    const last = sent.findLast((m) => m.method === 'textDocument/publishDiagnostics');
    return (last?.params as { diagnostics: [] }).diagnostics;
  };
  const at = (line: number, character: number) => ({ textDocument: { uri }, position: { line, character } });
  return { request, notify, published, at, sent, server };
};

describe('the server', () => {
  it('reports diagnostics with codes and places, and offers their fix', async () => {
    const { published, request } = await open('let θ = 1\nlet y = sofplus(θ)\n');
    const [found] = await published();
    expect(found).toMatchObject({ code: 'L0201', severity: 1, range: { start: { line: 1, character: 8 } } });
    const { result } = await request('textDocument/codeAction', {
      textDocument: { uri },
      range: { start: { line: 1, character: 9 }, end: { line: 1, character: 9 } },
      context: { diagnostics: [] },
    });
    expect(result).toMatchObject([
      { title: 'Write `softplus`', edit: { changes: { [uri]: [{ newText: 'softplus', range: found.range }] } } },
    ]);
  });
  it('offers the fix of what is wrong in an imported file, unless that is open and has changed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'learn-lsp-'));
    const nets = join(folder, 'nets.learn');
    writeFileSync(nets, 'model Net(x: R[2]) -> R[1] = dense[1](rellu(x))\n');
    const { request, published, notify } = await open(
      `import { Net } from "${nets}"\nminimize sum(f([1, 2])^2) over f in Net\n`,
    );
    await published();
    const fixes = async () =>
      (
        await request('textDocument/codeAction', {
          textDocument: { uri },
          range: { start: { line: 0, character: 0 }, end: { line: 1, character: 40 } },
          context: { diagnostics: [] },
        })
      ).result;
    const there = pathToFileURL(nets).href;
    const range = { start: { line: 0, character: 38 }, end: { line: 0, character: 43 } };
    expect(await fixes()).toMatchObject([
      { title: 'Write `relu` in nets.learn', edit: { changes: { [there]: [{ newText: 'relu', range }] } } },
    ]);
    await notify('textDocument/didOpen', {
      textDocument: { uri: there, text: 'model Net() = 1\n', version: 1, languageId: 'learn' },
    });
    expect(await fixes()).toEqual([]);
    rmSync(folder, { recursive: true });
  });
  it('applies changes of ranges, one after the other', async () => {
    const { notify, published, request, at, sent } = await open('let y = sofplus(1)\n');
    await published();
    sent.length = 0;
    await notify('textDocument/didChange', {
      textDocument: { uri, version: 2 },
      contentChanges: [
        { range: { start: { line: 0, character: 8 }, end: { line: 0, character: 15 } }, text: 'softplus' },
        { range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } }, text: 'let z = y\n' },
      ],
    });
    expect(await published()).toEqual([]);
    expect((await request('textDocument/definition', at(1, 8))).result).toMatchObject([
      { uri, range: { start: { line: 0, character: 4 } } },
    ]);
    const hints = (await request('textDocument/inlayHint', { textDocument: { uri } })).result;
    expect(hints).toMatchObject([{ label: ': R', position: { line: 0, character: 5 } }, { label: ': R' }]);
  });
  it('answers hover, completion, outline, rename and formatting', async () => {
    const { request, at } = await open('let a = softplus(1)\nlet b=a\n');
    expect(JSON.stringify((await request('textDocument/hover', at(0, 10))).result)).toContain('softplus');
    const items = (await request('textDocument/completion', at(1, 7))).result as { label: string }[];
    expect(items.map((i) => i.label)).toEqual(expect.arrayContaining(['a', 'softplus']));
    expect((await request('textDocument/documentSymbol', { textDocument: { uri } })).result).toMatchObject([
      { name: 'a' },
      { name: 'b' },
    ]);
    expect((await request('textDocument/rename', { ...at(0, 4), newName: 'c' })).result).toMatchObject({
      changes: { [uri]: [{ newText: 'c' }, { newText: 'c' }] },
    });
    expect((await request('textDocument/rename', { ...at(0, 4), newName: 'b' })).error?.message).toContain(
      'already means',
    );
    expect((await request('textDocument/formatting', { textDocument: { uri } })).result).toMatchObject([
      { newText: ' = ' },
    ]);
    expect((await request('textDocument/nothing', { textDocument: { uri } })).error?.code).toBe(-32601);
  });
  it('offers symbols that still fit when their name has been typed meanwhile', async () => {
    const { request, at } = await open('let \\\n');
    const items = (await request('textDocument/completion', at(0, 5))).result as {
      filterText: string;
      textEdit: { newText: string };
    }[];
    expect(items.filter((i) => i.filterText.startsWith('\\theta')).map((i) => i.textEdit.newText)).toEqual(['θ']);
  });
  it('reads frames cut anywhere', () => {
    const seen: unknown[] = [];
    const read = openReader((m) => seen.push(m.params));
    const bytes = new TextEncoder().encode(
      frame({ jsonrpc: '2.0', method: 'a', params: 'θ' }) + frame({ jsonrpc: '2.0', method: 'b', params: 2 }),
    );
    for (const b of bytes) read(Uint8Array.of(b));
    expect(seen).toEqual(['θ', 2]);
  });
  it('counts in UTF-16 units, also behind the end', () => {
    const lines = linesOf('a𝔼b\nc');
    expect(lines.position(3)).toEqual({ line: 0, character: 3 });
    expect(lines.offset({ line: 0, character: 99 })).toBe(4);
    expect(lines.offset({ line: 9, character: 0 })).toBe(6);
  });
});

describe('the VS Code extension', () => {
  it('has the grammar that is derived from the tokens (npm run docs writes it)', () => {
    const written = readFileSync(`${import.meta.dirname}/../editor/vscode/syntaxes/learn.tmLanguage.json`, 'utf8');
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(textMate)));
    for (const p of textMate.patterns) if ('match' in p) expect(() => new RegExp(p.match, 'u'), p.name).not.toThrow();
    expect(words.big).toContain('E');
  });
  it('starts the command that exists, for files that end in .learn', () => {
    const manifest = JSON.parse(readFileSync(`${import.meta.dirname}/../editor/vscode/package.json`, 'utf8')) as {
      contributes: { languages: { extensions: string[] }[]; grammars: { path: string }[] };
    };
    expect(manifest.contributes.languages[0].extensions).toEqual(['.learn']);
    const source = readFileSync(`${import.meta.dirname}/../editor/vscode/extension.cjs`, 'utf8');
    expect(source).toContain("'lsp'");
  });
});
