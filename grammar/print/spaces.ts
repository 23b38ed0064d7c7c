/** Spaces and patterns -> documents. */
import type { Doc } from 'prettier';
import type { Pattern } from '../tree/patterns.ts';
import type { SpaceArgument, SpaceExpr } from '../tree/spaces.ts';
import { each, inParens, listed, type Context } from './context.ts';

export const printSpace = (s: SpaceExpr, context: Context): Doc => {
  const { print } = context;
  switch (s.kind) {
    case 'named':
      return [s.name.text, ...s.groups.map((g, i) => listed('[', each(context, 'spaceArgument', g, 'groups', i), ']'))];
    case 'tuple':
      return listed('(', each(context, 'space', s.items, 'items'), ')');
    case 'record':
      return listed(
        '(',
        s.fields.map((f, i) => [f.name.text, ': ', print('space', 'fields', i, 'space')]),
        ')',
      );
    case 'function':
      return [
        inParens(print('space', 'from'), s.from.kind === 'function'),
        s.stochastic ? ' ~> ' : ' -> ',
        print('space', 'to'),
      ];
    case 'data':
      return ['[', print('space', 'element'), ']'];
    case 'array': {
      const plain = s.element.kind !== 'function' && s.element.kind !== 'named';
      return [inParens(print('space', 'element'), !plain), listed('[', each(context, 'expr', s.dims, 'dims'), ']')];
    }
  }
};

export const printSpaceArgument = (a: SpaceArgument, { print }: Context): Doc =>
  a.kind === 'dimension' ? print('expr', 'value') : print('space', 'space');

export const printPattern = (p: Pattern, context: Context): Doc => {
  switch (p.kind) {
    case 'name':
      return p.space ? [p.name, ': ', context.print('space', 'space')] : p.name;
    case 'wildcard':
      return '_';
    case 'tuple':
      return listed('(', each(context, 'pattern', p.items, 'items'), ')');
    case 'array':
      return listed('[', each(context, 'pattern', p.items, 'items'), ']');
  }
};
