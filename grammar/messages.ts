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
  L0102: message<{ sign: string }>({ severity: 'error', title: 'L0102', text: () => 'L0102', explanation: 'x' }),
  L0103: message<object>({ severity: 'error', title: 'L0103', text: () => 'L0103', explanation: 'x' }),
  L0104: message<{ written: string; meant: string }>({
    severity: 'error',
    title: 'L0104',
    text: () => 'L0104',
    explanation: 'x',
  }),
  L0105: message<{ open: string; close: string }>({
    severity: 'error',
    title: 'L0105',
    text: () => 'L0105',
    explanation: 'x',
  }),
  L0106: message<{ close: string; open: string | undefined }>({
    severity: 'error',
    title: 'L0106',
    text: () => 'L0106',
    explanation: 'x',
  }),
  L0107: message<object>({ severity: 'error', title: 'L0107', text: () => 'L0107', explanation: 'x' }),
  L0108: message<{ sense: string }>({ severity: 'error', title: 'L0108', text: () => 'L0108', explanation: 'x' }),
  L0109: message<{ arrow: string }>({ severity: 'error', title: 'L0109', text: () => 'L0109', explanation: 'x' }),
  L0115: message<object>({ severity: 'error', title: 'L0115', text: () => 'L0115', explanation: 'x' }),
  L0116: message<object>({ severity: 'error', title: 'L0116', text: () => 'L0116', explanation: 'x' }),
  L0117: message<{ word: string }>({ severity: 'error', title: 'L0117', text: () => 'L0117', explanation: 'x' }),
  L0118: message<object>({ severity: 'error', title: 'L0118', text: () => 'L0118', explanation: 'x' }),
  L0120: message<{ last: string }>({ severity: 'error', title: 'L0120', text: () => 'L0120', explanation: 'x' }),
  L0129: message<{ wanted: string }>({ severity: 'error', title: 'L0129', text: () => 'L0129', explanation: 'x' }),
  L0130: message<{ deepest: number }>({ severity: 'error', title: 'L0130', text: () => 'L0130', explanation: 'x' }),
  L0131: message<object>({ severity: 'error', title: 'L0131', text: () => 'L0131', explanation: 'x' }),
  L0132: message<object>({ severity: 'error', title: 'L0132', text: () => 'L0132', explanation: 'x' }),
  L0133: message<object>({ severity: 'error', title: 'L0133', text: () => 'L0133', explanation: 'x' }),
  L0136: message<{ written: string }>({ severity: 'error', title: 'L0136', text: () => 'L0136', explanation: 'x' }),
};

export const report = reporter(messages);
