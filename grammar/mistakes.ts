/**
 * Where the grammar could not go on -> the sentence for it. Each recogniser looks at what stands there, what came before
 * and what was being read; the first that knows the slip speaks.
 */
import type { Diagnostic } from './diagnostics.ts';
import { report } from './messages.ts';
import { declarationMistakes } from './mistakes/declarations.ts';
import { expressionMistakes } from './mistakes/expressions.ts';
import { found, type Place } from './mistakes/place.ts';
import { problemMistakes } from './mistakes/problems.ts';
import { spellingOf } from './tokens.ts';

/** What a sign is for, when it stands where it is not. */
const hints: Readonly<Record<string, string>> = {
  '~': '`~` draws: in a body, `z ~ P`, or in the brackets of a big operator, `E[x ~ P]`',
  in: '`in` stands in binders, `[e for x in xs]`, and behind `over`',
  ':': '`:` gives a space to a name, and separates the ends of a slice',
  for: '`for` stands in the brackets of an array, `[e for x in xs]`, and in problems, `for 5 epochs`',
  '=': '`=` names a value, a field or an argument; to compare write `==`',
};

const mistakes = [...declarationMistakes, ...problemMistakes, ...expressionMistakes];

export const diagnose = (place: Place): Diagnostic => {
  for (const mistake of mistakes) {
    const diagnostic = mistake(place);
    if (diagnostic) return diagnostic;
  }
  const token = place.look(1);
  const sign = spellingOf(place.expected);
  const expected = sign === undefined ? undefined : `\`${sign}\``;
  const help = hints[token.image];
  return report('L0101', place.spanOf(token), { found: found(token), ...(expected && { expected }) }, { help });
};
