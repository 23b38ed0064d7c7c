// The second half of `npm run build`: what every start of `learn` would do again is done once. Both are only faster: without them
// `learn` reads the same from where it comes from.
// 1. dist/library.json: the standard library's syntax trees.
// 2. dist/bundle: the command and Chevrotain in a few files, in place of a thousand modules. bin/learn.js takes it while it is newer
//    than the program that it was made of.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const { parse } = await import('../dist/grammar/parse.js');
const { libraryTexts, writeSnapshot } = await import('../dist/runtime/data/node-library.js');
const texts = await libraryTexts();
writeSnapshot(texts.map(({ file, text }) => ({ file, text, parsed: parse(text, file) })));

const root = fileURLToPath(new URL('..', import.meta.url));
const bundled = [
  'chevrotain',
  '@chevrotain/cst-dts-gen',
  '@chevrotain/gast',
  '@chevrotain/utils',
  '@chevrotain/regexp-to-ast',
  'lodash-es',
];

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: bundled },
  build: {
    ssr: 'dist/cli/main.js',
    outDir: 'dist/bundle',
    target: 'node20',
    minify: false,
    // As deep as in dist/cli/: files of the package are found from there.
    rolldownOptions: { output: { entryFileNames: 'cli/[name].js', chunkFileNames: 'cli/[name].js' } },
  },
});

const licences = bundled.map((name) => {
  const folder = `${root}node_modules/${name}/`;
  const file = readdirSync(folder).find((f) => /^licen[cs]e/i.test(f));
  return `${name}\n\n${file ? readFileSync(folder + file, 'utf8') : JSON.parse(readFileSync(`${folder}package.json`, 'utf8')).license}`;
});
writeFileSync(`${root}dist/bundle/LICENCES.txt`, licences.join('\n\n'));
