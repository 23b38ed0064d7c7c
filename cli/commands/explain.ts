/** `learn explain`: the formula of every problem, its place in the field, and what was decided, with reasons. */
import { explain as explanations } from '../../compiler/explain.ts';
import type { Explanation } from '../../compiler/explain.ts';
import { oneOf } from '../arguments.ts';
import { decisionRows, plainText } from '../decisions.ts';
import { command } from '../command.ts';
import { codes } from '../exit.ts';
import { codeOf, load, showDiagnostics } from '../load.ts';
import type { Loaded } from '../load.ts';
import { paint } from '../terminal.ts';
import type { Terminal } from '../terminal.ts';
import { indented, wrapped } from '../text.ts';

/** Two columns: label, then text with its reason, folded to the width of the terminal. */
const entry = (label: string, text: string, because: string, terminal: Terminal): string =>
  wrapped(`  ${label.padEnd(12)} `, `${plainText(text)} (${plainText(because)})`, terminal.columns);

export const explanationText = (e: Explanation, loaded: Loaded, terminal: Terminal): string => {
  const heading = (text: string): string => paint(terminal, 'bold', text);
  const { map, formula, decisions, members } = e;
  const omitted = formula.omitted.length > 0 ? [`  (defined in the source: ${formula.omitted.join(', ')})`] : [];
  const decided = decisionRows(decisions, loaded).map(({ subject, text }) =>
    wrapped(`  ${subject.padEnd(12)} `, text, terminal.columns),
  );
  return [
    heading(e.name === 'problem' ? 'The problem' : `The problem \`${e.name}\``),
    indented(formula.unicode, terminal.columns),
    ...omitted,
    '',
    heading('Its place in the field'),
    entry('goal', map.goal.place, map.goal.because, terminal),
    ...map.models.map((m) => entry(`model of ${m.member}`, m.place, m.because, terminal)),
    entry('paradigm', map.paradigm.place, map.paradigm.because, terminal),
    ...(members.length > 0
      ? [`  parameters   ${members.map((m) => `${m.name} in ${m.model}: ${m.parameters}`).join(', ')}`]
      : []),
    ...(decided.length > 0 ? ['', heading('What was decided'), ...decided] : []),
  ].join('\n');
};

const json = (e: Explanation): object => {
  const { name, formula, map, decisions, members } = e;
  const { brief, unicode, latex, mathml, omitted } = formula;
  return {
    name,
    formula: { brief, unicode, latex, mathml, omitted },
    map,
    members,
    decisions: decisions.map(({ subject, choice, reason }) => ({ subject, choice, reason })),
  };
};

export const explain = command({
  name: 'explain',
  usage: 'explain FILE',
  summary:
    'Writes every problem of a spec as a formula, says where it stands in the field, and what was decided and why.',
  options: {
    latex: { type: 'boolean', help: 'the formulas in LaTeX (amsmath), nothing else' },
    json: { type: 'boolean', help: 'one document: [{name, formula, map, members, decisions}]' },
  },
  notes: 'With errors in the spec the formulas are shown all the same, and the exit code is that of the errors.',
  run: async ({ values, files }, terminal) => {
    const loaded = await load(oneOf('explain', files, 'a file'), terminal);
    const { module, program, diagnostics } = loaded.compilation;
    const found = explanations(module, program);
    if (values.json) terminal.out(JSON.stringify(found.map(json)));
    else if (values.latex) terminal.out(found.map((e) => e.formula.latex).join('\n\n'));
    else
      terminal.out(
        found.length === 0
          ? 'This file poses no problem: it has no `minimize` or `maximize`.'
          : found.map((e) => explanationText(e, loaded, terminal)).join('\n\n'),
      );
    if (diagnostics.some((d) => d.severity === 'error')) showDiagnostics(loaded, terminal);
    return codeOf(diagnostics) === codes.ok ? codes.ok : codeOf(diagnostics);
  },
});
