/**
 * The texts of all syntax errors, L0101 to L0199: one sentence for each way that a file can fail to be read,
 * written for the reader who made the slip.
 */
import { message, reporter } from './diagnostics.ts';

export const messages = {
  L0101: message<{ found: string }>({
    severity: 'error',
    title: 'unexpected symbol or word',
    text: ({ found }) => `I did not expect ${found} here`,
    explanation: 'placeholder',
  }),
};

export const report = reporter(messages);
