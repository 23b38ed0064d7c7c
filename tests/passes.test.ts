/**
 * What the passes do, as printed graphs: before, and after one pass. The printer's format is under test here too.
 */
import { describe, expect, it } from 'vitest';
import { gradients } from '../compiler/differentiate.ts';
import * as b from '../compiler/ir/build.ts';
import { evaluate } from '../compiler/ir/evaluate.ts';
import type { Graph, Node } from '../compiler/ir/graph.ts';
import { raw } from '../compiler/ir/make.ts';
import { printGraph } from '../compiler/ir/print.ts';
import { verify } from '../compiler/ir/verify.ts';
import { factor } from '../compiler/passes/factor.ts';
import { fold } from '../compiler/passes/fold.ts';
import { optimise } from '../compiler/passes/index.ts';
import { mergeLoops, pruneLoops } from '../compiler/passes/loops.ts';
import type { Pass } from '../compiler/passes/pass.ts';
import { rearrange } from '../compiler/passes/rearrange.ts';
import { remember } from '../compiler/passes/remember.ts';
import { share } from '../compiler/passes/share.ts';
import { simplify } from '../compiler/passes/simplify.ts';
import { stable } from '../compiler/passes/stable.ts';
import { floats } from './engines-cases.ts';

const x = b.input('x', 'float32', [2, 3]);
const y = b.input('y', 'float32', [2, 3]);
const w = b.input('w', 'float32', [3, 4]);
const c = b.input('c', 'bool', [2, 3]);

const graphOf = (outputs: readonly Node[], inputs: readonly Node[] = [x, y, w, c]): Graph => ({
  inputs,
  outputs: outputs.map((node, i) => ({ name: `y${i}`, node })),
});

/** The graph and what the pass makes of it; inputs that nobody reads are left out. */
const around = (pass: Pass | { readonly run: (graph: Graph) => Graph }, ...outputs: Node[]): string => {
  const before = graphOf(outputs);
  const after = verify(pass.run(verify(before)));
  const used = (text: string): string =>
    text
      .split('\n')
      .filter((line) => !/= input /.test(line))
      .join('\n');
  return `\n${used(printGraph(before))}\n=>\n${used(printGraph(after))}\n`;
};

describe('the printer', () => {
  it('shows types, attributes, numbers in place, and loop bodies indented', () => {
    const loop = b.loop({ length: 3, carries: [b.sum(x)], sequences: [w], reverse: true }, (_, [s], [e]) => ({
      carries: [b.add(s, b.sum(e))],
      results: [b.mul(s, b.scalar(0.5))],
    }));
    const product = b.matmul(b.select(c, x, b.scalar(0)), w);
    const table = b.array([0, 1, 2, 3, 4, 5, 6]);
    expect(printGraph(graphOf([product, ...loop.results, b.sum(table), b.mul(table, b.sum(y))])))
      .toMatchInlineSnapshot(`
      "a : float32[2,3] = input x
      b : float32[2,3] = input y
      c : float32[3,4] = input w
      d : bool[2,3] = input c
      e : float32[2,3] = select d a 0
      f : float32[2,4] = matmul e c
      g : float32[] = sum[axes=0,1] a
      h = scan[length=3 carries=1 sequences=1 reverse] g c
        i : int32[] = input round
        j : float32[] = input carry0
        k : float32[4] = input element0
        l : float32[] = sum[axes=0] k
        m : float32[] = add j l
        n : float32[] = mul j 0.5
        -> carry0 = m, result0 = n
      o : float32[3] = part[index=1] h
      p : float32[7] = constant {0, 1, 2, 3, 4, 5, ...}
      q : float32[] = sum[axes=0,1] b
      r : float32[7] = mul p q
      -> y0 = f, y1 = o, y2 = 21, y3 = r"
    `);
  });

  it('names the twenty-seventh value aa', () => {
    let node: Node = x;
    for (let i = 0; i < 26; i++) node = b.sin(node);
    expect(
      printGraph(graphOf([node], [x]))
        .split('\n')
        .slice(-2),
    ).toEqual(['aa : float32[2,3] = sin z', '-> y0 = aa']);
  });
});

describe('fold', () => {
  it('computes what is known', () => {
    // written without the constructors, which would fold it at once
    const known = raw({ op: 'add' }, [b.scalar(1), b.scalar(2)]);
    expect(around(fold, raw({ op: 'mul' }, [x, known]))).toMatchInlineSnapshot(`
      "
      e : float32[] = add 1 2
      f : float32[2,3] = mul a e
      -> y0 = f
      =>
      e : float32[2,3] = mul a 3
      -> y0 = e
      "
    `);
  });
});

