/** Problems and their clauses. */
import { message } from '../diagnostics.ts';

export const problems = {
  L0108: message<{ sense: string }>({
    severity: 'error',
    title: '`over` left out',
    text: ({ sense }) => `this \`${sense}\` does not say over what`,
    help: ({ sense }) => `write \`${sense} ... over f in M\`, or \`over M\` alone`,
    explanation:
      'A problem names the set that is searched: `minimize L(f, D_tr) over f in M`. ' +
      'Only what is named behind `over` is trained; everything else is constant.',
  }),
  L0116: message<object>({
    severity: 'error',
    title: 'duration without a unit',
    text: () => 'say in what the duration is counted',
    help: () => 'write `for 5 epochs` or `for 300 steps`',
    explanation:
      'A step is one update with one batch, an epoch one pass over the data. A number alone could be either.',
  }),
  L0117: message<{ word: string }>({
    severity: 'error',
    title: 'clause given twice',
    text: ({ word }) => `\`${word}\` is given twice for one problem`,
    help: ({ word }) => (word === 'by' ? 'join optimisers with commas: `by adam(1e-3), clip(1)`' : 'keep one of them'),
    explanation:
      'Each clause stands once in a problem. Several optimisers, conditions or members are separated by commas in one clause. ' +
      'In a game each player may have its own `by`, right behind its `over`.',
  }),
  L0118: message<object>({
    severity: 'error',
    title: '`subject` without `to`',
    text: () => 'the conditions of a problem follow behind `subject to`',
    help: () => 'write `subject to eval ...`',
    explanation: 'Conditions are introduced by the two words `subject to`. The file was read as if `to` were there.',
  }),
  L0123: message<{ word: string }>({
    severity: 'error',
    title: 'clause without a problem',
    text: ({ word }) => `\`${word}\` belongs to a problem, and none stands before it`,
    help: () => 'the clauses of a problem follow its `minimize ... over ...`, on the same line or on lines below',
    explanation:
      'The clauses over, where, subject to, on, by, for, batch and seed continue `minimize` or `maximize`. ' +
      'Here something else stands before them, or a statement in between has ended the problem.',
  }),
  L0136: message<{ written: string }>({
    severity: 'error',
    title: 'member not taken with `in`',
    text: ({ written }) => `a member is taken from its set with \`in\`, not with \`${written}\``,
    help: () => 'write `over f in M`',
    explanation:
      '`over f in M` lets `f` be any member of `M`. The member is neither defined, as `=` would say, nor drawn, as `~` would say: it is looked for. ' +
      'The file was read as if `in` had been written.',
  }),
};
