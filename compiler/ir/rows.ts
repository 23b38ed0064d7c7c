/** Numbers of rows, as loops: sets have many. */

/** 0 .. n-1 */
export const allRows = (n: number): Int32Array => {
  const rows = new Int32Array(n);
  for (let i = 0; i < n; i++) rows[i] = i;
  return rows;
};

/** Where the mask is not zero. */
export const rowsWhere = (mask: ArrayLike<number>): Int32Array => {
  const rows = new Int32Array(mask.length);
  let count = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) rows[count++] = i;
  return rows.slice(0, count);
};

/** Those at some places of `rows`. */
export const rowsAt = (rows: Int32Array, places: Int32Array): Int32Array => {
  const found = new Int32Array(places.length);
  for (let i = 0; i < places.length; i++) found[i] = rows[places[i]];
  return found;
};

/** Do two lists have a row in common? */
export const shareRows = (a: Int32Array, b: Int32Array): boolean => {
  let most = -1;
  for (let i = 0; i < a.length; i++) if (a[i] > most) most = a[i];
  const there = new Uint8Array(most + 1);
  for (let i = 0; i < a.length; i++) there[a[i]] = 1;
  for (let i = 0; i < b.length; i++) if (there[b[i]] === 1) return true;
  return false;
};
