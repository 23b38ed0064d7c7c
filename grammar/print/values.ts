/** What stands behind `=`, `~` or an arrow: on the same line, or indented on the next one. */
import type { Doc } from 'prettier';
import { builders, printer } from 'prettier/doc';
import type { CallExpr, Expr } from '../tree/expressions.ts';

const { group, indent, line } = builders;

const isBlock = (e: Expr): boolean => e.kind === 'block' || e.kind === 'dist' || (e.kind === 'if' && hugs(e));

const hasBlock = (e: Expr): boolean => e.kind === 'lambda' && hugs(e.body);

/** Does it end in a block, so that it may begin on this line and go on below? */
export const hugs = (e: Expr): boolean => {
  switch (e.kind) {
    case 'block':
    case 'dist':
    case 'fold':
    case 'problem':
      return true;
    case 'lambda':
      return hugs(e.body);
    case 'if':
      return isBlock(e.then) || isBlock(e.else);
    case 'call':
      return e.args.some((a) => hasBlock(a.value)) || hugs(e.callee);
    case 'index':
    case 'field':
      return hugs(e.object);
    case 'binary':
      return e.op === '^' && hugs(e.left) && !hugs(e.right);
    default:
      return false;
  }
};

/** `map(xs, x -> {` ... `})`: a block at the end needs no lines of its own around it, if what stands before is short. */
export const hugsLast = ({ args, semicolon }: CallExpr): boolean => {
  const last = args.at(-1);
  if (!last || semicolon !== undefined || !hugs(last.value)) return false;
  const short = ['name', 'number', 'string', 'field'];
  return args.slice(0, -1).every((a) => !a.name && short.includes(a.value.kind)) && (args.length === 1 || !last.name);
};

const fits = (doc: Doc, room: number): boolean => {
  const { formatted } = printer.printDocToString(doc, { printWidth: Infinity, tabWidth: 2 });
  return formatted.length <= room && !formatted.includes('\n');
};

/** `room`: the columns that a line of its own has. A call that does not fit it breaks its arguments instead. */
export const valued = (sign: string, value: Expr, doc: Doc, room: number): Doc => {
  const breaks = value.kind === 'call' && value.args.length > 0 && !fits(doc, room);
  return hugs(value) || breaks ? [sign, ' ', doc] : group([sign, indent([line, doc])]);
};

/** An expression that begins a line: its continuation lines are indented. */
export const standing = (value: Expr, doc: Doc): Doc => {
  const delimited = ['tuple', 'record', 'array', 'comprehension', 'call', 'index', 'field', 'problem'];
  return delimited.includes(value.kind) || hugs(value) ? doc : indent(doc);
};
