/** Where the grammar could not go on -> the sentence for it, by what stands there and what came before. */
import { EOF, type IToken } from 'chevrotain';
import type { Diagnostic } from './diagnostics.ts';
import { report } from './messages.ts';
import type { Span } from './tree.ts';

/** What is known at the place: tokens before (`look(0)`) and from it on (`look(1)`), and what was being read. */
export interface Place {
  readonly look: (ahead: number) => IToken;
  readonly spanOf: (token: IToken) => Span;
  readonly file: string;
  readonly text: string;
  /** The rules being read, the innermost last. */
  readonly rules: readonly string[];
  /** The token type that alone could have come, or ''. */
  readonly expected: string;
}

export const diagnose = (place: Place): Diagnostic => {
  const token = place.look(1);
  const found = token.tokenType === EOF || token.image === '' ? 'the end' : `\`${token.image}\``;
  return report('L0101', place.spanOf(token), { found });
};
