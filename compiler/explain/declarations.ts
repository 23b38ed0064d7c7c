/**
 * What a problem's names stand for, one line a declaration: `L(f, D) = 𝔼…`, `M = {x ↦ ⟨w, x⟩ + b ∣ w ∈ X, b ∈ Y}`.
 */
import type { Declaration, DefDeclaration, ModelDeclaration, Module } from '../../grammar/tree/declarations.ts';
import type { Expr } from '../../grammar/tree/expressions.ts';
import * as m from './math.ts';
import type { Box } from './math.ts';
import { nameBox } from './names.ts';
import { patternBox } from './patterns.ts';
import { spaceTerm } from './spaces.ts';
import type { Write } from './spaces.ts';
import { blockParts, parametersBox } from './statements.ts';
import { declaredNames, lastOf, mentioned } from '../../grammar/walk.ts';

const whereBoxes = (items: readonly Box[]): Box[] =>
  items.length > 0 ? [m.text(' where '), m.list(items, m.punctuation(';'))] : [];

const parts = (body: Expr, write: Write): { value: Box; rest: readonly Box[]; params: readonly Box[] } => {
  if (body.kind === 'block') return blockParts(body, write);
  return { value: write(body).box, rest: [], params: [] };
};

const head = (d: DefDeclaration | ModelDeclaration): Box => {
  const statics = d.statics.map((s) => nameBox(s.name.text));
  const name = nameBox(d.name.text);
  return statics.length > 0 ? m.subscript(name, m.list(statics)) : name;
};

const defBox = (d: DefDeclaration, write: Write): Box => {
  const stochastic = d.result?.stochastic === true;
  const { value, rest, params } = parts(d.body, write);
  return m.row(
    head(d),
    ...(d.params ? [m.parens(parametersBox(d.params, write))] : []),
    m.relation(stochastic ? '∼' : '='),
    value,
    ...whereBoxes([...rest, ...params]),
  );
};

/** A model is a set of functions: one for each value of its parameters. */
const modelBox = (d: ModelDeclaration, write: Write): Box => {
  const { value, rest, params } = parts(d.body, write);
  const stochastic = d.result?.stochastic === true;
  const inputs = parametersBox(d.params, write);
  const map =
    d.params.length > 0
      ? [d.params.length > 1 ? m.parens(inputs) : inputs, m.relation(stochastic ? '⇝' : '↦'), value]
      : [value];
  return m.row(
    head(d),
    m.relation('='),
    m.fence(
      '{',
      m.row(...map, ...whereBoxes(rest), ...(params.length > 0 ? [m.relation('∣'), m.list(params)] : [])),
      '}',
    ),
  );
};

/** One line for a declaration, or undefined for those that a formula does not show (data, paradigms, other problems). */
export const declarationBox = (d: Declaration, write: Write): Box | undefined => {
  switch (d.kind) {
    case 'def':
      return containsProblem(d.body) ? undefined : defBox(d, write);
    case 'model':
      return modelBox(d, write);
    case 'space-declaration':
      return m.row(nameBox(d.name.text), m.relation('='), spaceTerm(d.space, write).box);
    case 'let':
      if (d.value.kind === 'problem') return undefined;
      return m.row(patternBox(d.pattern), m.relation(d.relation === '~' ? '∼' : '='), write(d.value).box);
    default:
      return undefined;
  }
};

/** The whole body is a problem: a stage with something left open (`fit(distance)`), not a part of a formula. */
const containsProblem = (body: Expr): boolean => {
  if (body.kind === 'problem') return body.players.every((p) => p.sense === 'minimize' || p.sense === 'maximize');
  if (body.kind !== 'block') return false;
  const last = lastOf(body.statements);
  return last?.kind === 'expr' && containsProblem(last.value);
};

/** The declarations that `roots` rest on, in the order in which they are met; overloads of a name together. */
export const reached = (roots: readonly unknown[], module: Module): Declaration[] => {
  const byName = new Map<string, Declaration[]>();
  for (const d of module.declarations)
    for (const name of declaredNames(d)) byName.set(name, [...(byName.get(name) ?? []), d]);
  const found = new Set<Declaration>();
  const queue: unknown[] = [...roots];
  for (let next = 0; next < queue.length; next++)
    for (const name of mentioned(queue[next]))
      for (const d of byName.get(name) ?? [])
        if (!found.has(d)) {
          found.add(d);
          if (d.kind !== 'data') queue.push(d);
        }
  return [...found];
};
