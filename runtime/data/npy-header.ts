/**
 * The header of an npy file: a Python dictionary with the keys descr, fortran_order and shape
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
export interface NpyHeader {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

/** The header, or what is wrong with it. A `descr` that is no text (a record of fields) is given as it is written. */
export const parseNpyHeader = (text: string): NpyHeader | string => {
  const descr = /['"]descr['"]\s*:\s*(?:(['"])(.*?)\1|(\[.*?\])\s*,\s*['"])/s.exec(text);
  const order = /['"]fortran_order['"]\s*:\s*(True|False)\b/.exec(text);
  const shape = /['"]shape['"]\s*:\s*\(([\d\s,L]*)\)/.exec(text);
  if (!descr) return 'its header has no `descr`';
  if (!order) return 'its header has no `fortran_order`';
  if (!shape) return 'its header has no `shape`';
  const sizes = shape[1]
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== '')
    .map((s) => Number(s.replace(/L$/, '')));
  if (!sizes.every((n) => Number.isSafeInteger(n))) return 'its header has a malformed `shape`';
  return { descr: descr[2] ?? descr[3], fortran: order[1] === 'True', shape: sizes };
};
