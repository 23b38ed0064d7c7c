/** What the language service says at a place: hover, completion, signatures, hints, outline, fixes, format, Unicode. */
import { describe, expect, it } from 'vitest';
import { complete } from '../editor/completion.ts';
import { fieldsOf } from '../editor/fields.ts';
import { formatEdits } from '../editor/format.ts';
import { hints } from '../editor/hints.ts';
import { hover } from '../editor/hover.ts';
import { folds, symbols } from '../editor/outline.ts';
import { fixesAt, problems } from '../editor/problems.ts';
import { signatureHelp } from '../editor/signatures.ts';
import { abbreviationAt } from '../editor/unicode.ts';
import { read } from '../editor/view.ts';
import { at, birds, host, mark } from './editor-harness.ts';

const hovered = async (marked: string): Promise<string> => {
  const { view, offset } = await at(marked);
  return hover(view, offset)?.markdown ?? '';
};
const offered = async (marked: string) => {
  const { view, offset } = await at(marked);
  return (await complete(view, offset, host)).toSorted((a, b) => a.rank - b.rank);
};
const labels = async (marked: string): Promise<string[]> => (await offered(marked)).map((c) => c.label);

describe('hover', () => {
  it('shows how a name was declared, its space and its docs', async () => {
    expect(await hovered(mark(birds, 'birds, holdout'))).toContain('data birds : [(R[2], R)]');
    expect(await hovered(mark(birds, 'x) + b'))).toContain('x : R[2]');
    expect(await hovered('--- Twice as much.\ndef twice(x) = 2 * x\nlet y = ¦twice(2)')).toMatch(
      /def twice\(x\)[\s\S]*Twice as much\./,
    );
    expect(await hovered('let ¦y = [1, 2]')).toContain('let y : R[2]');
  });
  describe('prints the space of an expression as a reader would write it', () => {
    const vae = `space X = Bit[28, 28]
space Z = R[8]
let prior = Normal(0, 1)[8]
data digits : [X] = [x[:, :, 0] > 0.5 for (x, y) in mnist()]
model Decoder(z: Z) ~> X = Bernoulli(logits = reshape[28, 28](dense[784](relu(dense[16](z)))))
model Encoder(x: X) ~> Z {
  h = relu(dense[16](flatten(x)))
  Normal(dense[8](h), softplus(dense[8](h)))
}
def bound(p, q, x) = E[z ~ q(x)] log p(x | z) - KL(q(x) || prior)
maximize E[x ~ D_tr] bound(p, q, x)
  over p in Decoder, q in Encoder
  on unsupervised(digits, holdout = 0.2) by adam(1e-3) for 1 steps batch 4
show codes = [mean(q(x)) for x in D_eval] as scatter
let r = (age = 3, sizes = [1, 2])
let f = x -> 2 * x
let w = softmax([1, 2, 3])
let near = argmax(w)
let both = (w, near == near)`;
    it.each([
      ['prior = Normal', 'prior : Dist[R[8]]'],
      ['digits :', 'data digits : [X]'],
      ['x[:, :', 'x : R[28, 28, 1]'],
      ['y) in', 'y : Class[10]'],
      ['> 0.5 for', 'x[:, :, 0] > 0.5 : Bit[28, 28]'],
      ['z)))))', 'z : Z'],
      ['(relu(dense[16](z)', 'dense[784](relu(dense[16](z))) : R[784]'],
      ['h = relu', 'h : R[16]'],
      ['flatten(x)))', 'def flatten'],
      ['x)))\n', 'x : X'],
      ['q(x)] log', 'q : X ~> Z'],
      ['{\n  h = relu', ': Dist[R[8]]'],
      ['q in Encoder', 'q : X ~> Z'],
      ['D_tr]', 'D_tr : [Bit[28, 28]]'],
      ['[mean(q(x))', '[mean(q(x)) for x in D_eval] : [R[8]]'],
      ['r = (age', 'r : (age: R, sizes: R[2])'],
      ['w = softmax', 'w : Simplex[3]'],
      ['near = argmax', 'near : Class[3]'],
      ['both = ', 'both : (Simplex[3], Bit)'],
    ])('%s', async (place, expected) => expect(await hovered(mark(vae, place))).toContain(expected));
  });
  it('shows the docs and the examples of the library, and every overload', async () => {
    const text = await hovered('let k = ¦KL(Normal(0, 1) || Normal(1, 2))');
    expect(text).toContain('def KL(q: Normal, p: Normal)');
    expect(text).toContain('Kullback');
    expect(text).toContain('== 0.443147');
  });
  it('says how an expectation is estimated, and why', async () => {
    const vae = `data D = [x[:, :, 0] > 0.5 for (x, y) in mnist()]
let prior = Normal(0, 1)[4]
model P(z: R[4]) ~> Bit[28, 28] = Bernoulli(logits = reshape[28, 28](dense[784](z)))
model Q(x: Bit[28, 28]) ~> R[4] = { h = flatten(x); Normal(dense[4](h), softplus(dense[4](h))) }
let S = unsupervised(D, holdout = 0.1)
maximize E[x ~ D_tr] (E[¦z ~ q(x)] log p(x | z) - KL(q(x) || prior)) over p in P, q in Q on S for 1 epochs`;
    expect(await hovered(vae)).toMatch(/pathwise/);
  });
  it('explains words and built-in spaces', async () => {
    expect(await hovered('¦minimize 1 over x in R')).toContain('Poses a problem');
    expect(await hovered('space X = ¦Simplex[3]')).toContain('add up to one');
  });
  it('is silent in blanks and comments', async () => {
    expect(await hovered('-- a ¦comment\nlet x = 1')).toBe('');
  });
});

