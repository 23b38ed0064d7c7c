/** What stands behind `=`, `~` or an arrow: on the same line, or indented on the next one. */
import type { Doc } from 'prettier';
import { builders } from 'prettier/doc';
import type { Expr } from '../tree.ts';

const { group, indent, line } = builders;

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
      return hugs(e.then) && hugs(e.else);
    case 'call':
      return e.args.some((a) => a.value.kind === 'lambda' && hugs(a.value)) || hugs(e.callee);
    case 'index':
    case 'field':
      return hugs(e.object);
    case 'binary':
      return e.op === '^' && hugs(e.left) && !hugs(e.right);
    default:
      return false;
  }
};

export const valued = (sign: string, value: Expr, doc: Doc): Doc =>
  hugs(value) ? [sign, ' ', doc] : group([sign, indent([line, doc])]);

/** An expression that begins a line: its continuation lines are indented. */
export const standing = (value: Expr, doc: Doc): Doc => {
  const delimited = ['tuple', 'record', 'array', 'comprehension', 'call', 'index', 'field', 'problem'];
  return delimited.includes(value.kind) || hugs(value) ? doc : indent(doc);
};
