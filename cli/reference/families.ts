/**
 * docs/reference/distributions/ and divergences/: an index and a page for each, from the library's docs: signature, what it is, its log
 * density or definition as a formula, what it can do (asked of the compiler), examples that a test evaluates.
 */
import { docsParts } from '../../grammar/docs.ts';
import { parse, parseExpression } from '../../grammar/parse.ts';
import type { Expr } from '../../grammar/tree/expressions.ts';
import { compileExpression } from '../../compiler/compile.ts';
import { writeExpression } from '../../compiler/explain.ts';
import { host } from '../load.ts';
import { entriesOf } from './library.ts';
import type { Entry } from './library.ts';

const distributionModules = ['distributions', 'discrete', 'multivariate', 'derived', 'data'];
const divergenceModules = ['divergences', 'transport'];

/** Expressions inside an expression, itself first. */
const within = (e: unknown): Expr[] => {
  if (typeof e !== 'object' || e === null) return [];
  const own = 'kind' in e && 'span' in e ? [e as Expr] : [];
  return [...own, ...Object.values(e).flatMap(within)];
};

const expressionOf = (text: string): Expr | undefined => parseExpression(text, 'docs').expr;

const textOf = (text: string, { span }: Expr): string => text.slice(span.start, span.end);

/** `Normal(0, 2)` of the example `log Normal(0, 2)(1) == -1.737086`. */
const instanceIn = (name: string, examples: readonly string[]): string | undefined => {
  for (const example of examples) {
    const e = expressionOf(example);
    const call = within(e).find((x) => x.kind === 'call' && x.callee.kind === 'name' && x.callee.name === name);
    if (call) return textOf(example, call);
  }
  return undefined;
};

/** `StandardNormal`, and `TwoMoons()` where every parameter has a default. */
const withoutArguments = ({ name, signatures: [first] }: Entry): string | undefined => {
  const params = /\((.*)\)$/.exec(first)?.[1];
  if (params === undefined) return name;
  return params.split(',').every((p) => p.includes('=') || p.trim() === '') ? `${name}()` : undefined;
};

const math = (text: string): string => {
  const e = expressionOf(text);
  if (!e) throw new Error(`internal: no expression: ${text}`);
  return `\`\`\`math\n${writeExpression(e).latex}\n\`\`\``;
};

/** `expression == value` as command lines. */
const commands = (examples: readonly string[]): string[] =>
  examples
    .map((example): [string, string] => {
      const at = example.lastIndexOf(' == ');
      return [example.slice(0, at), example.slice(at + 4)];
    })
    .filter(([left]) => !left.startsWith('minimize') && !left.includes("'"))
    .map(([left, value]) => `learn eval '${left}'    # ${value}`);

const examplesText = (examples: readonly string[]): string[] => {
  const lines = commands(examples);
  return lines.length > 0 ? [`## Examples\n\n\`\`\`sh\n${lines.join('\n')}\n\`\`\``] : [];
};

const cell = (text: string): string => text.replaceAll('|', '\\|');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((r) => `| ${r.map(cell).join(' | ')} |`).join('\n');

// ---------------------------------------------------------------- distributions

const operations = ['sampler', 'density', 'mean', 'variance', 'mode', 'median', 'entropy', 'cdf', 'quantile', 'reparameterised'] as const; // prettier-ignore
type Operation = (typeof operations)[number];
type Able = 'closed' | 'expectation' | undefined;

const wording: Readonly<Record<Operation, string>> = {
  sampler: 'draws: `x ~ P`',
  density: 'log density: `log P(x)`',
  mean: '`mean(P)`',
  variance: '`var(P)`, `std(P)`',
  mode: '`mode(P)`',
  median: '`median(P)`',
  entropy: '`entropy(P)`',
  cdf: 'probability below x: `P.cdf(x)`',
  quantile: 'its inverse: `P.quantile(p)`',
  reparameterised: 'gradients through draws (pathwise)',
};

const compiles = async (text: string): Promise<boolean> => {
  const { value, diagnostics } = await compileExpression(text, host(), {});
  return value !== undefined && diagnostics.every((d) => d.severity !== 'error');
};

