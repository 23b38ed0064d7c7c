/** Light, dark, or as the system says. */
import { h } from './dom.ts';
import { recall, remember } from './storage.ts';

type Theme = 'system' | 'light' | 'dark';
const order: readonly Theme[] = ['system', 'light', 'dark'];

export const openTheme = (): {
  button: HTMLElement;
  dark: () => boolean;
  onChange(listener: (dark: boolean) => void): void;
} => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  let theme: Theme = recall<Theme>('theme') ?? 'system';
  const listeners: ((dark: boolean) => void)[] = [];
  const dark = (): boolean => (theme === 'system' ? system.matches : theme === 'dark');
  const button = h('button', {
    type: 'button',
    id: 'theme',
    onclick: () => {
      theme = order[(order.indexOf(theme) + 1) % order.length];
      remember('theme', theme);
      apply();
    },
  });
  const apply = (): void => {
    document.documentElement.dataset.theme = dark() ? 'dark' : 'light';
    button.textContent = { system: 'Theme: system', light: 'Theme: light', dark: 'Theme: dark' }[theme];
    listeners.forEach((f) => f(dark()));
  };
  system.addEventListener('change', apply);
  apply();
  return { button, dark, onChange: (listener) => void listeners.push(listener) };
};
