/** Fixes for problems: which data, which member, which direction; and comments that silence a warning. */
import type { Fix } from '../../grammar/diagnostics.ts';
import type { CallExpr, NameExpr } from '../../grammar/tree/expressions.ts';
import type { Condition } from '../../grammar/tree/problems.ts';
import { asPattern } from '../../grammar/tokens.ts';
import { nodes } from '../../grammar/walk.ts';
import type { ParametersOf } from '../messages.ts';
import { fromPositive } from './domains.ts';
import {
  at,
  declarationsOf,
  exact,
  guess,
  memberOf,
  onlyData,
  operand,
  playerAround,
  problemAround,
  textAt,
  write,
} from './site.ts';
import type { Found, Site } from './site.ts';
import { percent } from './values.ts';

const isName = (n: object): n is NameExpr => 'kind' in n && n.kind === 'name' && 'name' in n && 'span' in n;

/** Names written as expressions inside the span. */
const namesInside = (site: Site, root: unknown): NameExpr[] =>
  nodes(root).filter(
    (n): n is Readonly<Record<string, unknown>> & NameExpr =>
      isName(n) && site.span.start <= n.span.start && n.span.end <= site.span.end,
  );

/** Evaluation data are written where training data are meant. */
export const trainingData = (site: Site): Fix[] => {
  const sets = new Set(['D_eval', ...declarationsOf(site.module, 'data').map((d) => d.name.text)]);
  const player = playerAround(site);
  const used = namesInside(site, player?.objective ?? site.module).filter((n) => sets.has(n.name));
  const direct = site.written === 'D_eval';
  if (used.length !== 1 || (!direct && !problemAround(site)?.on) || (!direct && !player)) return [];
  return [write(used[0].span, 'D_tr')];
};

