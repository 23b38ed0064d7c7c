/** Colours of the editor, light and dark; tokens are those of `editor/highlight.ts`. Contrast is at least 4.5 to 1. */
import { monaco } from './load.ts';

const rules = (c: Readonly<Record<string, string>>) => [
  { token: 'comment', foreground: c.comment },
  { token: 'comment.doc', foreground: c.doc },
  { token: 'string', foreground: c.string },
  { token: 'number', foreground: c.number },
  { token: 'constant', foreground: c.number },
  { token: 'keyword', foreground: c.keyword },
  { token: 'keyword.declaration', foreground: c.keyword, fontStyle: 'bold' },
  { token: 'keyword.big', foreground: c.big, fontStyle: 'bold' },
  { token: 'type', foreground: c.type },
  { token: 'field', foreground: c.field },
  { token: 'operator', foreground: c.operator },
];

export const defineLooks = (): void => {
  monaco.editor.defineTheme('learn-light', {
    base: 'vs',
    inherit: true,
    colors: {
      'editor.background': '#fcfcfb',
      'editorInlayHint.background': '#00000000',
      'editorInlayHint.foreground': '#6b6962',
      'editorLineNumber.foreground': '#75736c',
    },
    rules: rules({
      comment: '6b6962',
      doc: '3d6b4a',
      string: '8a4b00',
      number: '9a3412',
      keyword: '3b3fa8',
      big: '7c2d8f',
      type: '0b6b74',
      field: '4a4945',
      operator: '5b3fa8',
    }),
  });
  monaco.editor.defineTheme('learn-dark', {
    base: 'vs-dark',
    inherit: true,
    colors: {
      'editor.background': '#1a1a19',
      'editorInlayHint.background': '#00000000',
      'editorInlayHint.foreground': '#98968e',
      'editorLineNumber.foreground': '#98968e',
    },
    rules: rules({
      comment: '98968e',
      doc: '8fc49f',
      string: 'e8b878',
      number: 'f0a384',
      keyword: 'a3a8ff',
      big: 'dba3ea',
      type: '7cd0d8',
      field: 'd5d3ca',
      operator: 'c0b0f5',
    }),
  });
};
