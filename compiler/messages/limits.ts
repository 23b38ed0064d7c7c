/** L06xx: what is not available yet, or nowhere. */
import { message } from '../../grammar/diagnostics.ts';

export const limits = {
  L0601: message<{ what: string }>({
    severity: 'error',
    title: 'not available yet',
    text: (p) => `${p.what} is part of the language, but not available yet`,
    explanation: 'The construct parses and prints, and a later version will give it its meaning.',
  }),
  L0602: message<{ what: string; slip?: 'epochs' | 'transform alone' }>({
    severity: 'error',
    title: 'not possible',
    text: (p) => p.what,
    explanation: 'The construct cannot be used in this way.',
  }),
};
