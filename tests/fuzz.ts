/**
 * Programs that nobody would write: mutations of every spec in the project, and random trees. Each must be answered, without an
 * exception, with spans inside its files; one that still checks must also make a step. Data are small: the first rows of each table.
 */
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, type Compilation } from '../compiler/compile.ts';
import type { Column, Host, LibraryModule, Table } from '../compiler/host.ts';
import type { Program, Solver } from '../compiler/program.ts';
import { printModule } from '../grammar/print.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import type { Engine } from '../runtime/engines/engine.ts';
import { runProgram } from '../runtime/session.ts';
import { readCase } from './golden.ts';
import { anyModule } from './laws/trees.ts';

const root = process.cwd();
const rowsKept = 24;

// ---------------------------------------------------------------- a host with small data

/** The same with smaller sets, batches and widths: where nothing is learned, a few rows do. A picture stays 28 by 28. */
const smaller = (text: string): string =>
  text.replace(/(?<![\d_\p{L}]|\d\.)\d[\d_]*(?!\.?\d|[\p{L}_])/gu, (written) => {
    const n = Number(written.replaceAll('_', ''));
    return n < 40 || n === 784 ? written : n < 1000 ? '16' : '48';
  });

const firstOf = (lengths: ArrayLike<number>, rows: number): number[] => Array.from(lengths).slice(0, rows);

const fieldRows = (fields: ReadonlyMap<string, Column>, rows: number): ReadonlyMap<string, Column> =>
  new Map([...fields].map(([name, column]) => [name, firstRows(column, rows)]));

const firstRows = (column: Column, rows: number): Column => {
  switch (column.kind) {
    case 'number':
      return { kind: 'number', values: column.values.slice(0, rows) };
    case 'boolean':
      return { ...column, values: column.values.slice(0, rows), missing: column.missing?.slice(0, rows) };
    case 'text':
      return { kind: 'text', values: column.values.slice(0, rows) };
    case 'record':
      return { ...column, fields: fieldRows(column.fields, rows) };
    case 'records':
      return {
        ...column,
        fields: fieldRows(column.fields, rows * column.most),
        lengths: firstOf(column.lengths, rows),
      };
    case 'array':
    case 'sequence': {
      const { shape, data, dtype } = column.value;
      const width = shape.slice(1).reduce((a, b) => a * b, 1);
      return { ...column, value: { dtype, shape: [rows, ...shape.slice(1)], data: data.slice(0, rows * width) } };
    }
  }
};

const small = (table: Table): Table => {
  const rows = Math.min(rowsKept, table.rows);
  const columns = new Map([...table.columns].map(([name, c]) => [name, firstRows(c, rows)]));
  return { ...table, rows, columns };
};

/** Paradigms ask for thousands of draws where nobody says how many. */
const smallLibrary = (modules: readonly LibraryModule[]): LibraryModule[] =>
  modules.map((m) => (m.file.endsWith('paradigms.learn') ? { file: m.file, text: smaller(m.text) } : m));

/** Answers from memory: every file is read once. */
export const smallHost = (): Host => {
  const host = nodeHost();
  const tables = new Map<string, ReturnType<Host['readData']>>();
  let library: Promise<LibraryModule[]> | undefined;
  return {
    readModule: (path, base) => host.readModule(path, base),
    readData: (request) => {
      const key = JSON.stringify(request);
      const known = tables.get(key) ?? host.readData(request).then((t) => ('failed' in t ? t : small(t)));
      tables.set(key, known);
      return known;
    },
    standardLibrary: () => (library ??= host.standardLibrary().then(smallLibrary)),
  };
};

// ---------------------------------------------------------------- programs

const learnIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((f) => f.endsWith('.learn'))
    .map((f) => readFileSync(join(root, folder, f), 'utf8'));

