/** Fixes for what is called otherwise: names, fields, columns, named arguments, names of modules. */
import type { Fix } from '../../grammar/diagnostics.ts';
import type { CallExpr, IndexExpr } from '../../grammar/tree/expressions.ts';
import { mentioned } from '../../grammar/walk.ts';
import { similar } from '../../grammar/similar.ts';
import type { ParametersOf } from '../messages.ts';
import { declarationsOf, exact, problemAround, textAt, write } from './site.ts';
import type { Found, Site } from './site.ts';

/** "did you mean" is a fix of the name itself, of the field, or of the text between quotes. */
export const meant = ({ diagnostic, span, written }: Site): Fix[] => {
  const close = diagnostic.meant;
  const name = /(?:^|\.|^")([\p{L}_][^\s"()[\]=]*)(?:"?$|\s*=)/u.exec(written);
  if (close === undefined || !/^[\p{L}_][^(]*$/u.test(close) || !name) return [];
  const quoted = /^\w+\("([^"]*)"\)$/.exec(written);
  const [old, from] = quoted ? [quoted[1], written.indexOf('"') + 1] : [name[1], name.index + name[0].indexOf(name[1])];
  const start = span.start + from;
  return [write({ ...span, start, end: start + old.length }, close)];
};

/** A file's name, in the call that reads it. */
export const fileMeant = (site: Site): Fix[] => {
  const close = site.diagnostic.meant;
  const quoted = /"([^"]*)"/.exec(site.written);
  if (close === undefined || !quoted) return [];
  const start = site.span.start + quoted.index + 1;
  const folder = /^.*\//.exec(quoted[1])?.[0] ?? '';
  const replacement = close.includes('/') ? close : folder + close;
  return [write({ ...site.span, start, end: start + quoted[1].length }, replacement)];
};

/** The sets that `on` supplies are names as well. */
export const suppliedMeant = (site: Site): Fix[] => {
  const near = similar(site.written, ['D_tr', 'D_eval']);
  return near !== undefined && near !== site.written && problemAround(site)?.on ? [write(site.span, near)] : [];
};

/** The one member of the problem, where its objective calls it otherwise. */
export const memberCalled = (site: Site): Fix[] => {
  const problem = problemAround(site);
  const over = problem?.players.flatMap((p) => p.over) ?? [];
  const own = over[0]?.name?.text;
  if (!problem || over.length !== 1 || own === undefined || mentioned(problem.players[0].objective).includes(own))
    return [];
  return [write(site.span, own, { title: `Write \`${own}\`, as the member is called` })];
};

/** A name that an imported file declares, and the import leaves out. */
export const alsoImported = (site: Site, name: string, declares: (path: string) => readonly string[]): Fix[] =>
  declarationsOf(site.module, 'import').flatMap((d) => {
    const last = d.names.at(-1);
    if (!last || !declares(d.from.path).includes(name)) return [];
    const { span } = last.as ?? last.name;
    return [write({ ...span, start: span.end }, `, ${name}`, { title: `Import \`${name}\` from "${d.from.path}"` })];
  });

const numbersOnly = (e: CallExpr, count: number): boolean =>
  e.args.length >= count && e.args.every((a) => !a.name) && e.form === 'plain';

/** `dense(10, x)` and `dense(10)(x)` are `dense[10](x)`: what is fixed before training stands in brackets. */
const staticsInBrackets = (site: Site): Fix[] => {
  const e = exact(site, 'call');
  const given = e?.args.filter((a) => a.value.kind === 'number') ?? [];
  if (!e || given.length !== 1 || !numbersOnly(e, 1) || e.callee.kind !== 'name') return [];
  const rest = e.args.filter((a) => a !== given[0]).map((a) => textAt(site, a.span));
  const outer = site.around.find((n): n is Found & CallExpr => n.kind === 'call' && (n as CallExpr).callee === e);
  const tail = rest.length > 0 ? `(${rest.join(', ')})` : '';
  if (rest.length === 0 && !outer) return [];
  return [write(e.span, `${textAt(site, e.callee.span)}[${textAt(site, given[0].span)}]${tail}`)];
};

export const argument = (p: ParametersOf<'L0303'>, site: Site): Fix[] => {
  if (p.similar) return meant(site);
  if (p.unnamed) return [write(site.span, `${p.unnamed} = ${site.written}`)];
  if (p.statics === 'missing') return staticsInBrackets(site);
  const index = site.around.find((n): n is Found & IndexExpr => n.kind === 'index');
  return p.statics === 'surplus' && index?.span.start === site.span.start
    ? [write(index.span, textAt(site, index.object.span))]
    : [];
};

const ordinals = ['first', 'second', 'third', 'fourth'];

/** Parts of a tuple are taken by their place. */
export const field = (p: ParametersOf<'L0308'>, site: Site): Fix[] => {
  const place = /^(?:_|item)?(\d+)$/.exec(p.field)?.[1] ?? ordinals.indexOf(p.field);
  const dot = site.text.lastIndexOf('.', site.span.start);
  if (site.written.startsWith('"') && p.similar) {
    const index = site.around.find((n): n is Found & IndexExpr => n.kind === 'index');
    return index ? [write(index.span, `${textAt(site, index.object.span)}.${p.similar}`)] : [];
  }
  if (p.similar) return meant(site);
  if (!p.tuple || Number(place) < 0 || dot < 0) return [];
  return [write({ ...site.span, start: dot }, `[${place}]`)];
};

/** `minimize` gives the least value, `argmin` the member that has it. */
const solutionMeant = (site: Site): Fix[] => {
  const e = exact(site, 'call');
  const name = e?.callee.kind === 'name' ? e.callee.name : undefined;
  const body = declarationsOf(site.module, 'def').find((d) => d.name.text === name)?.body;
  if (body?.kind !== 'problem') return [];
  const sense = /^(min|max)imi[zs]e\b/.exec(textAt(site, body.span));
  if (!sense) return [];
  const word = `arg${sense[1]}`;
  const title = `Write \`${word} ...\` in \`${name}\`: its value is then the member, not the number`;
  return [write({ ...body.span, end: body.span.start + sense[0].length }, word, { title })];
};

/** The member of a stage, where the stage is written. */
export const memberOfStage = (site: Site, span = site.span): Fix[] => {
  const stage = textAt(site, span);
  const d = declarationsOf(site.module, 'let').find((x) => x.pattern.kind === 'name' && x.pattern.name === stage);
  const over = d?.value.kind === 'problem' ? d.value.players.flatMap((p) => p.over) : [];
  return over.length === 1 && over[0].name ? [write(span, `${stage}.${over[0].name.text}`)] : [];
};

/** An array is indexed, not called; a space is no function. */
export const called = (p: ParametersOf<'L0309'>, site: Site): Fix[] => {
  const e = exact(site, 'call');
  const ofProblem = solutionMeant(site);
  if (ofProblem.length > 0) return ofProblem;
  if (e && p.seen === 'a trained problem') return memberOfStage(site, e.callee.span);
  if (!e || e.args.length === 0 || e.args.some((a) => a.name)) return [];
  const args = e.args.map((a) => textAt(site, a.span)).join(', ');
  if (p.slip === 'index') return [write(e.span, `${textAt(site, e.callee.span)}[${args}]`)];
  return p.slip === 'conversion' && e.args.length === 1 ? [write(e.span, args)] : [];
};
