// Lint: TypeScript rules, and the order of the architecture as a rule of its own: grammar <- compiler <- runtime <- editor <- cli, playground.
// A file may import from its own folder and from those before it; grammar and compiler are pure (no Node, no TensorFlow.js);
// no barrel files, so that an import names the file it means.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';

const root = path.dirname(fileURLToPath(import.meta.url));
const order = ['grammar', 'compiler', 'runtime', 'editor', 'cli', 'playground'];
const pure = new Set(['grammar', 'compiler']);
const impure = /^(node:|fs$|path$|os$|@tensorflow\/|webgpu$|fast-png$|jpeg-js$|hyparquet$)/;

/** The folder under the root that a file is in, or undefined outside the project. */
const folderOf = (file) => {
  const relative = path.relative(root, file);
  return relative.startsWith('..') ? undefined : relative.split(path.sep)[0];
};

const direction = {
  meta: { type: 'problem', schema: [], messages: { wrong: '{{text}}' } },
  create(context) {
    const here = folderOf(context.filename);
    const rank = order.indexOf(here ?? '');
    const check = (node, source) => {
      if (rank < 0 || typeof source !== 'string') return;
      const report = (text) => context.report({ node, messageId: 'wrong', data: { text } });
      if (!source.startsWith('.')) {
        if (pure.has(here) && impure.test(source)) report(`${here}/ is pure: it must not import '${source}'`);
        return;
      }
      const there = folderOf(path.resolve(path.dirname(context.filename), source));
      if (order.indexOf(there ?? '') > rank)
        report(`imports go one way (${order.join(' <- ')}): ${here}/ must not import from ${there}/`);
      if (!/\.(ts|js|json|css)$|\?(raw|worker)$/.test(source)) report(`write the extension: '${source}.ts'`);
    };
    return {
      Program(node) {
        const barrel = node.body.length > 1 && node.body.every((s) => /^Export(All|Named)/.test(s.type) && s.source);
        if (rank >= 0 && barrel)
          context.report({ node, messageId: 'wrong', data: { text: 'no barrel files: import the file you mean' } });
      },
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) => check(node, node.source.value),
      TSImportType: (node) => check(node, node.argument?.literal?.value ?? node.source?.value),
    };
  },
};

export default tseslint.config(
  { ignores: ['dist/', 'runs/', 'coverage/', 'playground/dist/', 'editor/*/dist/'] },
  ...tseslint.configs.recommended,
  {
    plugins: { learn: { rules: { direction } } },
    rules: {
      'learn/direction': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      'prefer-const': 'error',
      eqeqeq: 'error',
    },
  },
);
