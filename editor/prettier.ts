/** The Prettier plugin, `plugins: ["learn/prettier"]`: the same printer as `learn fmt`, with Prettier's own options. */
import { languages, learnParser, learnPrinter } from '../grammar/print/plugin.ts';

export { languages };
export const parsers = { learn: learnParser };
export const printers = { learn: learnPrinter };
/** The style of Learn unless a configuration says otherwise. */
export const defaultOptions = { printWidth: 100, tabWidth: 2 };
