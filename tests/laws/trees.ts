/** Random syntax trees: every construct of the language, as the parser builds them. */
import fc from 'fast-check';
import type { Span } from '../../grammar/span.ts';
import type { Declaration, Module } from '../../grammar/tree/declarations.ts';
import type { Argument, BigOp, BinaryOp, BlockExpr, Expr, IndexItem } from '../../grammar/tree/expressions.ts';
import type { Name } from '../../grammar/tree/node.ts';
import type { Binder, Parameter, Pattern, StaticParameter } from '../../grammar/tree/patterns.ts';
import type { Condition, Duration, Over, Player, ProblemExpr } from '../../grammar/tree/problems.ts';
import type { ProtocolStatement } from '../../grammar/tree/protocols.ts';
import type { SpaceArgument, SpaceExpr } from '../../grammar/tree/spaces.ts';
import type { Statement } from '../../grammar/tree/statements.ts';

const span: Span = { file: '', start: 0, end: 0 };
const node = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T & { span: Span }> =>
  fc.record(fields).map((f) => ({ ...f, span })) as unknown as fc.Arbitrary<T & { span: Span }>;
const is = fc.constant;

/** Words of the language among them, which are names wherever they are not expected. */
const word = fc.constantFrom(
  ...['x', 'y', 'f', 'D_tr', "x'", 'θ', 'data', 'step', 'mean', 'model', 'sizes', 'X', 'R', 'q', 'start', 'decay'],
);
const name: fc.Arbitrary<Name> = node({ text: word });
const several = <T>(one: fc.Arbitrary<T>, min = 1, max = 2): fc.Arbitrary<T[]> =>
  fc.array(one, { minLength: min, maxLength: max, size: 'max' });
