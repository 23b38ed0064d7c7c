/**
 * The course: every lesson has what a lesson needs; the spec it begins with compiles, runs and is not the answer; its answer is right, and
 * draws a picture.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { compile } from '../compiler/compile.ts';
import { render } from '../grammar/diagnostics.ts';
import { checkLesson, readLesson, type Checked } from '../playground/lessons/lesson.ts';
import { nodeHost } from '../runtime/data/node-host.ts';
import { openEngine } from '../runtime/engines/choose.ts';
import { newRecord, recordEvent } from '../runtime/report/record.ts';
import { runProgram } from '../runtime/session.ts';

const folder = join(import.meta.dirname, '../playground/lessons');
const names = readdirSync(folder)
  .filter((f) => f.endsWith('.md'))
  .sort();
const lessons = names.map((f) => readLesson(f.replace(/\.md$/, ''), readFileSync(join(folder, f), 'utf8')));

const run = async (text: string) => {
  const { program, diagnostics, sources } = await compile('lesson.learn', text, nodeHost(), { seed: 1 });
  const wrong = diagnostics.filter((d) => d.severity === 'error').map((d) => render(d, sources));
  expect(wrong.join('\n')).toBe('');
  const opened = await openEngine('wasm');
  if ('failed' in opened) throw new Error(opened.failed);
  const record = newRecord();
  const result = await runProgram(program!, { engine: opened.engine, seed: 1, onEvent: (e) => recordEvent(record, e) });
  opened.engine.dispose();
  return { record, result };
};

const words = (checked: readonly Checked[]): string =>
  checked.map((c) => `${c.right ? 'yes' : 'no'}: ${c.says}`).join('\n');

describe('the course', () => {
  it('has at least twelve lessons, each with all its parts', () => {
    expect(lessons.length).toBeGreaterThanOrEqual(12);
    for (const l of lessons) {
      const parts = [l.title, l.prose, l.spec, l.question, l.hint, l.answer, l.afterwards];
      expect(
        parts.every((p) => p !== ''),
        l.id,
      ).toBe(true);
      expect(l.checks.length, l.id).toBeGreaterThan(0);
      expect(l.prose.length, l.id).toBeLessThan(1200);
    }
  });
  it('counts from 1 without a gap', () => {
    expect(names.map((f) => Number(f.slice(0, 2)))).toEqual(names.map((_, i) => i + 1));
  });
});

describe.each(lessons.map((l) => [l.id, l] as const))('%s', (_, lesson) => {
  it('begins with a spec that runs and is not the answer', async () => {
    const { record } = await run(lesson.spec);
    const checked = checkLesson(lesson, lesson.spec, record);
    expect(
      checked.every((c) => c.right),
      words(checked),
    ).toBe(false);
    expect(words(checked)).not.toContain('internal');
  });
  it('has an answer that is right', async () => {
    const { record, result } = await run(lesson.answer);
    const checked = checkLesson(lesson, lesson.answer, record);
    expect(
      checked.every((c) => c.right),
      words(checked),
    ).toBe(true);
    expect(result.shows.length).toBeGreaterThan(0);
    for (const { frames } of result.shows) expect(frames.length).toBeGreaterThan(0);
  });
});
