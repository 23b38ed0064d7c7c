/**
 * A lesson: a Markdown file with prose, the spec it begins with, a question, what must be true of a run for the answer to be right,
 * and one answer. The checks are lines:
 *
 *     eval RMSE <= 0.3       the evaluation of that name, as the run measured it (for one with a threshold, `met` would do)
 *     met                    every threshold of the spec is met
 *     solver exact           how the problem was solved: exact, lbfgs or gradient
 *     has over\s+p           the text matches, comments left out; `lacks` the opposite
 *     keeps eval RMSE        the text still has this piece of the lesson's own
 *     parameters <= 10       so many numbers are trained in all
 */
import type { RunRecord } from '../../runtime/report/record.ts';
import { judge } from '../../runtime/result.ts';

export interface Lesson {
  readonly id: string;
  readonly title: string;
  /** Markdown before the question, without the spec. */
  readonly prose: string;
  readonly spec: string;
  readonly question: string;
  readonly checks: readonly string[];
  readonly hint: string;
  readonly answer: string;
  /** Said when it is right. */
  readonly afterwards: string;
}

const block = (text: string, kind: string): string =>
  new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(text)?.[1] ?? '';

const section = (text: string, title: string): string =>
  new RegExp(`^## ${title}\\n([\\s\\S]*?)(?=^## |$(?![\\s\\S]))`, 'm').exec(text)?.[1].trim() ?? '';

const withoutBlocks = (text: string): string => text.replace(/^```[\s\S]*?^```\n?/gm, '').trim();

export const readLesson = (id: string, text: string): Lesson => {
  const title = /^# (.*)$/m.exec(text)?.[1] ?? id;
  const prose = withoutBlocks(text.replace(/^# .*\n/, '').split(/^## /m)[0]);
  const question = section(text, 'Question');
  return {
    ...{ id, title, prose, spec: block(text.split(/^## /m)[0], 'learn'), question: withoutBlocks(question) },
    checks: block(question, 'check')
      .split('\n')
      .map((l) => l.trim())
      .filter((l) => l !== ''),
    hint: withoutBlocks(section(text, 'Hint')),
    answer: block(section(text, 'Answer'), 'learn'),
    afterwards: withoutBlocks(section(text, 'Answer')),
  };
};

export interface Checked {
  readonly right: boolean;
  /** What was looked for, and what was found: for people. */
  readonly says: string;
}

/** A pattern as a reader would write it. */
const plain = (pattern: string): string => pattern.replaceAll('\\s+', ' ').replaceAll('\\', '');

const withoutComments = (text: string): string => text.replace(/--.*$/gm, '');

const evalCheck = (rest: string, record: RunRecord): Checked => {
  const [, name, op, bound] = /^(\S+)\s*(<=|>=|<|>)\s*(-?[\d.e-]+)$/.exec(rest) ?? [];
  const found = record.stages.flatMap((s) => s.summaries).findLast((s) => s.name === name);
  if (!found) return { right: false, says: `the spec no longer evaluates ${name}` };
  const right = judge(found.value, { op: op as '<=', bound: Number(bound) }) === 'met';
  const value = Number(found.value.toPrecision(4));
  return {
    right,
    says: `${name} is ${value}; ${op === '<=' || op === '<' ? 'at most' : 'at least'} ${bound} is wanted`,
  };
};

const checkOne = (line: string, text: string, record: RunRecord): Checked => {
  const [, word, rest] = /^(\S+)\s*(.*)$/.exec(line) ?? ['', '', ''];
  const source = withoutComments(text);
  switch (word) {
    case 'eval':
      return evalCheck(rest, record);
    case 'met': {
      const judged = record.stages.flatMap((s) => s.summaries).filter((s) => s.compare);
      const missed = judged.filter((s) => s.verdict !== 'met').map((s) => s.name);
      const right = judged.length > 0 && missed.length === 0;
      return {
        right,
        says: right
          ? 'every threshold is met'
          : judged.length === 0
            ? 'the spec has no threshold any more'
            : `not met: ${missed.join(', ')}`,
      };
    }
    case 'solver': {
      const solved = record.stages.flatMap((s) => s.solved.map((x) => x.solver as string));
      const used = solved.length > 0 ? [...new Set(solved)].join(', ') : 'gradient';
      return { right: used === rest, says: `the problem was solved by: ${used}; ${rest} is wanted` };
    }
    case 'parameters': {
      const [, op, bound] = /^(<=|>=)\s*(\d+)$/.exec(rest) ?? [];
      const total = record.stages.flatMap((s) => s.members).reduce((n, m) => n + m.parameters, 0);
      const right = judge(total, { op: op as '<=', bound: Number(bound) }) === 'met';
      return {
        right,
        says: `${total} numbers are trained; ${op === '<=' ? 'at most' : 'at least'} ${bound} are wanted`,
      };
    }
    case 'has':
      return { right: new RegExp(rest).test(source), says: `the spec should have \`${plain(rest)}\`` };
    case 'lacks':
      return {
        right: !new RegExp(rest).test(source),
        says: `the spec should do without \`${plain(rest)}\``,
      };
    case 'keeps':
      return { right: source.replace(/\s+/g, ' ').includes(rest), says: `\`${rest}\` should stay as it is` };
    default:
      return { right: false, says: `internal: no check \`${word}\`` };
  }
};

/** A run that did not finish answers nothing. */
export const checkLesson = (lesson: Lesson, text: string, record: RunRecord): Checked[] => {
  if (record.stopped?.reason !== 'finished') return [{ right: false, says: 'the run did not finish' }];
  return lesson.checks.map((line) => checkOne(line, text, record));
};
