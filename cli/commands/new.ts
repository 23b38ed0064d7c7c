/** `learn new`: a folder with a spec that runs, its data, and what to do next. */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { oneOf } from '../arguments.ts';
import { command } from '../command.ts';
import { codes, Stop } from '../exit.ts';
import { writeFile } from '../files.ts';
import { paint } from '../terminal.ts';

const spec = (
  name: string,
): string => `-- ${name}: predict y from x. Change the data, the model or the loss, and run it again:
--   learn run ${name}.learn
data points : [(R, R)] = [(r.x, r.y) for r in csv("points.csv")]

model Line(x: R) -> R {
  param slope : R
  param intercept : R
  slope * x + intercept
}

let S = supervised(points, holdout = 0.25)

minimize E[(x, y) ~ D_tr] (f(x) - y)^2
  over f in Line
  subject to eval E[(x, y) ~ D_eval] (f(x) - y)^2 as squared_error <= 0.1 on S
`;

/** y = 2 x + 1 with a little noise, the same every time. */
const points = (): string => {
  let state = 42;
  const uniform = (): number => (state = (state * 16807) % 2147483647) / 2147483647;
  const rows = Array.from({ length: 60 }, (_, i) => {
    const x = i / 20 - 1.5;
    const noise = (uniform() + uniform() + uniform() - 1.5) * 0.4;
    return `${x.toFixed(3)},${(2 * x + 1 + noise).toFixed(3)}`;
  });
  return `x,y\n${rows.join('\n')}\n`;
};

const readme = (name: string): string => `# ${name}

\`${name}.learn\` states the problem, \`points.csv\` is its data.

    learn run ${name}.learn          train, evaluate, write a report
    learn explain ${name}.learn      the formula, and what was decided
    learn check ${name}.learn        only look for errors

Every run leaves a folder in \`runs/\`; open its \`report.html\`.
`;

/** How the user called `learn`: where it is installed for one project, by npx. */
const called = (): string => (process.env.npm_lifecycle_event === 'npx' ? 'npx learn' : 'learn');

export const newCommand = command({
  name: 'new',
  usage: 'new NAME',
  summary: 'Makes a folder NAME with a spec that runs, its data, and a README. Never overwrites.',
  options: { json: { type: 'boolean', help: 'one document: {folder, files}' } },
  run: async ({ values, files }, terminal) => {
    const name = oneOf('new', files, 'a name');
    if (name.trim() === '')
      throw new Stop(codes.usage, '`learn new` needs a name', 'for example `learn new my-problem`');
    const folder = resolve(terminal.cwd, name);
    const title = basename(folder);
    if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(title))
      throw new Stop(codes.usage, `\`${title}\` cannot be the name of a spec`, 'use letters, digits, `-` and `_`');
    if (existsSync(folder) && readdirSync(folder).length > 0)
      throw new Stop(codes.file, `\`${name}\` exists and is not empty: nothing was written`, 'choose another name');
    const made: readonly (readonly [string, string])[] = [
      [`${title}.learn`, spec(title)],
      ['points.csv', points()],
      ['README.md', readme(title)],
    ];
    for (const [file, text] of made) writeFile(join(folder, file), text);
    if (values.json) terminal.out(JSON.stringify({ folder, files: made.map(([file]) => file) }));
    else {
      for (const [file] of made) terminal.out(`${paint(terminal, 'green', 'made')} ${join(name, file)}`);
      terminal.out(`Next: ${called()} run ${join(name, `${title}.learn`)}`);
    }
    return codes.ok;
  },
});
