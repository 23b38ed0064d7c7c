/** The report: needs nothing from outside, draws every kind of picture, keeps what matters when it thins, ticks at round numbers. */
import { describe, expect, test } from 'vitest';
import { axisOf, formatNumber } from '../runtime/report/axes.ts';
import { brightness } from '../runtime/report/bitmaps.ts';
import { lineChart, thin } from '../runtime/report/charts.ts';
import { drawPicture } from '../runtime/report/pictures.ts';
import { newRecord, recordEvent } from '../runtime/report/record.ts';
import { renderReport } from '../runtime/report/report.ts';
import { curves } from '../runtime/report/results.ts';
import { parameters, pictures, record } from './fixtures/run-record.ts';

const html = (): string =>
  renderReport({
    title: 'made-up.learn',
    source: 'let a = 1 < 2\n-- "quoted" & <marked>\n',
    record: record(),
    explanations: [],
    pictures: pictures(),
    parameters,
    facts: [['seed', '1']],
  });

/** Elements in the order in which they open, without those that stand alone; throws when they do not nest. */
const unbalanced = (text: string): string | undefined => {
  const open: string[] = [];
  for (const [, closing, name, alone] of text
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*?(\/?)>/g)) {
    if (alone) continue;
    if (!closing) open.push(name);
    else if (open.pop() !== name) return `</${name}>`;
  }
  return open.join(' ') || undefined;
};

describe('the page', () => {
  test('needs nothing from the network', () => {
    expect(html().match(/(?:src|href)="(?!data:|#)[^"]*"|@import|url\(/g)).toBeNull();
  });
  test('is well formed, and text cannot become markup', () => {
    expect(unbalanced(html())).toBeUndefined();
    expect(html()).not.toContain('<marked>');
  });
  test('says which thresholds are met', () => {
    expect(html()).toContain('✗ 1 of 2 thresholds not met');
    expect(html()).toMatch(
      /accuracy<\/th><td><strong>0\.9812<\/strong><\/td><td>≥ 0\.97<\/td><td><span class="verdict met">/,
    );
  });
  test('gives small parameters in full and the range of large ones', () => {
    expect(html()).toContain('[0, 0.1429, 0.2857]');
    expect(html()).toMatch(/f\.dense\.W<\/code>.*784 × 10<\/td><td>−1<\/td>/);
  });
  test('every image and every chart has a text', () => {
    expect(html().match(/<img(?![^>]*alt=)/)).toBeNull();
    expect(html().match(/role="img"(?! aria-label=)/)).toBeNull();
  });
});

describe('charts', () => {
  test('thinning keeps the peak and the ends', () => {
    const x = Array.from({ length: 10_000 }, (_, i) => i);
    const s = thin({ name: 's', x, y: x.map((i) => (i === 5123 ? 99 : Math.sin(i))) });
    expect(s.x.length).toBeLessThan(1000);
    expect(s.y).toContain(99);
    expect([s.x[0], s.x.at(-1)]).toEqual([0, 9999]);
  });
  test('a loss over several powers of ten gets a logarithmic axis, a plain curve does not', () => {
    const series = [{ name: 'l', x: [0, 1, 2], y: [1000, 10, 0.1] }];
    expect(lineChart('l', series, { loss: true })).toContain('logarithmic scale');
    expect(lineChart('l', series)).not.toContain('logarithmic scale');
  });
  test('a curve with NaN has a gap and no NaN in its path', () => {
    const chart = lineChart('l', [{ name: 'l', x: [0, 1, 2, 3], y: [1, NaN, 2, 3] }]);
    expect(chart).not.toMatch(/d="[^"]*NaN/);
  });
  test('nothing at all is drawn as an empty chart', () => {
    expect(lineChart('empty', [])).toContain('<figure');
  });
  test('ticks are round', () => {
    expect(axisOf([0.013, 0.97]).ticks.map((t) => t.label)).toEqual(['0', '0.2', '0.4', '0.6', '0.8', '1.0']);
    expect(axisOf([3, 48000]).ticks.map((t) => t.label)).toEqual(['0', '10k', '20k', '30k', '40k', '50k']);
    expect(axisOf([5, 5]).ticks.length).toBeGreaterThan(1);
  });
});

describe('pictures', () => {
  for (const picture of pictures())
    test(`${picture.kind}: ${picture.name}`, () => {
      expect(unbalanced(drawPicture(picture))).toBeUndefined();
      expect(drawPicture(picture)).not.toMatch(/>[^<]*NaN/);
    });
  test('no rows is said, not drawn', () => {
    expect(
      drawPicture({
        name: 'none',
        kind: 'images',
        values: [{ dtype: 'float32', shape: [0, 28, 28], data: new Float32Array() }],
      }),
    ).toContain('nothing to draw');
  });
  test('brightness: 0 to 1 as it is, bytes divided, anything else stretched', () => {
    expect(brightness([0, 0.5])(0.5)).toBe(128);
    expect(brightness([0, 255])(255)).toBe(255);
    expect(brightness([-3, 3])(0)).toBe(128);
  });
});

test('numbers for people', () => {
  expect([0, 1234567, 0.97123, 1e-9, -2.5, NaN, Infinity].map(formatNumber)).toEqual([
    '0',
    '1\u202f234\u202f570',
    '0.9712',
    '1·10⁻⁹',
    '−2.5',
    'NaN',
    '∞',
  ]);
});

test('a stream of tasks has one curve, one task behind the other', () => {
  const made = newRecord();
  const at = { stage: 's', run: 0, seed: 1, label: '', total: 2, epoch: 0 };
  for (const action of [0, 2])
    for (const step of [1, 2]) recordEvent(made, { type: 'step', ...at, action, step, losses: { f: action + step } });
  expect(made.stages[0].losses[0]).toMatchObject({ x: [1, 2, 3, 4], y: [1, 2, 3, 4] });
});

test('what is computed between two tasks has steps of its own', () => {
  const made = newRecord();
  const at = { type: 'step', stage: 's', run: 0, seed: 1, label: '', total: 2, epoch: 0 } as const;
  for (const [action, player] of ['f', 'what mattered', 'f'].entries())
    for (const step of [1, 2]) recordEvent(made, { ...at, action, step, losses: { [player]: step } });
  const [f, between] = made.stages[0].losses;
  expect([f.x, between.x]).toEqual([
    [1, 2, 3, 4],
    [1, 2],
  ]);
});

test('what is to become large is no loss', () => {
  const made = newRecord();
  const at = { stage: 's', run: 0, seed: 1, action: 0, label: 'f | v', total: 2 };
  recordEvent(made, { type: 'train', ...at, solver: 'gradient', players: ['f', 'v'], maximised: ['f'] });
  for (const step of [1, 2])
    recordEvent(made, { type: 'step', ...at, epoch: 0, step, losses: { f: step, v: 1 / step } });
  const drawn = curves(made.stages[0]);
  expect(drawn).toContain('objective of f');
  expect(drawn).toContain('loss of v');
});

test('evaluations on the way stand where the training is, whatever number their action has', () => {
  const [{ losses, progress }] = record().stages;
  expect(losses[0].x).toEqual(Array.from({ length: 2000 }, (_, i) => i + 1));
  expect(progress[0].x).toEqual([250, 500, 750, 1000, 1250, 1500, 1750, 2000]);
});
