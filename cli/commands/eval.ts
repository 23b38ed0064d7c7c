/** `learn eval`: the value of an expression, alone on the last line. */
import { resolve } from 'node:path';
import { compileExpression } from '../../compiler/compile.ts';
import type { ArrayValue } from '../../compiler/ir/operations.ts';
import type { Program } from '../../compiler/program.ts';
import type { Stopped } from '../../runtime/events.ts';
import { keyValue } from '../../runtime/feeds.ts';
import { prepareNamed, present } from '../../runtime/oracle.ts';
import { keyOfSeed } from '../../runtime/random.ts';
import { runProgram } from '../../runtime/session.ts';
import { oneOf, wholeNumber } from '../arguments.ts';
import { command } from '../command.ts';
import { engineOrStop } from '../engine.ts';
import { codes, Stop } from '../exit.ts';
import { readText } from '../files.ts';
import { codeOf, diagnosticJson, host, showDiagnosticsOf } from '../load.ts';
import { valueJson, valueText } from '../value.ts';
import type { Part } from '../value.ts';

const digitsOf = (text: string | undefined): number => {
  const digits = wholeNumber('digits', text ?? '6');
  if (digits >= 1 && digits <= 17) return digits;
  throw new Stop(codes.usage, `\`--digits\` is 1 to 17, not ${digits}`);
};

/** Trains what the expression holds as problems: the variables, as the inputs of its graphs. */
const solve = async (program: Program, seed: number): Promise<[string, ArrayValue][]> => {
  const { engine } = await engineOrStop(undefined);
  const { stopped, variables } = await runProgram(program, { engine, seed });
  if (stopped.reason !== 'finished')
    throw new Stop(codes.stopped, `a problem in the expression: ${reasonText(stopped)}`);
  return [...variables].map(([id, value]) => [`var:${id}`, value]);
};

const reasonText = (stopped: Stopped): string => {
  if (stopped.reason === 'no solution') return stopped.message;
  return stopped.reason === 'non-finite' ? `after ${stopped.step} steps ${stopped.what} is not finite` : stopped.reason;
};

export const evaluate = command({
  name: 'eval',
  usage: "eval 'EXPR'",
  summary: 'Prints the value of an expression; all of the library can be used in it.',
  options: {
    in: { type: 'string', value: 'FILE', help: 'names declared in this spec can be used' },
    seed: { type: 'string', value: 'N', help: 'seed of what is drawn (default 1)' },
    digits: { type: 'string', value: 'N', help: 'significant digits (default 6)' },
    json: { type: 'boolean', help: 'one document: {value, space}, or {diagnostics}' },
  },
  notes: 'Computed in double precision. What is drawn depends on the seed alone.',
  run: async ({ values, files }, terminal) => {
    const text = oneOf('eval', files, 'an expression');
    const digits = digitsOf(values.digits);
    const seed = wholeNumber('seed', values.seed ?? '1');
    const file = values.in === undefined ? undefined : resolve(terminal.cwd, values.in);
    // A missing file is said by its name, before anything is compiled.
    if (values.in !== undefined) readText(values.in, terminal.cwd);
    const { diagnostics, sources, value } = await compileExpression(text, host(), { seed, ...(file && { file }) });
    const code = codeOf(diagnostics);
    if (values.json && code !== codes.ok)
      terminal.out(JSON.stringify({ diagnostics: diagnostics.map((d) => diagnosticJson(d, sources)) }));
    else if (!values.json)
      showDiagnosticsOf(
        diagnostics,
        sources,
        terminal,
        file === undefined ? undefined : { file, shown: values.in ?? '' },
      );
    if (code !== codes.ok) return code;
    if (!value) throw new Error('internal: no errors and no value');
    const key = keyValue(keyOfSeed(seed));
    const solved = value.program ? await solve(value.program, seed) : [];
    const parts = value.parts.map(({ name, graph, space }): Part => {
      const outputs = prepareNamed(graph, 'float64')(new Map([['key', key], ...solved]));
      return { name, space, value: present(outputs) };
    });
    // A function or a distribution has no numbers to show: what it is.
    if (parts.length === 0 && value.space !== '()')
      terminal.out(values.json ? JSON.stringify({ value: null, space: value.space }) : value.space);
    else
      terminal.out(
        values.json
          ? JSON.stringify({ value: valueJson(parts), space: value.space })
          : valueText(parts, digits, terminal.tty ? terminal.columns - 1 : Infinity),
      );
    return codes.ok;
  },
});
