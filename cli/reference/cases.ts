/**
 * Which of the tested mistakes (tests/golden/errors) stand on the page of a code as its examples, by the name of their file. The tests
 * hold each to what the compiler says of it, so what a page shows is what a reader meets.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../../runtime/data/node-library.ts';

const chosen: Readonly<Record<string, readonly string[]>> = {
  L0101: ['colon-in-expression'],
  L0102: ['superscript', 'single-quotes'],
  L0103: ['unclosed-string'],
  L0104: ['slashes-at-the-end'],
  L0105: ['expectation-left-open', 'brace-left-open'],
  L0106: ['wrong-kind', 'closes-nothing'],
  L0107: ['equals-in-expectation'],
  L0108: ['over-left-out'],
  L0109: ['arrow-left-out'],
  L0110: ['equals-left-out'],
  L0111: ['expression-missing'],
  L0112: ['index-number', 'call-text'],
  L0113: ['equals-for-comparison'],
  L0114: ['then-left-out'],
  L0115: ['chained-comparison'],
  L0116: ['no-unit'],
  L0117: ['clause-twice'],
  L0118: ['to-left-out'],
  L0119: ['statements-at-the-top'],
  L0120: ['block-without-value'],
  L0121: ['misspelt-and-foreign-words'],
  L0122: ['keyword-as-name'],
  L0123: ['clause-without-problem'],
  L0124: ['bars'],
  L0125: ['digits-around-the-point'],
  L0126: ['comments-of-other-languages'],
  L0127: ['name-missing'],
  L0128: ['binder-incomplete'],
  L0129: ['argument-of-a-space'],
  L0130: ['nested-too-deeply'],
  L0131: ['divergence-without-two-sides'],
  L0132: ['condition-in-a-fold'],
  L0133: ['space-of-a-pattern'],
  L0134: ['assignment-to-a-part'],
  L0135: ['names-without-parentheses'],
  L0136: ['over-without-in'],
  L0137: ['imports'],
  L0138: ['body-missing'],
  L0139: ['words-of-protocols'],
  L0140: ['not-a-protocol-statement'],
  L0141: ['space-missing'],
  L0142: ['declaration-in-a-body'],
  L0143: ['loop-in-a-body'],
  L0144: ['update-in-place'],
  L0145: ['arrow-behind-an-expression'],
  L0146: ['param-without-space'],
  L0147: ['declaration-in-a-statement'],
  L0201: ['relu-case', 'python-len', 'unknown-in-binder'],
  L0202: ['declared-twice-let', 'field-twice'],
  L0203: ['cycle-let'],
  L0204: ['import-no-file', 'import-no-name'],
  L0301: ['add-shapes', 'residual-unused'],
  L0302: ['plus-text', 'pattern-let'],
  L0303: ['arity-few', 'named-unknown'],
  L0304: ['bernoulli-outside', 'data-tuple-scalar'],
  L0305: ['js-without-critic', 'kl-turned'],
  L0306: ['index-range', 'index-counted-range'],
  L0307: ['threshold-depends', 'statics-from-data'],
  L0308: ['field-misspelt', 'column-in-quotes'],
  L0309: ['call-as-in-matlab', 'call-data'],
  L0310: ['square-matrix'],
  L0311: ['model-as-function', 'plus-model'],
  L0312: ['no-density-kl', 'density-of-data'],
  L0313: ['mode-implicit', 'entropy-implicit'],
  L0314: ['overload-ambiguous'],
  L0401: ['member-unused', 'times-zero'],
  L0402: ['loss-array'],
  L0403: ['two-free-names'],
  L0404: ['leak-direct', 'leak-normaliser'],
  L0405: ['no-on'],
  L0406: ['paradigm-nothing'],
  L0407: ['threshold-percent', 'threshold-strict'],
  L0408: ['log-of-row', 'log-at-start'],
  L0501: ['no-file', 'csv-damaged', 'missing-rows'],
  L0502: ['data-positive', 'missing-values'],
  L0503: ['no-column'],
  L0504: ['one-row-holdout', 'empty-data'],
  L0601: ['game-inside'],
  L0602: ['cycle-def', 'model-in-itself'],
  L0901: ['eval-on-training', 'whole-set'],
  L0902: ['minimise-likelihood', 'maximise-error'],
  L0903: ['probability-of-line', 'spread-of-network'],
  L0904: ['label-misspelt'],
  L0905: ['log-of-network', 'draw'],
  L0906: ['rate', 'epochs'],
  L0910: ['error-at-least', 'accuracy-at-most'],
  L0911: ['eval-of-labels'],
  L0912: ['softmax-twice', 'sigmoid-twice'],
  L0913: ['channels-first'],
};

export interface Case {
  readonly title: string;
  readonly source: string;
  /** What is said of it under this code. */
  readonly problems: string;
  /** What an editor offers. */
  readonly fixes?: string;
}

const section = (text: string, name: string): string | undefined =>
  new RegExp(`^## ${name}\\n\\n\`\`\`\\w*\\n([\\s\\S]*?)\`\`\`$`, 'm').exec(text)?.[1];

/** A golden case shows many mistakes of a kind at once; a page as many as this. */
const most = 3;

/** From the repository: an installed package has no tests, and makes no pages. */
export const casesOf = (code: string): Case[] =>
  (chosen[code] ?? []).map((name) => {
    const text = readFileSync(join(packageFolder(), 'tests/golden/errors', `${code}-${name}.md`), 'utf8');
    const problems = (section(text, 'PROBLEMS') ?? '').trimEnd().split(/\n\n(?=\w+\[L\d+\])/);
    return {
      title: text.slice(2, text.indexOf('\n')),
      source: section(text, 'SOURCE') ?? '',
      problems: problems
        .filter((p) => p.startsWith(`error[${code}]`) || p.startsWith(`warning[${code}]`))
        .slice(0, most)
        .join('\n\n'),
      fixes: section(text, 'FIXES'),
    };
  });
