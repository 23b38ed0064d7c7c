/**
 * The task paradigm of a problem: what stands behind `on`, followed through `let`s, and what it means.
 */
import type { Module } from '../../grammar/tree/declarations.ts';
import type { CallExpr, Expr } from '../../grammar/tree/expressions.ts';
import type { ProblemExpr } from '../../grammar/tree/problems.ts';

export interface Place {
  /** A short noun phrase: "supervised: one split". */
  readonly place: string;
  /** What in the spec says so. */
  readonly because: string;
}

const meanings: Readonly<Record<string, string>> = {
  supervised: 'labelled examples, one split: trained on one part, evaluated on the other',
  unsupervised: 'examples without labels, one split',
  kfold: 'k-fold cross-validation: trained anew for every fold, evaluated on the rows left out',
  transfer: 'transfer: trained on one source, evaluated on another',
  continual: 'a stream of tasks, each seen once; evaluated on all tasks so far',
  online: 'online: every example is first predicted, then learned from',
  active: 'active learning: the learner chooses which examples are labelled',
  episodes: 'episodes: many small tasks, each with examples to adapt to and examples to be judged by',
  interaction: 'interaction: the data are what the learner itself does, afresh at every step (on-policy)',
  replayed: 'interaction with a replay buffer: learned from what was done earlier as well (off-policy)',
  offline: 'offline: learned from recorded interaction only',
  lengths: 'length generalisation: trained on short sequences, evaluated on longer ones',
};

/** The value of a name declared by `let`; anything else is itself. */
const followed = (e: Expr, module: Module): Expr => {
  if (e.kind !== 'name') return e;
  const d = module.declarations.find(
    (x) => x.kind === 'let' && x.pattern.kind === 'name' && x.pattern.name === e.name && x.relation === '=',
  );
  return d?.kind === 'let' ? d.value : e;
};

const protocolCall = (problem: ProblemExpr, module: Module): CallExpr | undefined => {
  if (!problem.on) return undefined;
  const value = followed(problem.on, module);
  return value.kind === 'call' && value.callee.kind === 'name' ? value : undefined;
};

export const protocolName = (problem: ProblemExpr, module: Module): string | undefined => {
  const call = protocolCall(problem, module);
  return call?.callee.kind === 'name' ? call.callee.name : undefined;
};

const holdout = (call: CallExpr): string => {
  const share = call.args.find((a) => a.name?.text === 'holdout')?.value;
  if (share?.kind !== 'number') return '';
  return share.value === 0
    ? '; nothing is held out, so evaluation is on the training data'
    : `; ${Math.round(share.value * 100)} % held out`;
};

export const paradigmOf = (problem: ProblemExpr, module: Module): Place => {
  if (!problem.on) return { place: 'no data: the objective stands by itself', because: 'there is no `on`' };
  const call = protocolCall(problem, module);
  const name = protocolName(problem, module);
  if (!call || !name) return { place: 'a paradigm', because: 'what stands behind `on`' };
  const own = module.declarations.some((d) => d.kind === 'paradigm' && d.name.text === name);
  if (own) return { place: `\`${name}\`, a protocol of this file`, because: `\`on ${name}(...)\`` };
  const meaning = meanings[name];
  return { place: meaning ? meaning + holdout(call) : `\`${name}\``, because: `\`on ${name}(...)\`` };
};
