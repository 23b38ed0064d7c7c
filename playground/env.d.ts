/** What the bundler adds to the language: texts by `?raw`, workers by `?worker`, styles by import. */
/// <reference types="vite/client" />
declare module 'monaco-editor/editor/editor.api.js' {
  export * from 'monaco-editor';
}
declare module 'monaco-editor/features/*/register.js';
declare module 'monaco-editor/editor/contrib/*';
declare module 'monaco-editor/editor/editor.worker.js?worker' {
  const EditorWorker: new () => Worker;
  export default EditorWorker;
}
