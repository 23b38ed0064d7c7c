/**
 * Patterns of file names: `*` and `?` within a name, `**` for any folders, `[0-9]` and `{png,jpg}`. Pure: the walk over
 * folders is the host's.
 */
const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

const isPattern = (path: string): boolean => /[*?[{]/.test(path);

/** One name of a path -> a test. A bracket that does not close is itself. */
export const nameTest = (pattern: string): ((name: string) => boolean) => {
  let source = '';
  let alternatives = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    const close = c === '[' ? pattern.indexOf(']', i + 2) : -1;
    if (c === '*') source += '[^/]*';
    else if (c === '?') source += '[^/]';
    else if (close > 0) {
      const set = pattern.slice(i + 1, close).replace(/[\\[\]^]/g, '\\$&');
      source += `[${set.startsWith('!') ? `^${set.slice(1)}` : set}]`;
      i = close;
    } else if (c === '{' && pattern.indexOf('}', i) > 0) {
      source += '(?:';
      alternatives++;
    } else if (c === '}' && alternatives > 0) {
      source += ')';
      alternatives--;
    } else if (c === ',' && alternatives > 0) source += '|';
    else source += escape(c);
  }
  try {
    const test = new RegExp(`^${source}$`, 'u');
    return (name) => test.test(name) && (pattern.startsWith('.') || !name.startsWith('.'));
  } catch {
    return (name) => name === pattern;
  }
};

/** The part without wildcards, and the names after it. */
export const splitPattern = (pattern: string): { readonly root: string; readonly names: readonly string[] } => {
  const parts = pattern.split('/');
  const first = parts.findIndex(isPattern);
  const at = first < 0 ? parts.length - 1 : first;
  const root = parts.slice(0, at).join('/');
  return {
    root: root === '' ? (pattern.startsWith('/') ? '/' : '.') : root,
    names: parts.slice(at).filter((p) => p !== '' && p !== '.'),
  };
};

/** 2.png before 10.png; the same on every machine. */
export const byName = (a: string, b: string): number => {
  const [as, bs] = [a, b].map((name) => name.match(/\d+|\D+/g) ?? []);
  for (let i = 0; i < Math.min(as.length, bs.length); i++) {
    const numbers = /^\d/.test(as[i]) && /^\d/.test(bs[i]);
    const difference = numbers ? Number(as[i]) - Number(bs[i]) : 0;
    if (difference !== 0) return difference;
    if (!numbers && as[i] !== bs[i]) return as[i] < bs[i] ? -1 : 1;
  }
  return as.length - bs.length || (a < b ? -1 : a > b ? 1 : 0);
};