describe('stable', () => {
  it('takes logarithms of probabilities in log space', () => {
    const p = b.sigmoid(x);
    const log1 = b.log(p);
    const log0 = b.log(b.sub(b.scalar(1), p));
    const softmax = b.div(b.exp(x), b.sum(b.exp(x), [1], true));
    expect(around(stable, log1, log0, b.log(softmax))).toMatchInlineSnapshot(`
      "
      e : float32[2,3] = sigmoid a
      f : float32[2,3] = log e
      g : float32[2,3] = sub 1 e
      h : float32[2,3] = log g
      i : float32[2,3] = exp a
      j : float32[2,3] = exp a
      k : float32[2,1] = sum[axes=1 keep] j
      l : float32[2,3] = div i k
      m : float32[2,3] = log l
      -> y0 = f, y1 = h, y2 = m
      =>
      e : float32[2,3] = neg a
      f : float32[2,3] = softplus e
      g : float32[2,3] = neg f
      h : float32[2,3] = softplus a
      i : float32[2,3] = neg h
      j : float32[2,3] = exp a
      k : float32[2,1] = sum[axes=1 keep] j
      l : float32[2,1] = log k
      m : float32[2,3] = sub a l
      -> y0 = g, y1 = i, y2 = m
      "
    `);
  });

  it('keeps digits near zero', () => {
    const grown = b.sub(b.exp(x), b.scalar(1));
    const odds = b.reciprocal(b.add(b.scalar(1), b.exp(x)));
    expect(around(stable, grown, odds, b.log(b.add(b.scalar(1), b.exp(y))))).toMatchInlineSnapshot(`
      "
      e : float32[2,3] = exp a
      f : float32[2,3] = sub e 1
      g : float32[2,3] = exp a
      h : float32[2,3] = add 1 g
      i : float32[2,3] = reciprocal h
      j : float32[2,3] = exp b
      k : float32[2,3] = add 1 j
      l : float32[2,3] = log k
      -> y0 = f, y1 = i, y2 = l
      =>
      e : float32[2,3] = expm1 a
      f : float32[2,3] = neg a
      g : float32[2,3] = sigmoid f
      h : float32[2,3] = softplus b
      -> y0 = e, y1 = g, y2 = h
      "
    `);
  });
});

describe('rearrange', () => {
  it('reads transposed operands in place', () => {
    const product = b.matmul(b.transpose(w, [1, 0]), b.transpose(x, [1, 0]));
    expect(around(rearrange, b.transpose(product, [1, 0]))).toMatchInlineSnapshot(`
      "
      e : float32[4,3] = transpose[permutation=1,0] c
      f : float32[3,2] = transpose[permutation=1,0] a
      g : float32[4,2] = matmul e f
      h : float32[2,4] = transpose[permutation=1,0] g
      -> y0 = h
      =>
      e : float32[2,4] = matmul a c
      -> y0 = e
      "
    `);
  });

  it('sums one of many copies', () => {
    const copies = b.broadcastTo(b.reshape(b.exp(x), [2, 3, 1]), [2, 3, 5]);
    expect(around(rearrange, b.sum(copies, [2]), b.maxOver(copies, [2]))).toMatchInlineSnapshot(`
      "
      e : float32[2,3] = exp a
      f : float32[2,3,1] = reshape e
      g : float32[2,3,5] = broadcast f
      h : float32[2,3] = sum[axes=2] g
      i : float32[2,3] = max_over[axes=2] g
      -> y0 = h, y1 = i
      =>
      e : float32[2,3] = exp a
      f : float32[2,3] = mul e 5
      -> y0 = f, y1 = e
      "
    `);
  });

  it('slices the piece that is meant', () => {
    const joined = b.concat([x, y], 0);
    expect(around(rearrange, b.sliceAxis(joined, 0, 2, 1), b.sliceAxis(b.sliceAxis(x, 1, 1, 2), 1, 1, 1)))
      .toMatchInlineSnapshot(`
      "
      e : float32[4,3] = concat[axis=0] a b
      f : float32[1,3] = slice[begin=2,0 size=1,3 strides=1,1] e
      g : float32[2,2] = slice[begin=0,1 size=2,2 strides=1,1] a
      h : float32[2,1] = slice[begin=0,1 size=2,1 strides=1,1] g
      -> y0 = f, y1 = h
      =>
      e : float32[1,3] = slice[begin=0,0 size=1,3 strides=1,1] b
      f : float32[2,1] = slice[begin=0,2 size=2,1 strides=1,1] a
      -> y0 = e, y1 = f
      "
    `);
  });
});