/** Right specs of a few lines: what is changed in one matters. */
const brief = [
  'data D : [(R[2], R)] = [([i, 1], i) for i < 20]\nmodel M(x: R[2]) -> R { param w : R[2]; dot(w, x) }\ndef L(f, D) = E[(x, y) ~ D] (f(x) - y)^2\nminimize L(f, D_tr) over f in M subject to eval L(f, D_eval) as error <= 3 on supervised(D, holdout = 0.2) by adam(1e-2) for 5 steps batch 4\n',
  'data D : [(R[2], Class[3])] = [([i, 1], class[3](i mod 3)) for i < 24]\nmodel C[h](x: R[2]) ~> Class[3] = Categorical(logits = dense[3](relu(dense[h](x))))\nminimize E[(x, y) ~ D_tr] -log f(y | x) over f in C[4] subject to eval E[(x, y) ~ D_eval] (mode(f(x)) == y) on kfold(D, k = 3) by sgd(0.1) for 3 steps\n',
  'data D : [R] = [i / 10 for i < 20]\nmodel P() ~> R { param m : R; param s : Positive; Normal(m, s) }\nminimize KL(D_tr || p) over p in P subject to eval E[x ~ D_eval] log p(x) on unsupervised(D, holdout = 0.2)\nshow draws = p^10 as curve\n',
  'let a = [1, 2, 3]\nlet b = sum[i < 3] a[i] * 2\nlet c = fold h = 0 over x in a { tanh(h + x) }\nlet d = [x^2 for x in a if x > 1]\nshow e = c as table\n',
  'model G(z: R[2]) -> R[2] = dense[2](tanh(dense[3](z)))\nlet prior = Normal(0, 1)[2]\ndata D : [R[2]] = [[sin(i), cos(i)] for i < 20]\nminimize MMD(D_tr || g # prior) over g in G subject to eval energy(D_eval || g # prior) on unsupervised(D, holdout = 0.2) by adam(1e-2) for 3 steps batch 5\n',
  'model Q(x: R[2]) ~> R[2] { h = dense[3](x); Normal(dense[2](h), softplus(dense[2](h))) }\nmodel P(z: R[2]) ~> R[2] = Normal(dense[2](z), 1)\ndata D : [R[2]] = [[sin(i), cos(i)] for i < 20]\nlet prior = Normal(0, 1)[2]\nmaximize E[x ~ D_tr] (E[z ~ q(x)] log p(x | z) - KL(q(x) || prior)) over p in P, q in Q on unsupervised(D, holdout = 0.2) by adam(1e-2) for 3 steps batch 5\nshow codes = [mean(q(x)) for x in D_eval] as scatter\n',
  'minimize (z - 1)^2 + sum(w^2) over z in R, w in R[3]\nlet r = (a = 1, b = [2, 3])\nlet s = if r.a > 0 then r.b[0] else r.b[1]\n',
];

/** Every spec of the project, right ones and wrong ones. */
export const seeds = (): readonly string[] => {
  const errors = join(root, 'tests/golden/errors');
  const wrong = readdirSync(errors)
    .filter((f) => f.endsWith('.md') && !f.startsWith('L01'))
    .map((f) => readCase(join(errors, f)).sections.get('SOURCE') ?? '');
  const right = [...learnIn('examples'), ...learnIn('bench/specs')];
  const quick = [...right.map(smaller), ...brief];
  // More right ones than wrong ones, and most of them small: the others take as long as all the rest.
  return [...wrong, ...Array.from({ length: 9 }, () => quick).flat(), ...right];
};

/** The same numbers for one seed, always. */
export const generator = (seed: number): ((below: number) => number) => {
  let state = (seed * 2654435761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
};

const pieces = /--[^\n]*|"[^"\n]*"|[\p{L}_][\p{L}\p{N}_]*'*|\d[\d_]*(?:\.\d+)?(?:e-?\d+)?|\s+|[^\s\p{L}\d]/gu;
const isName = (t: string): boolean => /^[\p{L}_]/u.test(t);
const isNumber = (t: string): boolean => /^\d/.test(t);

