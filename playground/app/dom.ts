/** Elements in one call: `h('button', { class: 'go', onclick }, 'Run')`. Text is text: nothing here reads HTML. */

type Child = Node | string | undefined | false | null;
type Value = string | number | boolean | undefined | ((event: never) => void);

export const h = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Readonly<Record<string, Value>> = {},
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[K] => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.flat().filter((c): c is Node | string => c !== undefined && c !== false && c !== null));
  return element;
};

export const replace = (parent: Element, ...children: readonly (Child | readonly Child[])[]): void =>
  parent.replaceChildren(
    ...children.flat().filter((c): c is Node | string => c !== undefined && c !== false && c !== null),
  );

/** HTML made by this project's own renderers, which escape what they are given (runtime/report/). */
export const setHtml = (element: Element, html: string): void => {
  if (element.innerHTML !== html) element.innerHTML = html;
};

/** `code` in backquotes. */
export const prose = (text: string): (Node | string)[] =>
  text.split(/(`[^`]+`)/).map((part) => (/^`.+`$/.test(part) ? h('code', {}, part.slice(1, -1)) : part));

/** Said to screen readers, politely: one region, the last message. */
export const announce = (text: string): void => {
  const region = document.getElementById('said');
  if (region && region.textContent !== text) region.textContent = text;
};

/** At most so often, and always once more at the end. */
export const throttled = (milliseconds: number, run: () => void): (() => void) => {
  let timer: number | undefined;
  let last = -Infinity;
  return () => {
    if (timer !== undefined) return;
    const wait = Math.max(0, last + milliseconds - performance.now());
    timer = window.setTimeout(() => {
      timer = undefined;
      last = performance.now();
      run();
    }, wait);
  };
};

let lastKey = -Infinity;
document.addEventListener('keydown', () => (lastKey = performance.now()), { capture: true, passive: true });

/** A key is answered within so many milliseconds; the next may follow. */
const typing = 90;
const longest = 1000;

/** Keys come first: what can wait does so while somebody types, a second at most. */
export const politely = (run: () => void): (() => void) => {
  let since: number | undefined;
  const attempt = (): void => {
    const now = performance.now();
    if (now - lastKey < typing && now - (since ?? now) < longest) {
      since ??= now;
      setTimeout(attempt, typing / 3);
      return;
    }
    since = undefined;
    run();
  };
  return () => {
    if (since === undefined) attempt();
  };
};
