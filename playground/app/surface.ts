/** What the editor can do, and the surface it does it on: a text area, or Monaco in its place. */
import type { Span } from '../../grammar/span.ts';
import type { ShownProblem } from '../workers/language.ts';

export interface Editor {
  readonly element: HTMLElement;
  text(): string;
  /** Keeps the undo history where there is one. */
  setText(text: string): void;
  onChange(listener: (text: string) => void): void;
  onCursor(listener: (offset: number) => void): void;
  onSave(listener: () => void): void;
  /** Diagnostics of exactly this text. */
  mark(problems: readonly ShownProblem[]): void;
  light(spans: readonly Span[]): void;
  reveal(span: Span): void;
  apply(edits: readonly { readonly span: Span; readonly replacement: string }[]): void;
  focus(): void;
  setDark(dark: boolean): void;
  /** What was compiled is newer than what is shown. */
  refresh(): void;
}

export type Surface = Omit<Editor, 'element' | 'onChange' | 'onCursor' | 'onSave'> & {
  dispose(): void;
};

export interface Listeners {
  readonly change: (text: string) => void;
  readonly cursor: (offset: number) => void;
  readonly save: () => void;
}
