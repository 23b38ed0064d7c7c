/** `learn fmt`: the one way a spec is laid out; with `--check` only says which files differ. */
import { format } from '../../grammar/print.ts';
import { command } from '../command.ts';
import { codes, Stop } from '../exit.ts';
import { readText, writeFile } from '../files.ts';
import { paint } from '../terminal.ts';
import { resolve } from 'node:path';

export const fmt = command({
  name: 'fmt',
  usage: 'fmt FILE...',
  summary: 'Formats specs in place.',
  options: {
    check: { type: 'boolean', help: 'change nothing; exit 1 when a file is not formatted' },
    ascii: { type: 'boolean', help: 'write symbols in ASCII: E, ->, <=' },
    unicode: { type: 'boolean', help: 'write symbols in Unicode: 𝔼, →, ≤' },
    stdin: { type: 'boolean', help: 'read standard input, write standard output' },
    json: { type: 'boolean', help: 'one document: [{file, formatted, changed}]' },
  },
  run: async ({ values, files }, terminal) => {
    if (values.ascii && values.unicode) throw new Stop(codes.usage, '`--ascii` and `--unicode` exclude each other');
    const symbols = values.ascii ? 'ascii' : values.unicode ? 'unicode' : 'keep';
    if (values.stdin) {
      const text = await terminal.readInput();
      const done = await format(text, { symbols, file: files[0] ?? 'stdin' });
      if (values.check) return done === text ? codes.ok : codes.different;
      terminal.out(done.replace(/\n$/, ''));
      return codes.ok;
    }
    if (files.length === 0)
      throw new Stop(codes.usage, '`learn fmt` needs a file', 'for example `learn fmt examples/*.learn`');
    const results: { file: string; changed: boolean }[] = [];
    for (const file of files) {
      const text = readText(file, terminal.cwd);
      const done = await format(text, { symbols, file });
      const changed = done !== text;
      results.push({ file, changed });
      if (changed && !values.check) writeFile(resolve(terminal.cwd, file), done);
      if (changed && !values.json)
        terminal.out(values.check ? `${file} is not formatted` : `${paint(terminal, 'dim', 'formatted')} ${file}`);
    }
    if (values.json) terminal.out(JSON.stringify(results));
    const different = results.some((r) => r.changed);
    return values.check && different ? codes.different : codes.ok;
  },
});