const perhaps = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(one, { nil: undefined, freq: 2 });
/** Leaves out what is undefined, as the parser does. */
const tidy = <T>(a: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  a.map((o) => Object.fromEntries(Object.entries(o as object).filter(([, v]) => v !== undefined)) as T);

const binaryOps: readonly BinaryOp[] = [
  ...(['^', '*', '/', '@', '∘', '#', 'mod', '+', '-', '==', '!=', '<', '<=', '>', '>=', 'and', 'or', '..'] as const),
];
const bigOps: readonly BigOp[] = [
  ...([
    'E',
    'sum',
    'prod',
    'mean',
    'max',
    'min',
    'argmax',
    'argmin',
    'all',
    'any',
    'logsumexp',
    'softmax',
    'P',
  ] as const),
];

interface Trees {
  readonly expr: Expr;
  readonly space: SpaceExpr;
  readonly pattern: Pattern;
  readonly statement: Statement;
  readonly block: BlockExpr;
  readonly problem: ProblemExpr;
  readonly protocol: ProtocolStatement;
}

/** An operator may be printed only if no chain of comparisons arises. */
const plainWord: fc.Arbitrary<Expr> = node({ kind: is('name' as const), name: word });

const make = (
  tie: <K extends keyof Trees>(key: K) => fc.Arbitrary<Trees[K]>,
): { [K in keyof Trees]: fc.Arbitrary<Trees[K]> } => {
  const expr = tie('expr');
  const leaf: fc.Arbitrary<Expr> = fc.oneof(
    plainWord,
    fc
      .constantFrom('1', '0.5', '1e-3', '10_000')
      .map((text): Expr => ({ kind: 'number', value: Number(text.replace('_', '')), text, span })),
    fc.string({ maxLength: 4, unit: 'binary' }).map((value): Expr => ({ kind: 'string', value, span })),
    fc.boolean().map((value): Expr => ({ kind: 'boolean', value, span })),
  );
  const binder: fc.Arbitrary<Binder> = node({
    targets: several(tie('pattern')),
    relation: fc.constantFrom('in' as const, '~' as const, '<' as const),
    source: expr,
  });
  const pair = fc.record({ name, value: expr });
  const argument: fc.Arbitrary<Argument> = tidy(node({ name: perhaps(name), value: expr }));
  const bare: fc.Arbitrary<Argument> = node({ value: expr });
  const indexItem: fc.Arbitrary<IndexItem> = fc.oneof(
    node({ kind: is('at' as const), value: expr }),
    tidy(node({ kind: is('slice' as const), from: perhaps(expr), to: perhaps(expr) })) as fc.Arbitrary<IndexItem>,
    node({ kind: is('named' as const), name, value: expr }),
  );
  const parameter = (keyword: boolean): fc.Arbitrary<Parameter> =>
    tidy(
      node({ pattern: tie('pattern'), space: perhaps(tie('space')), default: perhaps(expr), keyword: is(keyword) }),
    ) as fc.Arbitrary<Parameter>;
  const params = fc
    .tuple(several(parameter(false), 0), several(parameter(true), 0, 1))
    .map(([a, b]): readonly Parameter[] => [...a, ...b]);

  const call: fc.Arbitrary<Expr> = fc.oneof(
    fc.tuple(expr, several(argument, 0, 3), fc.nat(3)).map(([callee, args, s]): Expr => ({
      kind: 'call',
      callee,
      args,
      form: 'plain',
      given: [],
      ...(s < args.length && { semicolon: s }),
      span,
    })),
    node({
      kind: is('call' as const),
      callee: expr,
      args: several(argument),
      form: is('given' as const),
      given: several(argument),
    }),
    fc
      .tuple(expr, several(bare, 2, 2), several(argument, 0, 1), fc.boolean())
      .map(([callee, sides, rest, s]): Expr => ({
        kind: 'call',
        callee,
        args: [...sides, ...rest],
        form: 'divergence',
        given: [],
        ...(s && rest.length > 0 && { semicolon: 2 }),
        span,
      })),
  );
  const density: fc.Arbitrary<Expr> = fc
    .tuple(plainWord, several(argument), several(argument, 0, 1))
    .map(([callee, args, given]): Expr => ({
      kind: 'density',
      call: { kind: 'call', callee, args, form: given.length > 0 ? 'given' : 'plain', given, span },
      span,
    }));
  const big: fc.Arbitrary<Expr> = fc.oneof(
    node({
      ...{ kind: is('big' as const), op: fc.constantFrom(...bigOps), binders: several(binder), targets: is([]) },
      ...{ conditions: several(expr, 0, 1), options: several(pair, 0, 1), body: expr },
    }),
    node({
      ...{ kind: is('big' as const), op: is('grad' as const), binders: is([]), targets: several(expr) },
      ...{ conditions: is([]), options: is([]), body: expr },
    }),
  );
  const at: fc.Arbitrary<Expr> = fc.oneof(
    node({
      kind: is('at' as const),
      object: expr,
      time: fc.constantFrom('every' as const, 'decay' as const),
      amount: expr,
    }),
    node({ kind: is('at' as const), object: expr, time: is('start' as const) }),
  );
  const functionSpace: fc.Arbitrary<Expr> = fc
    .tuple(word, several(leaf.filter((e) => e.kind === 'number')), tie('space'), fc.boolean())
    .map(([text, dims, to, stochastic]): Expr => {
      const groups = [dims.map((value) => ({ kind: 'dimension' as const, value }))];
      const from: SpaceExpr = { kind: 'named', name: { text, span }, groups, span };
      return { kind: 'space', space: { kind: 'function', from, to, stochastic, span }, span };
    });

  const block: fc.Arbitrary<BlockExpr> = fc
    .tuple(several(tie('statement'), 0), expr)
    .map(([before, value]) => ({ kind: 'block', statements: [...before, { kind: 'expr', value, span }], span }));

  const any: fc.Arbitrary<Expr> = fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 6, arbitrary: leaf },
    {
      weight: 5,
      arbitrary: node({ kind: is('binary' as const), op: fc.constantFrom(...binaryOps), left: expr, right: expr }),
    },
    { weight: 3, arbitrary: call },
    { weight: 2, arbitrary: node({ kind: is('index' as const), object: expr, items: several(indexItem) }) },
    { weight: 2, arbitrary: big },
    node({ kind: is('tuple' as const), items: fc.oneof(several(expr, 2, 3), is([])) }),
    node({ kind: is('record' as const), fields: several(pair) }),
    node({ kind: is('array' as const), items: several(expr, 0, 3) }),
    node({ kind: is('comprehension' as const), body: expr, binders: several(binder), conditions: several(expr, 0, 2) }),
    node({ kind: is('field' as const), object: expr, name }),
    node({ kind: is('unary' as const), op: fc.constantFrom('-' as const, 'not' as const), operand: expr }),
    node({ kind: is('if' as const), condition: expr, then: expr, else: expr }),
    node({ kind: is('lambda' as const), params, stochastic: fc.boolean(), body: expr }),
    node({
      kind: is('fold' as const),
      all: fc.boolean(),
      state: tie('pattern'),
      init: expr,
      binders: several(binder),
      body: tie('block'),
    }),
    node({ kind: is('dist' as const), body: tie('block') }),
    density,
    at,
    functionSpace,
    tie('block'),
    tie('problem'),
  );

  const pattern: fc.Arbitrary<Pattern> = fc.oneof(
    { depthSize: 'small' },
    { weight: 4, arbitrary: node({ kind: is('name' as const), name: word }) },
    node({ kind: is('wildcard' as const) }),
    node({ kind: is('tuple' as const), items: several(innerPattern(tie), 2, 3) }),
    node({ kind: is('array' as const), items: several(innerPattern(tie), 1, 2) }),
  );

  const space: fc.Arbitrary<SpaceExpr> = fc.oneof(
    { depthSize: 'small' },
    {
      weight: 4,
      arbitrary: node({
        kind: is('named' as const),
        name: fc.constantFrom('R', 'Class', 'Seq').map((text) => ({ text, span })),
        groups: several(several(spaceArgument(tie), 1, 2), 0, 2),
      }),
    },
    node({ kind: is('tuple' as const), items: fc.oneof(several(tie('space'), 2, 2), is([])) }),
    node({ kind: is('record' as const), fields: several(fc.record({ name, space: tie('space') })) }),
    node({ kind: is('function' as const), from: tie('space'), to: tie('space'), stochastic: fc.boolean() }),
    node({ kind: is('data' as const), element: tie('space') }),
  );

  const statement: fc.Arbitrary<Statement> = fc.oneof(
    node({ kind: is('assign' as const), pattern: fc.oneof(tie('pattern'), spacedName(tie)), value: expr }),
    node({ kind: is('draw' as const), pattern: tie('pattern'), distribution: expr }),
    tidy(
      node({
        ...{ kind: is('param' as const), name, space: tie('space') },
        init: perhaps(fc.record({ relation: fc.constantFrom('=' as const, '~' as const), value: expr })),
      }),
    ) as fc.Arbitrary<Statement>,
    node({ kind: is('member' as const), name, model: expr }),
    node({ kind: is('local-def' as const), name, params, body: expr }),
    node({ kind: is('expr' as const), value: expr }),
  );

  return { expr: any, block, pattern, space, statement, problem: problem(tie, pair), protocol: protocol(tie, binder) };
};

