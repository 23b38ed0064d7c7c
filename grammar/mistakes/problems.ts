/** Slips in problems. */
import { report } from '../messages.ts';
import { editDistance } from '../similar.ts';
import { T } from '../tokens.ts';
import { is, isReading, isWord, type Mistake } from './place.ts';

/** `minimize L f in M`, `minimize L ovr f in M`, `minimize L for f in M` */
const over: Mistake = (place) => {
  const { look, spanOf } = place;
  if (!isReading(place, 'player')) return undefined;
  const token = look(1);
  const at = spanOf(token);
  const write = (replacement: string, end = at.end) => ({
    fixes: [{ title: 'Write `over`', span: { ...at, end }, replacement }],
  });
  if (is(token, T.ForEach)) return report('L0108', at, { sense: 'minimize' }, write('over'));
  if (!isWord(token)) return undefined;
  if (is(look(2), T.In)) return report('L0108', at, { sense: 'minimize' }, write('over ', at.start));
  if (editDistance(token.image, 'over') <= 1)
    return report('L0121', at, { word: token.image, meant: 'did you mean `over`?' }, write('over'));
  return undefined;
};

export const problemMistakes: readonly Mistake[] = [over];