describe('simplify', () => {
  it('removes signs', () => {
    expect(around(simplify, b.add(x, b.neg(y)), b.mul(b.neg(x), b.neg(y)), b.neg(b.mul(b.scalar(3), x))))
      .toMatchInlineSnapshot(`
      "
      e : float32[2,3] = neg b
      f : float32[2,3] = add a e
      g : float32[2,3] = neg a
      h : float32[2,3] = neg b
      i : float32[2,3] = mul g h
      j : float32[2,3] = mul 3 a
      k : float32[2,3] = neg j
      -> y0 = f, y1 = i, y2 = k
      =>
      e : float32[2,3] = sub a b
      f : float32[2,3] = mul a b
      g : float32[2,3] = mul -3 a
      -> y0 = e, y1 = f, y2 = g
      "
    `);
  });

  it('joins factors, and divides once', () => {
    expect(
      around(simplify, b.mul(b.scalar(2), b.mul(b.scalar(3), x)), b.div(x, b.scalar(4)), b.mul(x, b.reciprocal(y))),
    ).toMatchInlineSnapshot(`
      "
      e : float32[2,3] = mul 3 a
      f : float32[2,3] = mul 2 e
      g : float32[2,3] = div a 4
      h : float32[2,3] = reciprocal b
      i : float32[2,3] = mul a h
      -> y0 = f, y1 = g, y2 = i
      =>
      e : float32[2,3] = mul 6 a
      f : float32[2,3] = mul a 0.25
      g : float32[2,3] = div a b
      -> y0 = e, y1 = f, y2 = g
      "
    `);
  });

  it('does not take 0 x for 0 where x may be infinite', () => {
    expect(around(simplify, b.mul(b.scalar(0), b.exp(x)), b.mul(b.scalar(0), b.cast(c, 'float32'))))
      .toMatchInlineSnapshot(`
      "
      e : float32[2,3] = exp a
      f : float32[2,3] = mul 0 e
      g : float32[2,3] = cast d
      h : float32[2,3] = mul 0 g
      -> y0 = f, y1 = h
      =>
      e : float32[2,3] = exp a
      f : float32[2,3] = mul 0 e
      g : float32[2,3] = constant {0, 0, 0, 0, 0, 0}
      -> y0 = f, y1 = g
      "
    `);
  });

  it('takes a choice once', () => {
    expect(around(simplify, b.select(b.not(c), x, y), b.select(c, b.select(c, x, y), b.exp(y)))).toMatchInlineSnapshot(`
      "
      e : bool[2,3] = not d
      f : float32[2,3] = select e a b
      g : float32[2,3] = select d a b
      h : float32[2,3] = exp b
      i : float32[2,3] = select d g h
      -> y0 = f, y1 = i
      =>
      e : float32[2,3] = select d b a
      f : float32[2,3] = exp b
      g : float32[2,3] = select d a f
      -> y0 = e, y1 = g
      "
    `);
  });
});

describe('share', () => {
  it('makes equal nodes one, also with arguments exchanged', () => {
    expect(around(share, b.add(b.exp(b.add(x, y)), b.exp(b.add(y, x))))).toMatchInlineSnapshot(`
      "
      e : float32[2,3] = add a b
      f : float32[2,3] = exp e
      g : float32[2,3] = add b a
      h : float32[2,3] = exp g
      i : float32[2,3] = add f h
      -> y0 = i
      =>
      e : float32[2,3] = add a b
      f : float32[2,3] = exp e
      g : float32[2,3] = add f f
      -> y0 = g
      "
    `);
  });

  it('keeps draws of different sites apart', () => {
    const key = b.array([1, 2], [2], 'int32');
    const draw = (site: number): Node => b.random('normal', [2, 3], site, key);
    expect(around(share, b.sub(draw(1), draw(1)), b.sub(draw(1), draw(2)))).toMatchInlineSnapshot(`
      "
      e : int32[2] = constant {1, 2}
      f : float32[2,3] = random[law=normal site=1] e
      g : float32[2,3] = random[law=normal site=1] e
      h : float32[2,3] = sub f g
      i : float32[2,3] = random[law=normal site=1] e
      j : float32[2,3] = random[law=normal site=2] e
      k : float32[2,3] = sub i j
      -> y0 = h, y1 = k
      =>
      e : int32[2] = constant {1, 2}
      f : float32[2,3] = random[law=normal site=1] e
      g : float32[2,3] = sub f f
      h : float32[2,3] = random[law=normal site=2] e
      i : float32[2,3] = sub f h
      -> y0 = g, y1 = i
      "
    `);
  });
});

