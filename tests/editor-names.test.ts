/** Names: definitions, references and renaming, across scopes, overloads, named arguments and the library. */
import { describe, expect, it } from 'vitest';
import { definitionsAt, referencesAt, rename, renameable } from '../editor/navigation.ts';
import { at, birds, mark, pieces } from './editor-harness.ts';

const definitions = async (marked: string): Promise<string[]> => {
  const { view, offset } = await at(marked);
  return definitionsAt(view, offset).map((d) =>
    d.span.file === view.file ? `${d.kind} ${pieces(view.text, [d.span])[0]}` : `${d.kind} ${d.span.file} ${d.name}`,
  );
};
const references = async (marked: string): Promise<string[]> => {
  const { view, offset } = await at(marked);
  return pieces(view.text, referencesAt(view, offset));
};
const renamed = async (marked: string, name: string): Promise<string> => {
  const { view, offset } = await at(marked);
  const done = rename(view, offset, name);
  if ('refused' in done) return done.refused;
  return [...done.edits]
    .sort((a, b) => b.span.start - a.span.start)
    .reduce((t, e) => t.slice(0, e.span.start) + e.replacement + t.slice(e.span.end), view.text);
};

describe('definition', () => {
  it('finds declarations, parameters, dimensions, binders, members and what a paradigm supplies', async () => {
    expect(await definitions(mark(birds, 'birds, holdout'))).toEqual(['data 1 birds']);
    expect(await definitions(mark(birds, 'd]\n  param'))).toEqual(['dimension 2 d']);
    expect(await definitions(mark(birds, 'dot(w', 1, 4))).toEqual(['trained parameter 3 w']);
    expect(await definitions(mark(birds, 'x) - y', 1))).toEqual(['variable 7 x']);
    expect(await definitions(mark(birds, 'y)^power'))).toEqual(['variable 7 y']);
    expect(await definitions(mark(birds, 'power\nlet'))).toEqual(['parameter 7 power']);
    expect(await definitions(mark(birds, 'f, D_tr'))).toEqual(['member 9 f']);
    expect(await definitions(mark(birds, 'D_tr)'))).toEqual(['supplied 9 S']);
  });
  it('finds members and data of a problem from the pictures after it', async () => {
    expect(await definitions(mark(birds, 'f(x) for'))).toEqual(['member 9 f']);
    expect(await definitions(mark(birds, 'D_eval] as'))).toEqual(['supplied 9 S']);
  });
  it('goes into the library, to every overload', async () => {
    expect(await definitions(mark(birds, 'supervised'))).toEqual(['paradigm stdlib/paradigms.learn supervised']);
    const kl = await definitions('let k = ¦KL(Normal(0, 1) || Normal(1, 2))');
    expect(kl.length).toBeGreaterThan(2);
    expect(new Set(kl)).toEqual(new Set(['function stdlib/divergences.learn KL']));
  });
  it('reads a named argument as the parameter of that name', async () => {
    expect(await definitions(mark(birds, 'holdout'))).toEqual(['parameter stdlib/paradigms.learn holdout']);
    expect(await definitions('def g(a; k = 1) = a * k\nlet v = g(2, ¦k = 3)')).toEqual(['parameter 1 k']);
  });
  it('names the member of `over M` by the free name of the objective', async () => {
    expect(await definitions('model M(x: R) -> R = x\nminimize E[x ~ Normal(0, 1)] (¦f(x) - x)^2 over M')).toEqual([
      'member 2 M',
    ]);
  });
  it('lets an inner name hide an outer one', async () => {
    expect(await definitions('let x = 1\nlet y = [¦x for x in [1, 2]]')).toEqual(['variable 2 x']);
    expect(await definitions('let x = 1\ndef f(x) = { x = x + 1; ¦x }')).toEqual(['variable 2 x']);
    expect(await definitions('let x = 1\ndef f(x) = { x = ¦x + 1; x }')).toEqual(['parameter 2 x']);
  });
  it('follows names in a paradigm', async () => {
    const text = 'paradigm p(tasks) {\n  for t in tasks {\n    train on t.train\n    eval on ¦t.eval\n  }\n}';
    expect(await definitions(text)).toEqual(['variable 2 t']);
  });
  it('says nothing where nobody defines a name', async () => {
    expect(await definitions('let y = ¦nothing_such')).toEqual([]);
  });
});

describe('references', () => {
  it('finds every use and the definition, and no other name spelt alike', async () => {
    expect(await references(mark(birds, 'M(x'))).toEqual(['2 M', '9 M']);
    expect(await references('let x = 1\nlet y = [x for x in [¦x, 2]]')).toEqual(['1 x', '2 x']);
    expect(await references('let ¦x = 1\nlet y = [x for x in [x, 2]] ')).toEqual(['1 x', '2 x']);
  });
  it('joins the overloads of a name', async () => {
    const text = 'def ¦area(x: R) = x\ndef area(x: R[2]) = sum(x)\nlet a = area(2)';
    expect(await references(text)).toEqual(['1 area', '2 area', '3 area']);
  });
});

describe('rename', () => {
  it('changes all places, also in named arguments and other spellings', async () => {
    expect(await renamed('def g(a; ¦k = 1) = a * k\nlet v = g(2, k = 3)', 'm')).toBe(
      'def g(a; m = 1) = a * m\nlet v = g(2, m = 3)',
    );
    expect(await renamed(mark(birds, 'f in M'), 'h')).toBe(
      birds
        .replace('L(f, D_tr) over f in', 'L(h, D_tr) over h in')
        .replace('eval L(f,', 'eval L(h,')
        .replace('[f(x) for', '[h(x) for'),
    );
  });
  it('refuses a name that would be caught, or catch', async () => {
    expect(await renamed('let ¦a = 1\nlet y = [a + x for x in [1, 2]]', 'x')).toContain('already means something');
    expect(await renamed('let a = 1\nlet y = [a + ¦x for x in [1, 2]]', 'a')).toContain('already means something');
    expect(await renamed('let ¦a = 1\nlet b = 2\nlet c = a', 'b')).toContain('already means something');
  });
  it('refuses words, the library, and what a paradigm supplies', async () => {
    expect(await renamed('let ¦a = 1', 'minimize')).toContain('word of the language');
    expect(await renamed('let ¦a = 1', '2b')).toContain('not a name');
    expect(await renamed(mark(birds, 'supervised'), 'sup')).toContain('stdlib/paradigms.learn');
    expect(await renamed(mark(birds, 'D_tr)'), 'D')).toContain('supplies');
    const { view, offset } = await at('let a = 1 ¦+ 2');
    expect(renameable(view, offset)).toHaveProperty('refused');
  });
});