/** One to three edits: a piece deleted, swapped, doubled, put elsewhere; a name renamed here or everywhere; a number changed. */
export const mutated = (text: string, random: (below: number) => number): string => {
  const tokens = text.match(pieces) ?? [];
  const where = (is: (t: string) => boolean): number[] => tokens.flatMap((t, i) => (is(t) ? [i] : []));
  const one = <T>(xs: readonly T[]): T => xs[random(xs.length)];
  for (let n = random(3) === 0 ? 3 : 1; n > 0 && tokens.length > 3; n--) {
    const solid = where((t) => t.trim() !== '');
    const [i, j] = [one(solid), one(solid)];
    const names = where(isName);
    const numbers = where(isNumber);
    const edits: (() => void)[] = [
      () => void tokens.splice(i, 1),
      () => void ([tokens[i], tokens[j]] = [tokens[j], tokens[i]]),
      () => void tokens.splice(i, 0, tokens[i], ' '),
      () => void tokens.splice(i, 0, ` ${tokens[j]} `),
      () => {
        if (names.length > 0) tokens[one(names)] = tokens[one(names)];
      },
      () => {
        if (names.length === 0) return;
        const [from, to] = [tokens[one(names)], tokens[one(names)]];
        for (const k of names) if (tokens[k] === from) tokens[k] = to;
      },
      () => {
        if (numbers.length === 0) return;
        const k = one(numbers);
        const x = Number(tokens[k].replaceAll('_', ''));
        tokens[k] = String(one([0, 1, 2, 3, x + 1, Math.max(0, x - 1), x * 2, x / 2, 1.5]));
      },
      () => {
        if (numbers.length > 0) tokens[one(numbers)] = String(1 + random(5));
      },
    ];
    one(edits)();
  }
  return tokens.join('');
};

const grown = (seed: number): string => printModule(fc.sample(anyModule, { numRuns: 1, seed })[0], 100);

/** The program of a number. */
export const programOf = (number: number, from: readonly string[]): string => {
  const random = generator(number + 1);
  if (random(10) === 0) return grown(number);
  return mutated(from[random(from.length)], random);
};

// ---------------------------------------------------------------- what must hold

const oneStep = (solver: Solver): Solver => ({ ...solver, steps: 1 });

const briefly = (program: Program): Program => ({
  ...program,
  stages: program.stages.map((s) => ({
    ...s,
    seeds: 1,
    actions: s.actions.map((a) => (a.kind === 'train' ? { ...a, solver: oneStep(a.solver) } : a)),
  })),
});

export interface Outcome {
  readonly checks: boolean;
  readonly ran: boolean;
  readonly milliseconds: number;
}

/** Larger programs are compiled and not run. */
const runnable = (program: Program): boolean => {
  let numbers = 0;
  for (const v of program.variables.values()) numbers += v.shape.reduce((a, b) => a * b, 1);
  return numbers <= 20_000 && program.stages.length <= 6;
};

const checkSpans = ({ diagnostics, sources }: Compilation): void => {
  for (const { code, span, notes, fixes } of diagnostics)
    for (const s of [span, ...notes.map((n) => n.span), ...fixes.map((f) => f.span)])
      if (s) {
        const length = sources.get(s.file)?.length;
        if (length === undefined || !(0 <= s.start && s.start <= s.end && s.end <= length))
          throw new Error(`${code}: the span ${s.start}..${s.end} is not inside ${s.file} (${length})`);
      }
};

const codesOf = ({ diagnostics }: Compilation): string => diagnostics.map((d) => d.code).join(' ');

/** Throws what went wrong. `quick`: an editor's look at it, too, which says the same where it puts nothing off. */
export const tryProgram = async (text: string, host: Host, engine: Engine, quick = false): Promise<Outcome> => {
  const began = performance.now();
  const file = join(root, 'examples/fuzz.learn');
  const compilation = await compile(file, text, host, { seed: 1 });
  const { diagnostics, program } = compilation;
  checkSpans(compilation);
  const checks = !diagnostics.some((d) => d.severity === 'error');
  if (checks && !program) throw new Error('no errors and no program');
  if (!checks && !diagnostics.some((d) => d.message !== '')) throw new Error('an error without words');
  if (quick) {
    const look = await compile(file, text, host, { seed: 1, quick: true });
    checkSpans(look);
    if (!look.postponed && codesOf(look) !== codesOf(compilation))
      throw new Error(`a quick look says ${codesOf(look)}, a whole one ${codesOf(compilation)}`);
  }
  const ran = checks && program !== undefined && runnable(program);
  if (ran) await runProgram(briefly(program), { engine, seed: 1 });
  return { checks, ran, milliseconds: performance.now() - began };
};