describe('factor', () => {
  it('takes a factor out of a sum of products, so that the rest does not wait for it', () => {
    const g = b.mul(x, b.scalar(0.5));
    const slope = b.add(b.mul(g, b.erf(y)), b.mul(b.mul(b.mul(g, y), b.exp(y)), b.scalar(3)));
    expect(around(factor, slope)).toMatchInlineSnapshot(`
      "
      e : float32[2,3] = mul a 0.5
      f : float32[2,3] = erf b
      g : float32[2,3] = mul e f
      h : float32[2,3] = mul e b
      i : float32[2,3] = exp b
      j : float32[2,3] = mul h i
      k : float32[2,3] = mul j 3
      l : float32[2,3] = add g k
      -> y0 = l
      =>
      e : float32[2,3] = mul a 0.5
      f : float32[2,3] = erf b
      g : float32[2,3] = exp b
      h : float32[2,3] = mul b g
      i : float32[2,3] = mul 3 h
      j : float32[2,3] = add f i
      k : float32[2,3] = mul e j
      -> y0 = k
      "
    `);
  });

  it('leaves what somebody else reads', () => {
    const product = b.mul(x, y);
    expect(around(factor, b.add(product, b.mul(x, x)), b.exp(product))).toMatchInlineSnapshot(`
      "
      e : float32[2,3] = mul a b
      f : float32[2,3] = mul a a
      g : float32[2,3] = add e f
      h : float32[2,3] = exp e
      -> y0 = g, y1 = h
      =>
      e : float32[2,3] = mul a b
      f : float32[2,3] = mul a a
      g : float32[2,3] = add e f
      h : float32[2,3] = exp e
      -> y0 = g, y1 = h
      "
    `);
  });
});

/** h <- tanh(h + x), and h of every round. */
const zeros = b.full(0, [3]);
const recurrence = (more: boolean) =>
  b.loop({ length: 2, carries: [zeros], sequences: [x] }, (_, [h], [e]) => {
    const next = b.tanh(b.add(h, e));
    return { carries: [next], results: more ? [next, b.square(h)] : [next] };
  });

describe('merge loops', () => {
  it('runs a loop and the same loop with more results once', () => {
    expect(around(mergeLoops, recurrence(false).results[0], recurrence(true).results[1])).toMatchInlineSnapshot(`
      "
      e : float32[3] = constant {0, 0, 0}
      f = scan[length=2 carries=1 sequences=1] e a
        j : float32[3] = add h i
        k : float32[3] = tanh j
        -> carry0 = k, result0 = k
      l : float32[2,3] = part[index=1] f
      m = scan[length=2 carries=1 sequences=1] e a
        q : float32[3] = add o p
        r : float32[3] = tanh q
        s : float32[3] = square o
        -> carry0 = r, result0 = r, result1 = s
      t : float32[2,3] = part[index=2] m
      -> y0 = l, y1 = t
      =>
      e : float32[3] = constant {0, 0, 0}
      f = scan[length=2 carries=1 sequences=1] e a
        j : float32[3] = add h i
        k : float32[3] = tanh j
        l : float32[3] = square h
        -> carry0 = k, result0 = k, more1 = k, more2 = l
      m : float32[2,3] = part[index=1] f
      n : float32[2,3] = part[index=3] f
      -> y0 = m, y1 = n
      "
    `);
  });

  it('leaves a loop that needs the other one behind it', () => {
    const first = recurrence(false);
    const second = b.loop({ length: 2, carries: [b.full(0, [3])], sequences: [first.results[0]] }, (_, [h], [e]) => ({
      carries: [b.tanh(b.add(h, e))],
    }));
    const graph = graphOf([second.carries[0]]);
    expect(mergeLoops.run(graph)).toBe(graph);
  });
});