describe('completion', () => {
  it('offers the columns of a file while the field is being typed', async () => {
    const found = await offered(birds.replace('r.bill_depth_mm', 'r.¦'));
    expect(found.map((c) => c.label)).toEqual(
      expect.arrayContaining(['species', 'bill_length_mm', 'body_mass_g', 'year']),
    );
    expect(found.every((c) => c.kind === 'field')).toBe(true);
    expect(found.find((c) => c.label === 'species')?.detail).toBe('Text');
    expect(await labels('data D = [r.bo¦ for r in penguins()]')).toContain('body_mass_g');
  });
  it.each([
    'data D = [([r.bill_length_mm, r.¦], r.body_mass_g) for r in penguins()]',
    'data D = [([r.bill_length_mm, r.¦ for r in penguins()]',
    'data D = [([r.bill_length_mm, r.¦] for r in penguins()]\nlet S = supervised(D)\n',
    'data D = [(x = r.bill_length_mm, y = r.bo¦ for r in penguins()]\nlet b = 2',
    'data D = [([r.bill_length_mm, r.¦\n  for r in penguins()',
    'data D = [r for r in penguins()]\nlet x = sum([D[0].¦ for i in 1..3',
  ])('offers them in what is half written: %s', async (text) => {
    expect(await labels(text)).toEqual(expect.arrayContaining(['species', 'body_mass_g']));
  });
  it('offers fields of records, parameters of members, members of problems', async () => {
    expect(await labels('let r = (a = 1, b = (c = 2, d = 3))\nlet x = sqrt(r.b.¦')).toEqual(['c', 'd']);
    expect(await labels(`${birds}show weights = f.¦ as table`)).toEqual(['w', 'b']);
    expect((await offered(`${birds}show weights = f.¦ as table`))[0].detail).toBe('R[d]');
    const named = birds.replace('minimize', 'let pre = minimize');
    expect(await labels(`${named}show guess = pre.¦`)).toEqual(['f']);
  });
  it('offers files that the reader reads, by the names that the spec would write', async () => {
    // Beside the snippet, in tests/.
    const csv = await labels('data D = csv("¦")');
    expect(csv).toContain('fixtures/errors/holes.csv');
    expect(csv.every((f) => /\.(?:csv|tsv|txt)(?:\.gz)?$/.test(f))).toBe(true);
    const [found] = await offered('data D = parquet("fixtures/data/parquet/ty¦")');
    expect(found).toMatchObject({ kind: 'file', span: { start: 18 } });
    expect(await labels('data D = [x for x in parquet( "fixtures/data/¦')).toContain(
      'fixtures/data/parquet/types-gzip.parquet',
    );
    expect(await labels('data D = images("fixtures/data/¦")')).toContain('fixtures/data/pictures/*.png');
    expect(await labels('import { a } from "¦"')).toContain('./fixtures/errors/10-cartpole.learn');
  });
  it('offers no fields in a number or a range', async () => {
    expect(await labels('let x = 1.¦')).not.toContain('species');
  });
  it('offers named arguments that were not given, inside their call only', async () => {
    expect((await labels('let S = supervised([1], ¦)'))[0]).toBe('holdout =');
    expect(await labels('let S = supervised([1], holdout = 0.2, ¦)')).not.toContain('holdout =');
    expect(await labels('let S = ¦')).not.toContain('holdout =');
  });
  it('offers names that can be seen, and the library with docs', async () => {
    const found = await offered('def f(width) = {\n  height = 2\n  ¦\n}');
    expect(found.find((c) => c.label === 'width')?.kind).toBe('parameter');
    expect(found.find((c) => c.label === 'height')?.kind).toBe('variable');
    expect(found.find((c) => c.label === 'softplus')?.docs).not.toBe('');
    expect(await labels('def f(width) = width\nlet y = ¦')).not.toContain('width');
  });
  it('puts first what the clause wants', async () => {
    const first = async (marked: string): Promise<string> => (await labels(marked))[0];
    expect(await first('model Net(x: R) -> R = x\nminimize 1 over f in ¦')).toBe('Net');
    expect((await labels('minimize 1 over f in dense[1] by ¦')).slice(0, 20)).toContain('adam');
    expect(await labels('show x = 1 as ¦')).toEqual(['images', 'scatter', 'curve', 'heatmap', 'table']);
    expect(await labels('minimize 1 over f in dense[1] for 10 ¦')).toEqual(['epochs', 'steps']);
  });
  it('is silent in comments and texts', async () => {
    expect(await labels('-- mini¦')).toEqual([]);
    expect(await labels('show a = "csv(¦"')).toEqual([]);
  });
  it('offers Unicode for \\theta and for ->', async () => {
    const theta = await offered('let \\the¦');
    expect(theta.map((c) => [c.insert, c.span.start])).toEqual([['θ', 4]]);
    expect((await offered('let f = x ->¦'))[0]).toMatchObject({ insert: '→', kind: 'symbol' });
  });
});