type Tie = <K extends keyof Trees>(key: K) => fc.Arbitrary<Trees[K]>;

const spacedName = (tie: Tie): fc.Arbitrary<Pattern> =>
  node({ kind: is('name' as const), name: word, space: tie('space') });

const innerPattern = (tie: Tie): fc.Arbitrary<Pattern> => fc.oneof(tie('pattern'), spacedName(tie));

const spaceArgument = (tie: Tie): fc.Arbitrary<SpaceArgument> =>
  fc.oneof(
    fc
      .constantFrom('n', 'X')
      .map((text): SpaceArgument => ({ kind: 'dimension', value: { kind: 'name', name: text, span } })),
    fc.tuple(plainWord, fc.constantFrom('+' as const, '*' as const, '^' as const)).map(([left, op]): SpaceArgument => ({
      kind: 'dimension',
      value: { kind: 'binary', op, left, right: { kind: 'number', value: 2, text: '2', span }, span },
    })),
    tie('space')
      .filter((s) => s.kind !== 'named' || s.groups.length > 0)
      .filter((s) => s.kind !== 'tuple' || s.items.length > 0)
      .map((s): SpaceArgument => ({ kind: 'space', space: s })),
  );

/** Every place of `by` that can be written: a player's own, the whole problem's, or both with a clause between. */
const problem = (tie: Tie, pair: fc.Arbitrary<{ name: Name; value: Expr }>): fc.Arbitrary<ProblemExpr> => {
  const expr = tie('expr');
  const over: fc.Arbitrary<Over> = fc.oneof(
    tidy(node({ name: name, domain: expr, from: perhaps(expr), tuning: perhaps(expr) })),
    node({ domain: plainWord }),
  ) as fc.Arbitrary<Over>;
  const by = several(plainWord, 1, 2);
  const player = (own: fc.Arbitrary<readonly Expr[]>, senses: readonly Player['sense'][]): fc.Arbitrary<Player> =>
    tidy(
      node({
        ...{ sense: fc.constantFrom(...senses), objective: expr, over: several(over), where: several(pair, 0, 1) },
        ...{ by: own, every: perhaps(expr) },
      }),
    ) as fc.Arbitrary<Player>;
  const condition: fc.Arbitrary<Condition> = tidy(
    node({
      ...{ evaluated: fc.boolean(), value: expr, as: perhaps(expr) },
      compare: perhaps(
        fc.record({
          op: fc.constantFrom('<=' as const, '>=' as const, '<' as const, '>' as const, '==' as const),
          bound: expr,
        }),
      ),
    }),
  ) as fc.Arbitrary<Condition>;
  const duration = node({ count: expr, unit: fc.constantFrom('epochs' as const, 'steps' as const) });
  const rest = {
    ...{ duration: perhaps(duration), batch: perhaps(expr), seed: perhaps(expr), seeds: perhaps(expr) },
  };
  const senses = ['minimize', 'maximize'] as const;
  const none = is([] as Expr[]);
  const shape = (
    players: fc.Arbitrary<readonly Player[]>,
    whole: fc.Arbitrary<readonly Expr[]>,
    on: fc.Arbitrary<Expr | undefined>,
  ) =>
    tidy(
      node({ kind: is('problem' as const), players, conditions: several(condition, 0, 2), on, by: whole, ...rest }),
    ) as fc.Arbitrary<ProblemExpr>;
  return fc.oneof(
    shape(several(player(none, [...senses, 'argmin', 'argmax']), 1, 1), fc.oneof(none, by), perhaps(expr)),
    shape(several(player(none, senses), 2, 3), fc.oneof(none, by), perhaps(expr)),
    shape(several(player(by, senses), 2, 3), none, perhaps(expr)),
    shape(several(player(fc.oneof(none, by), senses), 2, 3), by, expr),
  );
};