/** `on` behind all that comes before it in a problem. */
export const paradigm = (site: Site): Fix[] => {
  const data = onlyData(site);
  const problem = problemAround(site);
  if (!problem || problem.on || data === undefined) return [];
  const before = [
    ...problem.conditions.map((c) => c.span.end),
    ...problem.players.flatMap((p) => [p.span.end, ...p.over.map((o) => o.span.end)]),
  ];
  const behind = [...problem.by, problem.duration, problem.batch, problem.seed, problem.seeds].flatMap((e) =>
    e ? [e.span.start] : [],
  );
  const end = Math.max(...before);
  if (behind.some((start) => start < end)) return [];
  const d = declarationsOf(site.module, 'data')[0];
  const row = site.spaceAt(d.value.span) ?? textAt(site, d.space?.span ?? d.value.span);
  const name = /\(/.test(row) ? 'supervised' : 'unsupervised';
  return [write(at(site.span, end), ` on ${name}(${data}, holdout = 0.2)`, guess)];
};

/** A member's own name, where only its model is written. */
export const namedMember = (p: ParametersOf<'L0403'>, site: Site): Fix[] =>
  p.free.map((name) => write(site.span, `${name} in ${site.written}`, p.free.length > 1 ? guess : {}));

/** The member that the problem looks for, where its model is written. */
export const memberMeant = (p: { readonly name: string }, site: Site): Fix[] => {
  const member = memberOf(problemAround(site), p.name);
  const player = playerAround(site);
  const mentions = namesInside(site, player?.objective ?? []).filter((n) => n.name === p.name);
  return member !== undefined && mentions.length === 1 ? [write(mentions[0].span, member)] : [];
};

/** `KL(D_tr || P)` of a model. */
export const memberInCall = (p: ParametersOf<'L0305'>, site: Site): Fix[] => {
  const e = exact(site, 'call');
  if (e && p.turned) {
    const [a, b] = e.args.map((x) => textAt(site, x.span));
    return [write(e.span, `${textAt(site, e.callee.span)}(${b}${e.form === 'divergence' ? ' || ' : ', '}${a})`, guess)];
  }
  return p.model === undefined ? [] : memberMeant({ name: p.model }, site);
};

/** A divergence of samples in the place of one of densities. */
export const ofSamples = (site: Site): Fix[] => {
  const e = site.around.find((n): n is Found & CallExpr => n.kind === 'call' && (n as CallExpr).form === 'divergence');
  const name = e?.callee.kind === 'name' ? e.callee.name : undefined;
  return e && name === 'KL' ? [write(e.callee.span, 'MMD', guess)] : [];
};

/** A member that nothing depends on is left out, if others remain. */
export const leftOut = (p: ParametersOf<'L0401'>, site: Site): Fix[] => {
  const over = playerAround(site)?.over ?? [];
  const i = over.findIndex((o) => o.name?.text === p.name);
  if (i < 0 || over.length < 2) return [];
  const [start, end] = i > 0 ? [over[i - 1].span.end, over[i].span.end] : [over[0].span.start, over[1].span.start];
  const title = `Leave out \`${textAt(site, over[i].span)}\``;
  return [{ title, span: { ...site.span, start, end }, replacement: '', ...guess }];
};

export const oneNumber = (p: ParametersOf<'L0402'>, site: Site): Fix[] =>
  (p.summed ? ['mean', 'sum'] : []).map((name) => write(site.span, `${name}(${site.written})`, guess));

/** A share of rows is up to 1, not up to 100. */
export const threshold = (p: ParametersOf<'L0407'>, site: Site): Fix[] => {
  if (p.low !== '0' || p.high !== '1') return [];
  const condition = site.around.find((n): n is Found & Condition => 'evaluated' in n && 'compare' in n);
  const bound = condition?.compare?.bound.span ?? site.span;
  return percent({ ...site, span: bound, written: textAt(site, bound) }, Number(textAt(site, bound)));
};

// ---------------------------------------------------------------- data

/** Rows in which the column is missing are left out; classes that are counted from 1 are counted from 0. */
export const withoutMissing = (p: ParametersOf<'L0502'>, site: Site): Fix[] => {
  const counted = /`(class\[\d+\])\(r\.([^ ]+) - 1\)`/.exec(p.way ?? '');
  if (counted) {
    const at = new RegExp(`(?<=${asPattern(counted[1])}\\()[\\p{L}_]\\w*\\.${asPattern(counted[2])}(?=\\))`, 'u').exec(
      site.written,
    );
    const start = site.span.start + (at?.index ?? 0);
    return at ? [write({ ...site.span, start, end: start + at[0].length }, `${at[0]} - 1`)] : [];
  }
  const column = /^`?([\p{L}_][\p{L}\p{N}_]*)`?$/u.exec(p.column)?.[1];
  const e = exact(site, 'comprehension');
  const target = e?.binders[0]?.targets[0];
  if (p.seen !== 'missing' || column === undefined || e?.binders.length !== 1 || target?.kind !== 'name') return [];
  const test = `${target.name}.${column} != missing`;
  const last = e.conditions.at(-1);
  const title = `Leave out the rows without \`${column}\``;
  if (!last) {
    const { end } = e.binders[0].source.span;
    return [{ title, span: at(site.span, end), replacement: ` if ${test}` }];
  }
  const kept = textAt(site, last.span);
  const left = last.kind === 'binary' && last.op === 'or' ? operand(kept) : kept;
  return [{ title, span: last.span, replacement: `${left} and ${test}` }];
};

// ---------------------------------------------------------------- how long, and by what

export const impossible = (p: ParametersOf<'L0602'>, site: Site): Fix[] => {
  if (p.slip === 'epochs' && site.written.endsWith('epochs')) {
    const start = site.span.end - 'epochs'.length;
    return [write({ ...site.span, start }, 'steps', guess)];
  }
  return p.slip === 'transform alone' ? [write(site.span, `adam(1e-3), ${site.written}`, guess)] : [];
};

// ---------------------------------------------------------------- warnings

/** A comment on the line before the declaration. */
export const silenced = (site: Site): Fix => {
  const { code } = site.diagnostic;
  const d = site.module.declarations.find((x) => x.span.start <= site.span.start && site.span.start < x.span.end);
  const start = site.text.lastIndexOf('\n', (d?.span.start ?? site.span.start) - 1) + 1;
  return {
    title: `Silence it: \`-- allow ${code}\``,
    span: at(site.span, start),
    replacement: `-- allow ${code}\n`,
    ...guess,
  };
};

export const textMeant = (p: ParametersOf<'L0904'>, site: Site): Fix[] => [write(site.span, `"${p.similar}"`, guess)];

export const heldOutRows = (p: ParametersOf<'L0901'>, site: Site): Fix[] =>
  namesInside(site, site.module)
    .filter((n) => `\`${n.name}\`` === p.set)
    .slice(0, 1)
    .map((n) => write(n.span, 'D_eval', guess));

/** A parameter that is in `Positive` stays there; anything else is made positive. */
export const inItsSpace = (p: ParametersOf<'L0903'>, site: Site): Fix[] => {
  const whole = new RegExp(`^${p.family}\\((?:p = )?(.*)\\)$`, 's').exec(site.written)?.[1];
  if (whole !== undefined) return [write(site.span, `${p.family}(logits = ${whole})`, guess)];
  if (p.space !== 'Positive') return [];
  const value = /^\w+ = /.exec(site.written)?.[0].length ?? 0;
  const span = { ...site.span, start: site.span.start + value };
  const written = textAt(site, span);
  return fromPositive(written, site) ?? [write(span, `softplus(${written})`, guess)];
};

/** The other side of the bound. */
export const otherSide = (p: ParametersOf<'L0910'>, site: Site): Fix[] => {
  const condition = site.around.find((n): n is Found & Condition => 'evaluated' in n && 'compare' in n);
  const bound = condition?.compare?.bound.span;
  const start = bound ? site.text.lastIndexOf(p.op, bound.start) : -1;
  return bound && start >= site.span.end ? [write({ ...bound, start, end: start + p.op.length }, p.other, guess)] : [];
};

/** `Categorical(logits = softmax(x))`: what `softmax` is taken of. */
export const withoutSquashing = (p: ParametersOf<'L0912'>, site: Site): Fix[] => {
  const e = exact(site, 'call');
  const given = e?.args.find((a) => a.name?.text === 'logits')?.value;
  if (given?.kind !== 'call' || given.callee.kind !== 'name' || given.callee.name !== p.by || given.args.length !== 1)
    return [];
  return [write(given.span, textAt(site, given.args[0].value.span), guess)];
};

export const otherSense = (p: ParametersOf<'L0902'>, site: Site): Fix[] => {
  const player = playerAround(site);
  if (!player) return [];
  const word = /^\w+/.exec(site.text.slice(player.span.start))?.[0] ?? '';
  const opposite = new Map([
    ['minimize', 'maximize'],
    ['maximize', 'minimize'],
    ['argmin', 'argmax'],
    ['argmax', 'argmin'],
  ]).get(word);
  if (opposite === undefined || p.other === '') return [];
  return [write({ ...site.span, start: player.span.start, end: player.span.start + word.length }, opposite, guess)];
};
