/** `learn lsp`: the language service for editors, over standard input and output. */
import { pathToFileURL, fileURLToPath } from 'node:url';
import { resolve } from 'node:path';
import { frame, openReader } from '../../editor/lsp/framing.ts';
import { openServer } from '../../editor/lsp/server.ts';
import type { Uris } from '../../editor/lsp/answers.ts';
import { libraryFile } from '../../runtime/data/node-host.ts';
import { command } from '../command.ts';
import { codes } from '../exit.ts';
import { host } from '../load.ts';
import { versions } from '../version.ts';

/** The library's modules are files too: "go to definition" opens them. */
const uris: Uris = {
  toUri: (file) => pathToFileURL(libraryFile(file) ?? resolve(file)).href,
  toFile: (uri) => (uri.startsWith('file:') ? fileURLToPath(uri) : uri),
};

export const lsp = command({
  name: 'lsp',
  usage: 'lsp',
  summary: 'Serves the Language Server Protocol on standard input and output, for editors.',
  options: { stdio: { type: 'boolean', help: 'what it does anyway; editors say so' } },
  notes: 'For VS Code: the folder editor/vscode. For others: start `learn lsp` for files that end in .learn.',
  run: async (_, terminal) => {
    const server = openServer(host(), uris, (message) => terminal.write(frame(message)), { version: versions().learn });
    // One after the other: a request sees the changes that came before it.
    let queue = Promise.resolve();
    await new Promise<void>((done) => {
      const read = openReader((message) => {
        queue = queue
          .then(() => server.receive(message))
          .then(() => {
            if (server.exited() !== undefined) done();
          });
      });
      process.stdin.on('data', (chunk: Buffer) => read(chunk));
      process.stdin.on('end', () => void queue.then(done));
    });
    return server.exited() === 0 ? codes.ok : codes.different;
  },
});
