/** Words that are spelt nearly alike: for "did you mean". */

/** Letters inserted, left out, changed, or swapped with their neighbour: optimal string alignment. */
export const editDistance = (a: string, b: string): number => {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? before[j - 2] + 1 : Infinity;
      next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1), swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length];
};

/** The candidate closest to `name` by edit distance, if close enough to be a slip. */
export const similar = (name: string, candidates: Iterable<string>): string | undefined => {
  let best: string | undefined;
  // A single letter is near to every other: only its case may differ. Of two none may be another.
  let least = name.length === 1 ? 1 : Math.max(1, Math.floor(name.length / 3)) + 1;
  const lower = name.toLowerCase();
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const d = editDistance(lower, candidate.toLowerCase());
    if (name.length === 2 && candidate.length === 2 && d > 0 && [...candidate].reverse().join('') !== name) continue;
    if (d < least) {
      least = d;
      best = candidate;
    }
  }
  return best;
};
