/** Fixes for values that are almost what is needed: an array of one, a text that stands for a class, a number in percent. */
import type { Fix } from '../../grammar/diagnostics.ts';
import type { Span } from '../../grammar/span.ts';
import type {
  DataDeclaration,
  DefDeclaration,
  LetDeclaration,
  ModelDeclaration,
} from '../../grammar/tree/declarations.ts';
import type { ArrayExpr, ComprehensionExpr } from '../../grammar/tree/expressions.ts';
import type { Binder } from '../../grammar/tree/patterns.ts';
import type { DrawStatement, ParamStatement } from '../../grammar/tree/statements.ts';
import { nodes } from '../../grammar/walk.ts';
import type { ParametersOf } from '../messages.ts';
import { memberOfStage } from './names.ts';
import type { OtherKind } from '../messages/values.ts';
import {
  call,
  declarationsOf,
  exact,
  guess,
  isFound,
  operand,
  playerAround,
  problemAround,
  textAt,
  write,
} from './site.ts';
import type { Found, Site } from './site.ts';

// ---------------------------------------------------------------- spaces

const dimensions = (space: string): string[] | undefined => /^R\[([^\]]+)\]$/.exec(space)?.[1].split(', ');

/** What makes a value of the space of one of another. */
const into = (expected: string, seen: string, site: Site): readonly (readonly [string, object])[] => {
  const [want, have] = [dimensions(expected), dimensions(seen)];
  const { written } = site;
  if (expected === 'R' && seen === 'R[1]') return [[`${operand(written)}[0]`, {}]];
  if (expected === 'R[1]' && seen === 'R') return [[`[${written}]`, {}]];
  if (want?.length === 1 && have && have.length > 1) {
    const size = have.reduce((n, d) => n * Number(d), 1);
    return /^\D/.test(want[0]) || Number(want[0]) === size ? [[call(site, 'flatten'), {}]] : [];
  }
  if (!/^(R|Int|Nat)\b/.test(seen)) return [];
  const one = !have;
  if (/^Positive$/.test(expected) && one)
    return [
      [call(site, 'softplus'), guess],
      [call(site, 'exp'), guess],
    ];
  if (expected === 'Interval[0, 1]' && one) return [[call(site, 'sigmoid'), guess]];
  if (/^Simplex\[/.test(expected) && have?.length === 1) return [[call(site, 'softmax'), guess]];
  if (/^Sphere\[/.test(expected) && have?.length === 1) return [[call(site, 'unit'), guess]];
  if (expected === 'Bit' && one) return [[`${operand(written)} > 0`, guess]];
  if (!/^Class\[\d+\]$/.test(expected)) return [];
  if (have?.length === 1) return [[call(site, 'argmax'), guess]];
  if (/^class\b/.test(written)) return [];
  const whole = /^\d+$/.test(written) && Number(written) < Number(expected.slice(6, -1));
  return one && (whole || !/^[-\d.]+$/.test(written)) ? [[call(site, expected.replace('Class', 'class')), {}]] : [];
};

/** The annotation says what the value is; of a row of which one part does not fit, that part's. */
const annotated = ({ name, expected, seen, value }: ParametersOf<'L0304'>, site: Site): Fix[] => {
  const d = site.around.find(
    (n): n is (LetDeclaration | DataDeclaration) & Found => n.kind === 'let' || n.kind === 'data',
  );
  if (!d?.space || value !== undefined || d.value.span.start !== site.span.start || d.value.span.end !== site.span.end)
    return [];
  if (!/^[A-Z(][\w[\], ():.]*$/.test(seen) || /\ba \w|Text/.test(seen)) return [];
  const own = d.kind === 'let' ? textAt(site, d.pattern.span) : d.name.text;
  if (name === own) return [write(d.space.span, d.kind === 'data' ? `[${seen}]` : seen, guess)];
  const parts: Found[] = [];
  for (const n of nodes(d.space) as Iterable<object>)
    if (isFound(n) && textAt(site, n.span) === expected) parts.push(n);
  return parts.length === 1 ? [write(parts[0].span, seen, guess)] : [];
};

/** The end of a model over classes is a distribution. */
const lawOfClasses = (seen: string, site: Site): Fix[] => {
  const model = site.around.find((n): n is ModelDeclaration & Found => n.kind === 'model');
  const given = seen.startsWith('R[') ? 'logits = ' : '';
  return model?.result?.stochastic ? [write(site.span, `Categorical(${given}${site.written})`)] : [];
};

export const outside = (p: ParametersOf<'L0304'>, site: Site): Fix[] => {
  if (site.written === '') return [];
  if (p.name.startsWith('the value of') && p.expected.startsWith('Class') && /^(R|Simplex)\[/.test(p.seen))
    return lawOfClasses(p.seen, site);
  // Inside of the library: what stands here is the call.
  if (site.diagnostic.label?.startsWith('in `')) return [];
  const made = p.value === undefined ? into(p.expected, p.seen, site) : [];
  return made.length > 0 ? made.map(([text, more]) => write(site.span, text, more)) : annotated(p, site);
};

// ---------------------------------------------------------------- other kinds of values

/** Columns of text in rows that a comprehension makes: they become classes there. */
const textsInRows = (site: Site): Fix[] => {
  const texts: Found[] = [];
  for (const n of nodes(site.module)) {
    if (n.kind !== 'comprehension') continue;
    const { body } = n as unknown as ComprehensionExpr;
    const parts =
      body.kind === 'tuple' ? body.items : body.kind === 'record' ? body.fields.map((f) => f.value) : [body];
    texts.push(...parts.filter((e) => e.kind === 'field' && site.spaceAt(e.span) === 'Text'));
  }
  const [only] = texts;
  return texts.length === 1 ? [write(only.span, call(site, 'class', only.span))] : [];
};

/** `sum[i in 5]` counts to five: `i < 5`. */
const below = (site: Site): Fix[] => {
  const binder = site.around.find((n): n is Found & Binder => 'relation' in n && 'targets' in n && 'source' in n);
  const last = binder?.targets.at(-1)?.span;
  const from = binder?.source.span;
  if (!binder || !last || binder.relation !== 'in' || from?.start !== site.span.start) return [];
  const title = `Write \`${textAt(site, last)} < ${site.written}\``;
  return [{ title, span: { ...site.span, start: last.end }, replacement: ` < ${site.written}` }];
};

/** The sign between a name and its value: `=` a value, `~` a draw. */
const relation = (site: Site, from: number, sign: '=' | '~'): Fix[] => {
  const place = site.text.slice(from, site.span.start).search(/[=~∼]/);
  const start = from + place;
  return place < 0 ? [] : [write({ ...site.span, start, end: start + 1 }, sign)];
};

const startsAt = (site: Site, x: { readonly span: Span } | undefined): boolean => x?.span.start === site.span.start;

const initialValue = (site: Site): ParamStatement | undefined =>
  site.around.find((n): n is ParamStatement => n.kind === 'param' && startsAt(site, (n as ParamStatement).init?.value));

/** `param w : R = Normal(0, 1)` is a draw. */
const drawn = (site: Site): Fix[] => {
  const param = initialValue(site);
  return param ? relation(site, param.space.span.end, '~') : [];
};

/** `z ~ 2 * x` and `param b : R ~ 0` are values. */
const given = (site: Site): Fix[] => {
  const param = initialValue(site);
  if (param) return relation(site, param.space.span.end, '=');
  const draw = site.around.find((n): n is DrawStatement => n.kind === 'draw');
  return draw && startsAt(site, draw.distribution) && site.diagnostic.notes.length === 0
    ? relation(site, draw.pattern.span.end, '=')
    : [];
};

/** A loss of a member and a set, named and not called. */
const lossCalled = (site: Site): Fix[] => {
  const d = declarationsOf(site.module, 'def').find((x: DefDeclaration) => x.name.text === site.written);
  const member = playerAround(site)?.over;
  if (d?.params?.length !== 2 || member?.length !== 1 || !member[0].name || !problemAround(site)?.on) return [];
  return [write(site.span, `${site.written}(${member[0].name.text}, D_tr)`)];
};

/** 20 where a part of the whole is meant. */
export const percent = (site: Site, value: number): Fix[] => {
  const number = /-?[\d._]+$/.exec(site.written);
  if (!(value >= 2 && value <= 100) || !number) return [];
  const start = site.span.start + number.index;
  return [write({ ...site.span, start, end: site.span.end }, String(value / 100))];
};

const isBinary = (site: Site): boolean => exact(site, 'binary') !== undefined;

/** The array in which the entry stands, behind its first. */
const arrayAround = (site: Site): ArrayExpr | undefined => {
  const e = site.around.find((n): n is ArrayExpr => n.kind === 'array' && 'items' in n);
  return e && e.span.start < site.span.start ? e : undefined;
};

/** A text beside numbers becomes the vector of its class. */
const besideNumbers = (site: Site): Fix[] => {
  const e = arrayAround(site);
  const last = e?.items.at(-1)?.span.start === site.span.start ? e?.items.at(-2) : undefined;
  if (!e || !last) return [];
  const numbers = textAt(site, { ...e.span, end: last.span.end });
  return [write(e.span, `concat(${numbers}], ${call(site, 'class')})`, guess)];
};

/** Entries that differ belong in a tuple. */
const asTuple = (site: Site): Fix[] => {
  const e = arrayAround(site);
  return e ? [write(e.span, `(${textAt(site, { ...e.span, start: e.span.start + 1, end: e.span.end - 1 })})`)] : [];
};

const isWord = ({ written }: Site): boolean => /^[\p{L}_][\p{L}\p{N}_']*$/u.test(written);

/** What is meant where a value of another kind stands, by what it was taken for. */
const meantInstead: Readonly<Record<OtherKind, (site: Site, seen: string) => Fix[]>> = {
  entries: asTuple,
  'entry of text': besideNumbers,
  texts: textsInRows,
  loss: lossCalled,
  'set to be made': (site) =>
    isWord(site) && site.needsNothing(site.written) ? [write(site.span, `${site.written}()`)] : [],
  stage: (site) => memberOfStage(site),
  rate: (site) => [write(site.span, `adam(${site.written})`, guess)],
  rows: (site) => [write(site.span, `unsupervised(${site.written}, holdout = 0.2)`, guess)],
  pairs: (site) => [write(site.span, `supervised(${site.written}, holdout = 0.2)`, guess)],
  drawn,
  given,
  count: below,
  distribution: (site) =>
    isBinary(site) || problemAround(site) ? [] : [write(site.span, `${operand(site.written)}^1000`, guess)],
  'per cent': (site, seen) => percent(site, Number(seen)),
};

export const otherKind = ({ slip, seen }: ParametersOf<'L0302'>, site: Site): Fix[] =>
  slip === undefined ? [] : meantInstead[slip](site, seen);

/** The last place that there is. */
export const lastIndex = (p: ParametersOf<'L0306'>, site: Site): Fix[] =>
  site.written === p.index && Number(p.index) >= p.size && p.size > 0
    ? [write(site.span, String(p.size - 1), guess)]
    : [];
