/** The formatter as an edit: only the stretch that changes, so that the cursor and marks stay where they are. */
import { format } from '../grammar/print.ts';
import type { Edit } from './navigation.ts';
import type { View } from './view.ts';

export type Spelling = 'keep' | 'ascii' | 'unicode';

export const formatEdits = async (view: View, symbols: Spelling = 'keep'): Promise<Edit[]> => {
  const { text, file } = view;
  const done = await format(text, { symbols, file });
  if (done === text) return [];
  const most = Math.min(text.length, done.length);
  let start = 0;
  while (start < most && text[start] === done[start]) start++;
  let end = 0;
  while (end < most - start && text[text.length - 1 - end] === done[done.length - 1 - end]) end++;
  return [{ span: { file, start, end: text.length - end }, replacement: done.slice(start, done.length - end) }];
};