describe('signature help', () => {
  const help = async (marked: string) => {
    const { view, offset } = await at(marked);
    return signatureHelp(view, offset);
  };
  it('shows the parameters, and which is being given', async () => {
    const text = 'def g(a, b: R[2]; k = 3) = a\nlet v = g(1, ¦';
    expect(await help(text)).toMatchObject({ signatures: [{ label: 'def g(a, b: R[2]; k = 3)' }], parameter: 1 });
    expect(await help('def g(a, b; k = 3) = a\nlet v = g(1, k = ¦')).toMatchObject({ parameter: 2 });
  });
  it('chooses an overload that has so many parameters, and reads static ones', async () => {
    const found = await help('let k = KL(Normal(0, 1) || ¦');
    expect(found?.signatures.length).toBeGreaterThan(2);
    expect(found?.parameter).toBe(1);
    expect(await help('model M(x: R[2]) = dense[¦')).toMatchObject({
      signatures: [{ parameters: ['n', 'bias: Bit = true'] }],
    });
  });
  it('is silent outside of calls', async () => {
    expect(await help('let v = (1 + ¦')).toBeUndefined();
    expect(await help('model M(x: R) -> R { ¦ }')).toBeUndefined();
  });
});

describe('hints', () => {
  it('shows inferred spaces behind names that have none', async () => {
    const { view } = await at(`${birds}let total = sum([1, 2])¦`);
    const shown = hints(view).map((h) => `${view.text.slice(0, h.offset).split(/[^\w]/).pop()}${h.label}`);
    expect(shown).toContain('total: R');
    expect(shown).toContain('y: R');
    expect(shown.some((h) => h.startsWith('birds'))).toBe(false);
  });
});