/** Flags that the compiler knows: `[_has(P, "mean"), ...]` is constant. */
const flags = async (instance: string): Promise<readonly boolean[] | undefined> => {
  const asked = operations.map((o) => `_has(P, "${o}")`).join(', ');
  const { value } = await compileExpression(`{ P = ${instance}; (${asked}) }`, host(), {});
  return value?.parts.map(({ graph }) => {
    const { operation } = graph.outputs[0].node;
    return operation.op === 'constant' && operation.value.data[0] !== 0;
  });
};

const abilitiesOf = async (instance: string): Promise<ReadonlyMap<Operation, Able> | undefined> => {
  const found = await flags(instance);
  if (!found) return undefined;
  const able = new Map<Operation, Able>();
  for (const [i, operation] of operations.entries()) {
    const estimated =
      !found[i] && ['mean', 'variance', 'entropy'].includes(operation)
        ? await compiles(`${operation === 'variance' ? 'var' : operation}(${instance})`)
        : false;
    // the median is a quantile
    const told = found[i] || (operation === 'median' && found[operations.indexOf('quantile')]);
    able.set(operation, told ? 'closed' : estimated ? 'expectation' : undefined);
  }
  return able;
};

const supportOf = async (instance: string): Promise<string | undefined> => {
  const { value } = await compileExpression(`support(${instance})`, host(), {});
  return value?.space.replace(/^the space /, '');
};

interface Distribution {
  readonly entry: Entry;
  readonly instance: string;
  readonly able: ReadonlyMap<Operation, Able>;
  readonly support?: string;
}

const distributionPage = ({ entry, instance, able, support }: Distribution): string => {
  const { prose, examples, formula } = docsParts(entry.docs.join('\n'));
  const can = (operation: Operation): string => {
    const how = able.get(operation);
    return how === 'closed' ? 'yes' : how === 'expectation' ? 'by an expectation: exact where it can be, else from draws' : '–'; // prettier-ignore
  };
  return [
    `# ${entry.name}`,
    `\`\`\`text\n${entry.signatures.join('\n')}\n\`\`\``,
    prose,
    ...(formula === undefined ? [] : [`## Log density\n\nOf a point x:\n\n${math(formula.text)}`]),
    `## What it can do\n\nOf \`P = ${instance}\`${support === undefined ? '' : `, whose draws are in \`${support}\``}:`,
    table(
      ['', ''],
      operations.map((o) => [wording[o], can(o)]),
    ),
    ...examplesText(examples),
    '[All distributions](README.md)',
  ].join('\n\n');
};

const short: Readonly<Record<Operation, string>> = {
  ...{ sampler: 'draws', density: 'density', mean: 'mean', variance: 'variance', mode: 'mode', median: 'median' },
  ...{ entropy: 'entropy', cdf: 'cdf', quantile: 'quantile', reparameterised: 'pathwise' },
};

const distributionIndex = (all: readonly Distribution[]): string =>
  [
    '# Distributions',
    'What each can do: ✓ in closed form, ∫ by an expectation (a sum or a quadrature where that is possible, else from draws). What a distribution can do decides which estimator an expectation gets and which rule a divergence takes.',
    table(
      ['', ...operations.map((o) => short[o]), 'draws are in'],
      all.map(({ entry, able, support }) => [
        `[${entry.name}](${entry.name}.md)`,
        ...operations.map((o) => ({ closed: '✓', expectation: '∫', none: '' })[able.get(o) ?? 'none']),
        support === undefined ? '' : `\`${support}\``,
      ]),
    ),
    '## Made in the language',
    'Arrays of independent draws, pushforwards, data and programs are distributions as well:',
    [
      '```learn',
      'let three = Normal(0, 1)[3]                                    -- an array of independent draws',
      'let batch = Normal(0, 1)^16                                    -- independent draws in a row',
      'let pushed = (x -> exp(2 * x + 1)) # Normal(0, 1)              -- with its Jacobian where the function can be undone',
      'let pair = (Normal(0, 1), Bernoulli(0.5))                      -- side by side',
      'data points = [1.2, 0.4, 2.2]                                  -- a data set: its rows alike',
      'let program = dist { k ~ Bernoulli(0.3); Normal(2 * k, 1) }    -- draws of finite support are summed over',
      '```',
    ].join('\n'),
  ].join('\n\n');

