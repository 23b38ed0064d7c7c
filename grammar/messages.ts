/**
 * The texts of all syntax errors, L0101 to L0199: one sentence for each way that a file can fail to be read, written for
 * the reader who made the slip. A code never changes its meaning; `docs/reference/diagnostics` has a page for each.
 */
import { reporter } from './diagnostics.ts';
import { declarations } from './messages/declarations.ts';
import { expressions } from './messages/expressions.ts';
import { lexical } from './messages/lexical.ts';
import { problems } from './messages/problems.ts';

export const messages = { ...lexical, ...expressions, ...declarations, ...problems };

export const report = reporter(messages);
