/** L05xx: data files and sets. */
import { message } from '../../grammar/diagnostics.ts';

export const data = {
  L0501: message<{ what: string; place?: string }>({
    severity: 'error',
    title: 'a data file that cannot be read',
    text: (p) => (p.place ? `${p.what} (${p.place})` : p.what),
    explanation: 'The file is missing, damaged, or not what its name says.',
  }),
  L0502: message<{
    way?: string;
    set: string;
    place: string;
    column: string;
    space: string;
    seen: string;
  }>({
    severity: 'error',
    title: 'a row outside its space',
    text: (p) =>
      `${p.place.includes(', ') ? p.place : `${p.set}, ${p.place}`}: ${p.column} is ${p.seen}, which is not in ${p.space}`,
    help: (p) => {
      if (p.way !== undefined) return p.way;
      if (p.seen !== 'missing') return undefined;
      const column = /^`([\p{L}_][\p{L}\p{N}_]*)`$/u.exec(p.column)?.[1] ?? 'column';
      return `leave such rows out: \`... for r in D if r.${column} != missing\``;
    },
    explanation: 'Every row of a data set is checked against the space it is declared in.',
  }),
  L0503: message<{ column: string; set: string; similar?: string }>({
    severity: 'error',
    title: 'no such column',
    text: (p) => `${p.set} has no column \`${p.column}\``,
    meant: (p) => p.similar,
    explanation: 'Columns are read from the file when compiling.',
  }),
  L0504: message<{ what: string }>({
    severity: 'error',
    title: 'a data set that does not serve',
    text: (p) => p.what,
    explanation: 'The data set is empty, or has another number of rows than is needed.',
  }),
};