const protocol = (tie: Tie, binder: fc.Arbitrary<Binder>): fc.Arbitrary<ProtocolStatement> => {
  const expr = tie('expr');
  const body = several(tie('protocol'), 0, 2);
  const duration: fc.Arbitrary<Duration> = node({
    count: expr,
    unit: fc.constantFrom('epochs' as const, 'steps' as const),
  });
  return fc.oneof(
    { depthSize: 'small' },
    { weight: 3, arbitrary: node({ kind: is('restart' as const) }) },
    node({ kind: is('assign' as const), pattern: tie('pattern'), value: expr }),
    node({ kind: is('for' as const), binders: several(binder), conditions: several(expr, 0, 1), body }),
    node({ kind: is('if-protocol' as const), condition: expr, then: body, else: body }),
    tidy(
      node({ kind: is('train' as const), data: expr, duration: perhaps(duration) }),
    ) as fc.Arbitrary<ProtocolStatement>,
    tidy(node({ kind: is('eval' as const), data: expr, as: perhaps(expr) })) as fc.Arbitrary<ProtocolStatement>,
    node({ kind: is('repeat' as const), body }),
    node({ kind: is('every' as const), duration, body }),
    node({ kind: is('buffer' as const), name, capacity: expr }),
    node({ kind: is('collect' as const), count: expr, from: expr, into: expr }),
  );
};

const trees = fc.letrec<Trees>((tie) => make(tie as Tie));

export const anyExpr = trees.expr;

const declaration: fc.Arbitrary<Declaration> = (() => {
  const { expr, space, pattern, block } = trees;
  const docs = perhaps(fc.constantFrom('One line.', 'Two\nlines: x -> y'));
  const statics: fc.Arbitrary<StaticParameter[]> = several(
    tidy(node({ name, space: perhaps(space), default: perhaps(expr) })) as fc.Arbitrary<StaticParameter>,
    0,
    2,
  );
  const parameter = tidy(
    node({ pattern, space: perhaps(space), default: perhaps(expr), keyword: is(false) }),
  ) as fc.Arbitrary<Parameter>;
  const params = several(parameter, 0, 2);
  const result = perhaps(fc.record({ stochastic: fc.boolean(), space }));
  const body = fc.oneof(expr, block);
  const every = perhaps(node({ count: expr, unit: fc.constantFrom('epochs' as const, 'steps' as const) }));
  const imported = tidy(fc.record({ name, as: perhaps(name) }));
  const path = fc.constantFrom('./a.learn', './b"c.learn').map((p) => ({ path: p, span }));
  const some = <T extends object>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    tidy(node({ ...fields, docs })) as unknown as fc.Arbitrary<Declaration>;
  return fc.oneof(
    some({ kind: is('space-declaration'), name, space }),
    some({ kind: is('data'), name, space: perhaps(space), value: expr }),
    some({ kind: is('let'), pattern, space: perhaps(space), relation: fc.constantFrom('=', '~'), value: expr }),
    some({ kind: is('def'), name, statics, params: perhaps(params), result, body }),
    some({ kind: is('model'), name, statics, params, result, body }),
    some({ kind: is('paradigm'), name, params, body: several(trees.protocol, 0, 3) }),
    some({ kind: is('import'), names: several(imported, 0, 3), from: path }),
    some({ kind: is('show'), name, value: expr, as: perhaps(name), every }),
    some({ kind: is('problem-declaration'), problem: trees.problem }),
  );
})();

export const anyModule: fc.Arbitrary<Module> = fc
  .array(declaration, { minLength: 1, maxLength: 3 })
  .map((declarations) => ({ kind: 'module', declarations, span }));

/** The tree without its places: what two texts have in common when they say the same. */
export const withoutSpans = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSpans);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'span')
      .map(([key, v]) => [key, withoutSpans(v)]),
  );
};