describe('an earlier compilation', () => {
  it('still answers for what was not touched since', async () => {
    const { view } = await at(`${birds}¦`);
    const text = `let fresh = 1\n${birds}`;
    const now = read(view.file, text, view.around, view);
    expect(hover(now, text.indexOf('x) + b'))?.markdown).toContain('x : R[2]');
    const broken = birds.replace('bill_length_mm', 'nothing');
    const gone = read(view.file, broken, view.around, view);
    expect(gone.spaces.some((s) => broken.slice(s.span.start, s.span.end) === 'r.nothing')).toBe(false);
  });
});

describe('outline and folds', () => {
  it('lists declarations with the parameters of models', async () => {
    const { view } = await at(`${birds}¦`);
    expect(symbols(view).map((s) => s.name)).toEqual(['birds', 'M', 'L', 'S', 'minimize', 'fits']);
    expect(symbols(view)[1].children.map((s) => `${s.name} ${s.detail}`)).toEqual(['w R[d]', 'b R']);
  });
  it('folds blocks, long statements and runs of comments', async () => {
    const { view } = await at(`-- one\n-- two\n${birds}¦`);
    expect(folds(view).map((f) => [f.from, f.to, f.comment])).toEqual([
      [0, 1, true],
      [3, 7, false],
    ]);
  });
});

describe('problems and fixes', () => {
  it('has a fix for a misspelt name, in its place', async () => {
    const text = 'let x = ¦sofplus(1)';
    const { view, offset } = await at(text);
    expect(problems(view)[0]).toMatchObject({ code: 'L0201' });
    const [fix] = fixesAt(view, offset);
    expect(fix).toMatchObject({ replacement: 'softplus' });
    expect(view.text.slice(fix.span.start, fix.span.end)).toBe('sofplus');
  });
  it('has fixes for spellings from other languages', async () => {
    const { view } = await at('let x = 2 ** 3¦');
    expect(fixesAt(view, 11).map((f) => f.replacement)).toEqual(['^']);
  });
});

describe('format and Unicode', () => {
  it('edits only what changes', async () => {
    const { view } = await at('let a = 1\nlet   b=2\nlet c = 3¦\n');
    const [edit] = await formatEdits(view);
    expect(edit.span.start).toBeGreaterThan(9);
    const done = view.text.slice(0, edit.span.start) + edit.replacement + view.text.slice(edit.span.end);
    expect(done).toBe('let a = 1\nlet b = 2\nlet c = 3\n');
    expect(await formatEdits((await at(`${done}¦`)).view)).toEqual([]);
  });
  it('reads records from their printed space', () => {
    expect(fieldsOf('[(x: R[28, 28, 1], y: (a: R, b: Class[3]))]').map((f) => f.name)).toEqual(['x', 'y']);
    expect(fieldsOf('R[2]')).toEqual([]);
    expect(fieldsOf('(R, R)')).toEqual([]);
  });
  it('knows abbreviations by their beginning', () => {
    expect(abbreviationAt('\\alp', 4)?.offers).toEqual([{ label: '\\alpha α', insert: 'α' }]);
    expect(abbreviationAt('a <=', 4)?.offers[0].insert).toBe('≤');
    expect(abbreviationAt('a + b', 3)).toBeUndefined();
  });
});
