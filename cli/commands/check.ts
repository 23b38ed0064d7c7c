/** `learn check`: everything the compiler has to say about specs, without running them. */
import { command } from '../command.ts';
import { codes, Stop } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { codeOf, counted, diagnosticJson, load, showDiagnostics } from '../load.ts';
import { mend } from '../mend.ts';
import { paint } from '../terminal.ts';

export const check = command({
  name: 'check',
  usage: 'check FILE...',
  summary: 'Reports the errors of specs: names, spaces, data, what is trained on what. Runs nothing.',
  options: {
    json: { type: 'boolean', help: 'one document: [{file, ok, diagnostics}]' },
    quiet: { type: 'boolean', help: 'only errors' },
    fix: { type: 'boolean', help: 'mend in the file what has one sure way out' },
  },
  run: async ({ values, files }, terminal) => {
    if (files.length === 0)
      throw new Stop(codes.usage, '`learn check` needs a file', 'for example `learn check examples/*.learn`');
    const found: ExitCode[] = [];
    const report: object[] = [];
    let first: string | undefined;
    for (const file of files) {
      const read = await load(file, terminal);
      const { loaded, done } = values.fix ? await mend(read, terminal.cwd) : { loaded: read, done: [] };
      const { diagnostics, sources } = loaded.compilation;
      const code = codeOf(diagnostics);
      found.push(code);
      first ??= diagnostics.find((d) => d.severity === 'error')?.code;
      report.push({
        file,
        ok: code === codes.ok,
        diagnostics: diagnostics.map((d) => diagnosticJson(d, sources)),
        ...(values.fix && { fixed: done }),
      });
      if (values.json) continue;
      for (const { title, file: where, line, code } of done)
        terminal.out(`${paint(terminal, 'dim', `${where}:${line}`)} ${title} (${code})`);
      showDiagnostics(loaded, terminal);
      if (!values.quiet || code !== codes.ok)
        terminal.out(
          `${paint(terminal, code === codes.ok ? 'green' : 'red', code === codes.ok ? '✓' : '✗')} ${file}: ${counted(diagnostics)}`,
        );
    }
    if (values.json) terminal.out(JSON.stringify(report));
    else if (first !== undefined && !values.quiet)
      terminal.err(paint(terminal, 'dim', `\`learn help ${first}\` shows more of such mistakes`));
    if (found.includes(codes.spec)) return codes.spec;
    return found.includes(codes.file) ? codes.file : codes.ok;
  },
});
