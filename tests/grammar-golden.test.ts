/** What texts are read as, and how they are laid out: golden cases. */
import { printTree } from '../compiler/emit/tree.ts';
import { render } from '../grammar/diagnostics.ts';
import { parse } from '../grammar/parse.ts';
import { format } from '../grammar/print.ts';
import { golden } from './golden.ts';

const FILE = 'spec.learn';

golden('syntax', async (source) => {
  const { module, diagnostics } = parse(source, FILE);
  return {
    PROBLEMS: diagnostics.map((d) => render(d, new Map([[FILE, source]]))).join('\n\n'),
    TREE: printTree(module),
    FORMATTED: await format(source, { symbols: 'keep', file: FILE }),
  };
});

golden('format', async (source) => {
  const formatted = await format(source, { symbols: 'keep', file: FILE });
  const unicode = await format(source, { symbols: 'unicode', file: FILE });
  return { FORMATTED: formatted, UNICODE: unicode === formatted ? '' : unicode };
});
