/** `learn play`: the playground on this machine, with a file that is written back when it is saved. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageFolder } from '../../runtime/data/node-library.ts';
import { wholeNumber } from '../arguments.ts';
import { command } from '../command.ts';
import { codes, Stop } from '../exit.ts';
import { readText, writeFile } from '../files.ts';
import { openPlay } from '../play/server.ts';
import { paint } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';

const empty = '-- A learning problem.\n';

const runProgram = (program: string, args: readonly string[], cwd: string): Promise<number> =>
  new Promise((done) => {
    const child = spawn(program, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', () => done(1));
    child.on('exit', (code) => done(code ?? 1));
  });

/** The built page; a checkout builds it at the first use. */
const siteOf = async (terminal: Terminal): Promise<string> => {
  const site = join(packageFolder(), 'playground/dist');
  if (existsSync(join(site, 'index.html'))) return site;
  const vite = join(packageFolder(), 'node_modules/vite/bin/vite.js');
  const help = '`npm run build:playground` in the folder of learn builds it';
  if (!existsSync(vite)) throw new Stop(codes.file, 'the playground is not built', help);
  terminal.err('Building the playground, once (about half a minute) ...');
  const code = await runProgram(
    process.execPath,
    [vite, 'build', '--config', 'playground/vite.config.ts'],
    packageFolder(),
  );
  if (code !== 0 || !existsSync(join(site, 'index.html')))
    throw new Stop(codes.file, 'the playground could not be built', help);
  return site;
};

const browser = (url: string): void => {
  const opener = { darwin: 'open', win32: 'explorer' }[process.platform as string] ?? 'xdg-open';
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
};

export const play = command({
  name: 'play',
  usage: 'play [FILE]',
  summary: 'Opens the playground in the browser: write, see, train. FILE is written back when it is saved (Ctrl-S).',
  options: {
    port: { type: 'string', value: 'N', help: 'port on 127.0.0.1 (default 4747; 0 takes a free one)' },
    'no-open': { type: 'boolean', help: 'only say the address' },
  },
  notes: 'Serves this machine only. A file that does not exist is begun. Ctrl-C ends it.',
  run: async ({ values, files }, terminal) => {
    if (files.length > 1) throw new Stop(codes.usage, `\`learn play\` takes one file, not ${files.length}`);
    const file = files[0] === undefined ? undefined : resolve(terminal.cwd, files[0]);
    if (file !== undefined && !existsSync(file)) {
      if (!file.endsWith('.learn')) readText(files[0], terminal.cwd);
      writeFile(file, empty);
    }
    if (file !== undefined) readText(file, terminal.cwd);
    const site = await siteOf(terminal);
    const port = wholeNumber('port', values.port ?? '4747');
    const server = await openPlay({
      ...{ site, file, port },
      onSaved: (path) => terminal.out(`${paint(terminal, 'dim', 'saved')} ${path}`),
    }).catch((error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      throw new Stop(codes.usage, taken ? `port ${port} is taken` : error.message, '`--port 0` takes a free one');
    });
    const at = (server.address() as { port: number }).port;
    const url = `http://127.0.0.1:${at}/${file === undefined ? '' : '?local'}`;
    terminal.out(`The playground is at ${paint(terminal, 'bold', url)} (Ctrl-C ends it)`);
    if (!values['no-open'] && terminal.tty) browser(url);
    await new Promise<void>((done) => {
      const restore = terminal.onInterrupt(() => {
        restore();
        done();
      });
    });
    server.closeAllConnections();
    server.close();
    return codes.ok;
  },
});
