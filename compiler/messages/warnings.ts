/** L09xx: what is probably not meant. */
import { message } from '../../grammar/diagnostics.ts';

/** What keeps the parameter of a distribution in its space. */
const staysIn = (space: string): string =>
  space === 'Positive'
    ? '`softplus(x)` is positive, and so is a `param s : Positive`'
    : `give \`logits = x\`, or \`${space.startsWith('Simplex') ? 'softmax' : 'sigmoid'}(x)\``;

/** What keeps an argument where a function has a value. */
const keepsInside = (outside: string): string =>
  outside === 'negative'
    ? '`softplus(x)`, `exp(x)` and `max(x, 1e-6)` are positive, and so is what is in `Positive`'
    : outside === 'outside of [-1, 1]'
      ? '`tanh(x)` and `clamp(x, -1, 1)` are between -1 and 1, and so is what is in `Interval[-1, 1]`'
      : outside === 'not positive definite'
        ? '`L @ transpose(L) + 1e-3 * identity[n]` is positive definite, whatever `L` is'
        : `\`max(x, ${outside === 'below 1' ? '1' : '-0.999'})\` is not ${outside}`;

export const warnings = {
  L0901: message<{ set: string; whole?: boolean }>({
    severity: 'warning',
    title: 'evaluated on training data only',
    text: (p) =>
      p.whole
        ? `everything is evaluated on all rows of ${p.set}, also on those that are trained on: this says how well they are remembered`
        : `everything is evaluated on ${p.set}, which is trained on: this says how well the rows are remembered`,
    help: () => 'evaluate on `D_eval`; to keep it so, write `-- allow L0901` on the line before',
    explanation:
      'A member that has seen the rows can be good at them and at nothing else. Rows that were held out tell what it does on new ones. A comment `-- allow L0901` on the line before silences the warning.',
  }),
  L0902: message<{
    sense: string;
    other: string;
    what: string;
    /** Of a term: what comes of it, and what to write. */
    term?: { readonly effect: string; readonly way: string };
  }>({
    severity: 'warning',
    title: 'minimise and maximise mixed up',
    text: (p) =>
      `${p.what} is ${p.sense}d${p.term ? `: ${p.term.effect}` : `, which has no end: it can always be made ${p.sense === 'maximize' ? 'larger' : 'smaller'}`}`,
    help: (p) =>
      p.term
        ? `${p.term.way}${p.term.way.endsWith('?') ? ' To' : '; to'} keep it so, write \`-- allow L0902\` on the line before`
        : `did you mean \`${p.other}\`? To keep it so, write \`-- allow L0902\` on the line before`,
    explanation:
      'A sum or mean of squares or distances has a least value and no greatest one, unless the parameters are bounded. Usually the other direction is meant. In a game, players who all move the same number the same way have nothing to play for: the value of a game is minimized by one of them and maximized by the other. A comment `-- allow L0902` on the line before silences the warning.',
  }),
  L0903: message<{ name: string; family: string; space: string; written: string }>({
    severity: 'warning',
    title: 'a distribution whose parameter may leave its space',
    text: (p) =>
      `\`${p.name}\` of \`${p.family}\` should be in ${p.space}, but training may ${p.space === 'Positive' ? 'make it negative' : 'take it out'}`,
    help: (p) => `${staysIn(p.space)}; to keep it so, write \`-- allow L0903\` on the line before`,
    explanation:
      'A spread, a rate or a probability is trained, and nothing keeps it where it has a meaning: outside there is no such distribution, and its density is not a number. A `param s : Positive` stays positive; `softplus(x)`, `exp(x)` and `x^2` are. Give probabilities as `logits = x`, or through `sigmoid` and `softmax`. A comment `-- allow L0903` on the line before silences the warning.',
  }),
  L0904: message<{ text: string; column: string; similar: string }>({
    severity: 'warning',
    title: 'a text that no row has',
    text: (p) => `no row of ${p.column} is "${p.text}"`,
    help: (p) => `did you mean \`"${p.similar}"\`? To keep it so, write \`-- allow L0904\` on the line before`,
    explanation:
      'A column of texts is compared with one that it does not have, and it has one that is spelt nearly the same. The comparison is the same for every row: a filter leaves all out, or none. A comment `-- allow L0904` on the line before silences the warning.',
  }),
  L0905: message<{ written: string; argument?: string; outside: string; by: 'training' | 'draw' }>({
    severity: 'warning',
    title: 'a function whose argument may leave its domain',
    text: (p) => {
      const argument = p.argument ?? 'its argument';
      return `\`${p.written}\` is not a number where ${argument} is ${p.outside}, and ${p.by === 'training' ? 'training' : 'a draw'} may lead there`;
    },
    help: (p) => `${keepsInside(p.outside)}; to keep it so, write \`-- allow L0905\` on the line before`,
    explanation:
      'A logarithm, a root or a power of something that is trained or drawn, and nothing keeps that where the function has a value: outside the objective is not a number, and training stops there. A `param s : Positive` and a `model M(x: X) -> Positive` stay positive; `softplus(x)`, `exp(x)`, `x^2`, `abs(x)`, `sigmoid(x)` and `softmax(x)` are not negative, nor is `max(x, 1e-6)`; `tanh(x)` is between -1 and 1. What stands in a branch, `if x > 0 then log(x) else 0`, is not warned of. A comment `-- allow L0905` on the line before silences the warning.',
  }),
  L0906: message<{ why: 'rate' | 'duration' }>({
    severity: 'warning',
    title: 'nothing is trained',
    text: (p) =>
      p.why === 'rate'
        ? 'the rate is 0: every member stays where it starts'
        : 'the training takes no step: every member stays where it starts',
    help: (p) =>
      `${p.why === 'rate' ? 'give it a rate, `adam(1e-3)`' : 'say how long: `for 1000 steps`'}; to keep it so, write \`-- allow L0906\` on the line before`,
    explanation:
      'An update rule with rate 0, and a duration of 0 steps or epochs, leave all parameters at their start, and what is evaluated is chance. To measure a member as it starts, which this may be for, keep it with a comment `-- allow L0906` on the line before.',
  }),
  L0910: message<{ name: string; better: string; op: string; other: string; bound: string }>({
    severity: 'warning',
    title: 'a threshold on the wrong side',
    text: (p) => `the ${p.better} \`${p.name}\` the better, but \`${p.op} ${p.bound}\` is met by what is worse`,
    help: (p) => `did you mean \`${p.other} ${p.bound}\`? To keep it so, write \`-- allow L0910\` on the line before`,
    explanation:
      'A squared error, a distance or a rate of errors is better when it is smaller, a likelihood or a rate of right answers when it is larger. The threshold is met where it is worse than the bound. A comment `-- allow L0910` on the line before silences the warning.',
  }),
  L0911: message<{ members: string }>({
    severity: 'warning',
    title: 'an evaluation that nothing trained has part in',
    text: (p) => `what is evaluated does not depend on ${p.members}: it says nothing about what was trained`,
    help: () => 'evaluate what the member makes of the rows; to keep it so, write `-- allow L0911` on the line before',
    explanation:
      'Every `eval` of the problem is computed from the data alone, so that its numbers are the same whatever is trained. A comment `-- allow L0911` on the line before silences the warning.',
  }),
  L0912: message<{ family: string; by: string }>({
    severity: 'warning',
    title: 'probabilities given as logits',
    text: (p) => `the \`logits\` of \`${p.family}\` are probabilities here: \`${p.by}\` is taken of them once more`,
    help: (p) =>
      `leave out \`${p.by}(...)\`, or give its value as \`p\`; to keep it so, write \`-- allow L0912\` on the line before`,
    explanation:
      'Logits are any numbers; the distribution makes probabilities of them by `softmax` or `sigmoid`. Taken twice, no class can have a probability near 0 or 1, and training comes to rest at a poor fit. A comment `-- allow L0912` on the line before silences the warning.',
  }),
  L0913: message<{ seen: string; way: string }>({
    severity: 'warning',
    title: 'channels that seem to stand first',
    text: (p) =>
      `a picture is height by width by channels here, and this one is in ${p.seen}: do its channels stand first?`,
    help: (p) =>
      `put them last where the rows are made: \`${p.way}\`; to keep it so, write \`-- allow L0913\` on the line before`,
    explanation:
      'Convolutions and pooling go over the first two dimensions of `R[h, w, c]`. Arrays that were saved for PyTorch have the channels first. A comment `-- allow L0913` on the line before silences the warning.',
  }),
};
