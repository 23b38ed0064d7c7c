/**
 * A problem as a displayed formula: players, conditions, and below them what the names stand for. Three spellings of one
 * list of lines, each with a head ("min over f ∈ M", "s.t.", "where") and a body.
 */
import type { Module } from '../../grammar/tree/declarations.ts';
import type { ProblemExpr } from '../../grammar/tree/problems.ts';
import { declarationBox, reached } from './declarations.ts';
import { declaredNames } from '../../grammar/walk.ts';
import { toLatex, toLinkedLatex } from './latex.ts';
import { row, relation, text } from './math.ts';
import type { Box } from './math.ts';
import { toMathML } from './mathml.ts';
import { nameBox } from './names.ts';
import { conditionBox, playerBody, playerHead } from './problems.ts';
import type { Scope } from './problems.ts';
import type { Write } from './spaces.ts';
import { toUnicode } from './unicode.ts';

interface Line {
  readonly role: 'player' | 'condition' | 'definition';
  readonly head: Box;
  readonly body: Box;
}

export interface Formula {
  /** One line: players and conditions. */
  readonly brief: string;
  readonly unicode: string;
  readonly latex: string;
  /** LaTeX in which every name carries itself, for a page that links formula and source. */
  readonly linked: string;
  readonly mathml: string;
  /** Names whose definitions are too long for a formula. */
  readonly omitted: readonly string[];
}

/** Definitions longer than this stay in the source. */
const LONGEST = 170;
const nothing: Box = row();

const formulaLines = (problem: ProblemExpr, write: Write, scope: Scope): Line[] => [
  ...problem.players.map((p): Line => ({
    role: 'player',
    head: playerHead(p, write, scope),
    body: playerBody(p, write, true),
  })),
  ...problem.conditions.map((c): Line => ({
    role: 'condition',
    head: nothing,
    body: conditionBox(c, problem, write, scope),
  })),
  ...problem.players.flatMap((p) =>
    p.where.map((w): Line => ({
      role: 'definition',
      head: nothing,
      body: row(nameBox(w.name.text), relation('='), write(w.value).box),
    })),
  ),
];

/** `S` and what it supplies, then the declarations the problem rests on. */
const definitions = (problem: ProblemExpr, module: Module, write: Write): { lines: Line[]; omitted: string[] } => {
  const lines: Line[] = [];
  const omitted: string[] = [];
  const add = (body: Box): void => void lines.push({ role: 'definition', head: nothing, body });
  const source = problem.on?.kind === 'name' ? problem.on.name : undefined;
  const seen = new Set<string>();
  const roots = [problem.players.map((p) => [p.objective, p.over, p.where]), problem.conditions.map((c) => c.value)];
  for (const d of reached(roots, module)) {
    const box = declarationBox(d, write);
    if (!box || declaredNames(d).includes(source ?? '')) continue;
    const written = toUnicode(box);
    if (seen.has(written)) continue;
    seen.add(written);
    if (written.length <= LONGEST) add(box);
    else omitted.push(...declaredNames(d));
  }
  const supplied = problem.on && dataLine(problem, module, write);
  if (supplied) add(supplied);
  return { lines, omitted: [...new Set(omitted)] };
};

/** "D_tr, D_eval from S = supervised(birds, holdout = 0.2)" */
const dataLine = (problem: ProblemExpr, module: Module, write: Write): Box | undefined => {
  const { on } = problem;
  if (!on) return undefined;
  const declared =
    on.kind === 'name'
      ? module.declarations.find((d) => d.kind === 'let' && declaredNames(d).includes(on.name))
      : undefined;
  const value = declared?.kind === 'let' ? row(write(on).box, relation('='), write(declared.value).box) : write(on).box;
  return row(
    nameBox('D_tr'),
    { kind: 'operator', text: ',', role: 'punctuation' },
    nameBox('D_eval'),
    text(' from '),
    value,
  );
};

const labels: Readonly<Record<'condition' | 'definition', string>> = { condition: 's.t.', definition: 'where' };

/** The word before a line: only before the first of its role. */
const labelOf = (lines: readonly Line[], i: number): string | undefined => {
  const { role } = lines[i];
  return role !== 'player' && lines[i - 1]?.role !== role ? labels[role] : undefined;
};

const unicodeLines = (lines: readonly Line[]): string =>
  lines
    .map((l, i) => {
      const body = toUnicode(l.body);
      if (l.role === 'player') return `${toUnicode(l.head)} ${body}`;
      return `  ${(labelOf(lines, i) ?? '').padEnd(5)} ${body}`;
    })
    .join('\n');

const latexLines = (lines: readonly Line[], write = toLatex): string => {
  const rows = lines.map((l, i) => {
    const label = labelOf(lines, i);
    const head = l.role === 'player' ? write(l.head).trim() : label ? `\\text{${label}}` : '';
    return `  ${head}${head ? ' ' : ''}\\quad & ${write(l.body).trim()}`;
  });
  return `\\begin{aligned}\n${rows.join(' \\\\\n')}\n\\end{aligned}`;
};

const mathmlLines = (lines: readonly Line[]): string => {
  const rows = lines.map((l, i) => {
    const label = labelOf(lines, i);
    const head = l.role === 'player' ? toMathML(l.head) : label ? `<mtext>${label}</mtext>` : '';
    const cell = (content: string, side: string): string =>
      `<mtd style="text-align:${side};padding:0.3em 0.4em"><mrow>${content}</mrow></mtd>`;
    return `<mtr>${cell(head, 'right')}${cell(toMathML(l.body), 'left')}</mtr>`;
  });
  return `<math xmlns="http://www.w3.org/1998/Math/MathML" display="block"><mtable displaystyle="true">${rows.join('')}</mtable></math>`;
};

export const writeFormula = (problem: ProblemExpr, module: Module, write: Write, scope: Scope): Formula => {
  const main = formulaLines(problem, write, scope);
  const { lines: defined, omitted } = definitions(problem, module, write);
  const lines = [...main, ...defined];
  const players = main.filter((l) => l.role === 'player').map((l) => `${toUnicode(l.head)} ${toUnicode(l.body)}`);
  const conditions = main.filter((l) => l.role === 'condition').map((l) => toUnicode(l.body));
  return {
    brief: players.join('; ') + (conditions.length > 0 ? ` s.t. ${conditions.join(', ')}` : ''),
    unicode: unicodeLines(lines),
    latex: latexLines(lines),
    linked: latexLines(lines, toLinkedLatex),
    mathml: mathmlLines(lines),
    omitted,
  };
};