// ---------------------------------------------------------------- divergences

/** The body of the first rule, where it is one expression. */
const definitionOf = (entry: Entry): string | undefined => {
  const { formula } = docsParts(entry.docs.join('\n'));
  if (formula !== undefined) return formula.text;
  const [body] = entry.bodies;
  const e = body === undefined ? undefined : expressionOf(body);
  return e && e.kind !== 'block' && e.kind !== 'if' ? body : undefined;
};

/** What is said by quantile functions is said of numbers. */
const ofNumbers = (definition: string): string => (definition.includes('quantile') ? 'In one dimension:\n\n' : '');

const divergencePage = (entry: Entry): string => {
  const { prose } = docsParts(entry.docs[0] ?? '');
  const definition = definitionOf(entry);
  const examples = entry.docs.flatMap((d) => docsParts(d).examples);
  let last = '';
  const rules = entry.rules.map(({ signature, docs }) => {
    last = docs === undefined ? last : docsParts(docs).prose.replace(/\s+/g, ' ');
    return [`\`${signature.replace(/^def /, '')}\``, last];
  });
  return [
    `# ${entry.name}`,
    prose,
    ...(definition === undefined ? [] : [`## Definition\n\n${ofNumbers(definition)}${math(definition)}`]),
    `## Rules\n\nThe most specific one that both sides allow is taken.`,
    table(['given', ''], rules),
    ...examplesText(examples),
    '[All divergences](README.md)',
  ].join('\n\n');
};

const divergenceIndex = (all: readonly Entry[]): string =>
  [
    '# Divergences',
    'How far apart two distributions are: `KL(q || p)`. Each takes the rule that what both sides can do allows: a closed form, an exact sum, densities at draws, samples alone, or, given a critic, its dual as a game. [How to write one](../../guides/divergence.md).',
    table(
      ['', '', 'rules'],
      all.map((entry) => [
        `[${entry.name}](${entry.name}.md)`,
        docsParts(entry.docs[0] ?? '').prose.replace(/\s+/g, ' '),
        String(entry.rules.length),
      ]),
    ),
  ].join('\n\n');

// ----------------------------------------------------------------

const entriesIn = async (modules: readonly string[]): Promise<Entry[]> => {
  const library = await host().standardLibrary();
  const all = new Map<string, Entry>();
  for (const name of modules) {
    const source = library.find(({ file }) => file.endsWith(`${name}.learn`));
    if (!source) throw new Error(`internal: no module ${name}`);
    for (const entry of entriesOf(parse(source.text, source.file).module, source.text))
      if (!all.has(entry.name)) all.set(entry.name, entry);
  }
  return [...all.values()];
};

const byName = (a: Entry, b: Entry): number => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1);

export const distributions = async (): Promise<Distribution[]> => {
  const found: Distribution[] = [];
  for (const entry of (await entriesIn(distributionModules)).sort(byName)) {
    const { examples } = docsParts(entry.docs.join('\n'));
    const instance = instanceIn(entry.name, examples) ?? withoutArguments(entry);
    const able = instance === undefined ? undefined : await abilitiesOf(instance);
    if (instance === undefined || !able?.get('sampler')) continue;
    found.push({ entry, instance, able, support: await supportOf(instance) });
  }
  return found;
};

/** By path in docs/reference/. */
export const familyPages = async (): Promise<[string, string][]> => {
  const all = await distributions();
  const divergences = (await entriesIn(divergenceModules))
    .filter((e) => e.signatures.every((s) => s.startsWith('def ') && /\(\w+(: [\w[\]]+)?, \w+/.test(s)))
    .sort(byName);
  return [
    ['distributions/README.md', distributionIndex(all)],
    ...all.map((d): [string, string] => [`distributions/${d.entry.name}.md`, distributionPage(d)]),
    ['divergences/README.md', divergenceIndex(divergences)],
    ...divergences.map((e): [string, string] => [`divergences/${e.name}.md`, divergencePage(e)]),
  ];
};