describe('prune loops', () => {
  it('drops what nobody reads, and moves what never changes out', () => {
    const loop = b.loop(
      { length: 2, carries: [b.full(0, [3]), b.sum(y, [0]), b.sum(y)], sequences: [x] },
      (_, [h, k, l], [e]) => ({
        carries: [b.add(h, b.mul(k, e)), k, b.exp(l)],
        results: [b.square(h)],
      }),
    );
    expect(around(pruneLoops, loop.carries[0])).toMatchInlineSnapshot(`
      "
      e : float32[3] = constant {0, 0, 0}
      f : float32[3] = sum[axes=0] b
      g : float32[] = sum[axes=0,1] b
      h = scan[length=2 carries=3 sequences=1] e f g a
        n : float32[3] = mul k m
        o : float32[3] = add j n
        p : float32[] = exp l
        q : float32[3] = square j
        -> carry0 = o, carry1 = k, carry2 = p, result0 = q
      r : float32[3] = part[index=0] h
      -> y0 = r
      =>
      e : float32[3] = constant {0, 0, 0}
      f : float32[3] = sum[axes=0] b
      g = scan[length=2 carries=1 sequences=1] e a f
        l : float32[3] = mul k j
        m : float32[3] = add i l
        -> carry0 = m
      n : float32[3] = part[index=0] g
      -> y0 = n
      "
    `);
  });
});

describe('remember', () => {
  it('keeps what the way there computed for the way back, if it is dear', () => {
    const h = recurrence(false).carries[0];
    const graph = pruneLoops.run(mergeLoops.run(share.run(graphOf(gradients(b.sum(b.square(h)), [x])))));
    expect(around(remember, ...graph.outputs.map((o) => o.node))).toMatchInlineSnapshot(`
      "
      e : float32[3] = constant {0, 0, 0}
      f = scan[length=2 carries=1 sequences=1] e a
        j : float32[3] = add h i
        k : float32[3] = tanh j
        -> carry0 = k, more2 = h
      l : float32[3] = part[index=0] f
      m : float32[3] = mul 2 l
      n : float32[2,3] = part[index=1] f
      o = scan[length=2 carries=1 sequences=2 reverse] m n a
        t : float32[3] = add r s
        u : float32[3] = tanh t
        v : float32[3] = square u
        w : float32[3] = sub 1 v
        x : float32[3] = mul q w
        -> carry0 = x, result0 = x
      y : float32[2,3] = part[index=1] o
      -> y0 = y
      =>
      e : float32[3] = constant {0, 0, 0}
      f = scan[length=2 carries=1 sequences=1] e a
        j : float32[3] = add h i
        k : float32[3] = tanh j
        -> carry0 = k, more2 = h, kept0 = k
      l : float32[3] = part[index=0] f
      m : float32[3] = mul 2 l
      n : float32[2,3] = part[index=1] f
      o : float32[2,3] = part[index=2] f
      p = scan[length=2 carries=1 sequences=3 reverse] m n a o
        v : float32[3] = square u
        w : float32[3] = sub 1 v
        x : float32[3] = mul r w
        -> carry0 = x, result0 = x
      y : float32[2,3] = part[index=1] p
      -> y0 = y
      "
    `);
  });
});

describe('optimise', () => {
  it('of a logistic regression and its gradient', () => {
    const beta = b.input('beta', 'float32', [3]);
    const logits = b.sum(b.mul(x, beta), [1]);
    const loss = b.neg(b.mean_(b.log(b.sigmoid(logits))));
    const graph = graphOf([loss, ...gradients(loss, [beta])], [x, beta]);
    const best = verify(optimise(graph));
    const values = evaluate(best, [floats([2, 3], 300, 400), floats([3], -4, -3)], { precision: 'float32' });
    expect(values.flatMap(({ data }) => [...data]).every(Number.isFinite)).toBe(true);
    expect(printGraph(best)).toMatchInlineSnapshot(`
      "a : float32[2,3] = input x
      b : float32[3] = input beta
      c : float32[2,3] = mul a b
      d : float32[2] = sum[axes=1] c
      e : float32[2] = neg d
      f : float32[2] = softplus e
      g : float32[] = sum[axes=0] f
      h : float32[] = mul 0.5 g
      i : float32[2] = sigmoid e
      j : float32[2] = mul -0.5 i
      k : float32[2,1] = reshape j
      l : float32[2,3] = mul k a
      m : float32[3] = sum[axes=0] l
      -> y0 = h, y1 = m"
    `);
  });
});
