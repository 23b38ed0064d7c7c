/**
 * What `learn play` serves, on this machine only: the built playground, and next to it the file being edited: read, written back, and
 * the data and modules in its folder, and their names. Answers go to pages of its own address alone, so that no other site can reach the file.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve, sep } from 'node:path';
import { nodeHost } from '../../runtime/data/node-host.ts';
import { headers } from './policy.ts';

export interface PlayOptions {
  /** The folder of the built playground. */
  readonly site: string;
  /** Absolute; absent for a page with nothing open. */
  readonly file?: string;
  readonly port: number;
  /** Told of every write. */
  readonly onSaved?: (file: string) => void;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.learn': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
};

/** The file under a folder that a path of the address means; undefined outside of it, also through links. */
const under = (folder: string, path: string): string | undefined => {
  try {
    const root = realpathSync(folder);
    const file = realpathSync(join(root, decodeURIComponent(path)));
    return file.startsWith(root + sep) && statSync(file).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
};

const largest = 4e6;

const bodyOf = async (request: IncomingMessage): Promise<string | undefined> => {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largest) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

/** A page of another site may not ask, nor a name that only leads here. */
const isOwn = ({ headers: h }: IncomingMessage, port: number): boolean => {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (!hosts.includes(h.host ?? '')) return false;
  return h.origin === undefined || hosts.some((host) => h.origin === `http://${host}`);
};

const answer = (response: ServerResponse, status: number, type: string, body: string | Uint8Array): void => {
  response.writeHead(status, { ...headers, 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

const sendFile = (response: ServerResponse, file: string | undefined): void => {
  if (file === undefined) return answer(response, 404, 'text/plain', 'there is no such file');
  answer(response, 200, types[extname(file).toLowerCase()] ?? 'application/octet-stream', readFileSync(file));
};

const save = async (
  request: IncomingMessage,
  response: ServerResponse,
  { file, onSaved }: PlayOptions,
): Promise<void> => {
  // A form cannot send this header: only a script of the page itself does.
  if (file === undefined || request.headers['x-learn'] !== 'save')
    return answer(response, 403, 'text/plain', 'not allowed');
  const text = await bodyOf(request);
  if (text === undefined) return answer(response, 413, 'text/plain', 'too large');
  try {
    writeFileSync(file, text);
    onSaved?.(file);
    answer(response, 204, 'text/plain', '');
  } catch (error) {
    answer(response, 500, 'text/plain', error instanceof Error ? error.message : String(error));
  }
};

const open = (response: ServerResponse, file: string | undefined): void => {
  if (file === undefined) return answer(response, 404, 'text/plain', 'no file is open');
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  answer(response, 200, types['.json'], JSON.stringify({ name: basename(file), text }));
};

export const openPlay = (options: PlayOptions): Promise<Server> => {
  const { site, file } = options;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const { port } = server.address() as { port: number };
    const handle = async (): Promise<void> => {
      if (!isOwn(request, port)) return answer(response, 403, 'text/plain', 'not allowed');
      if (path === '/local/file' && request.method === 'PUT') return save(request, response, options);
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return answer(response, 405, 'text/plain', 'not allowed');
      if (path === '/local/file') return open(response, file);
      if (path === '/local/list') {
        const names = file === undefined ? [] : await nodeHost().files?.(resolve(file), '');
        return answer(response, 200, types['.json'], JSON.stringify(names ?? []));
      }
      if (path.startsWith('/local/beside/')) {
        const beside = file && under(dirname(resolve(file)), path.slice('/local/beside/'.length));
        return sendFile(response, beside || undefined);
      }
      sendFile(response, under(site, path === '/' ? 'index.html' : path.slice(1)));
    };
    handle().catch((error: unknown) => {
      if (!response.headersSent)
        answer(response, 500, 'text/plain', error instanceof Error ? error.message : String(error));
    });
  });
  return new Promise((done, failed) => {
    server.once('error', failed);
    // Only this machine.
    server.listen(options.port, '127.0.0.1', () => done(server));
  });
};
