/**
 * The playground in a real Chromium, headless, served as `learn play` serves it. Where Chromium is not installed the tests that use it are
 * skipped, and say so.
 */
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { openPlay } from '../../cli/play/server.ts';

const root = join(import.meta.dirname, '../..');
export const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((p) =>
  existsSync(p),
);
if (!chromium)
  console.log('Chromium is not installed: the tests of the playground in it are skipped (apt-get install chromium)');

export interface Site {
  readonly url: string;
  page(options?: {
    readonly path?: string;
    readonly width?: number;
    readonly dark?: boolean;
    readonly context?: BrowserContext;
  }): Promise<Page>;
  context(): Promise<BrowserContext>;
  /** Requests to anywhere but the page's own address, and errors in the console. */
  readonly strays: string[];
  readonly folder: string;
}

/** Text of the newest build, made when the sources are newer. */
const build = async (): Promise<string> => {
  const { build: run } = await import('vite');
  const site = join(mkdtempSync(join(tmpdir(), 'learn-playground-')), 'dist');
  await run({ configFile: join(root, 'playground/vite.config.ts'), logLevel: 'error', build: { outDir: site } });
  return site;
};

export const withSite = (file?: string): Site => {
  let server: Server;
  let browser: Browser;
  let folder = '';
  const strays: string[] = [];
  const site = { url: '', strays, folder: '' };

  const context = async (): Promise<BrowserContext> =>
    browser.newContext({ viewport: { width: 1280, height: 860 }, permissions: ['clipboard-read', 'clipboard-write'] });

  const page: Site['page'] = async ({ path = '', width = 1280, dark = false, context: given } = {}) => {
    const made = await (given ?? (await context())).newPage();
    made.setDefaultTimeout(100_000);
    await made.setViewportSize({ width, height: width < 600 ? 780 : 860 });
    await made.emulateMedia({ colorScheme: dark ? 'dark' : 'light' });
    made.on('request', (r) => {
      if (!r.url().startsWith(site.url) && !/^(?:blob|data):/.test(r.url())) strays.push(`request ${r.url()}`);
    });
    made.on('console', (m) => m.type() === 'error' && strays.push(`console ${m.text()}`));
    made.on('pageerror', (e) => strays.push(`error ${e.stack ?? e.message}`));
    await made.goto(site.url + path);
    await made.waitForSelector('body[data-ready]');
    return made;
  };

  beforeAll(async () => {
    const built = await build();
    folder = join(built, '..');
    server = await openPlay({ site: built, file, port: 0 });
    const { port } = server.address() as { port: number };
    const { chromium: driver } = await import('playwright-core');
    browser = await driver.launch({
      executablePath: chromium,
      args: ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    });
    Object.assign(site, { url: `http://127.0.0.1:${port}/`, folder: built });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    if (folder !== '' && statSync(folder).isDirectory()) rmSync(folder, { recursive: true });
  });
  return Object.assign(site, { page, context });
};

/** Puts a text into the editor as a person would: everything chosen, then pasted over. */
export const write = async (page: Page, text: string): Promise<void> => {
  await page.waitForSelector('[data-editor=monaco]');
  await page.click('.monaco-editor .view-lines');
  await page.evaluate((t) => navigator.clipboard.writeText(t), text);
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Control+V');
  // The clipboard is read asynchronously: what is typed next must come after all of it.
  await page.waitForFunction(
    (wanted) => {
      const top = (line: HTMLElement): number => parseFloat(line.style.top);
      const lines = [...document.querySelectorAll<HTMLElement>('.surface .view-line')].sort((a, b) => top(a) - top(b));
      const written = lines.map((line) =>
        [...line.querySelectorAll('span > span')]
          // Inferred spaces stand in the line, but not in the text.
          .map((part) => (/dyn-rule/.test(part.className) ? '' : part.textContent))
          .join('')
          .replaceAll('\u00a0', ' '),
      );
      // A long line is wrapped, with spaces before what is under it.
      return written.join('').replace(/\s/g, '') === wanted;
    },
    text.replace(/\s/g, ''),
  );
};

export const understood = (page: Page, title: RegExp): Promise<unknown> =>
  page.waitForFunction(
    ([source]) => new RegExp(source).test(document.querySelector('.problems-title')?.textContent ?? ''),
    [title.source],
  );

export const status = (page: Page): Promise<string> => page.locator('#run-status').innerText();

export const finished = (page: Page, state = 'finished'): Promise<unknown> =>
  page.waitForFunction(([s]) => document.querySelector<HTMLElement>('#run-status')?.dataset.status === s, [state], {
    timeout: 60_000,
  });

/** Waits until a place reads so: what is on the screen comes a frame or more after what caused it. */
export const reads = (place: Locator, text: string | RegExp): Promise<void> =>
  expect
    .poll(async () => (await place.innerText()).replaceAll('\u00a0', ' '), { timeout: 60_000 })
    .toEqual(typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text));

/** Points at a place, again and again, until what appears there has appeared: Monaco asks once for each movement of the mouse. */
export const hovered = async (page: Page, place: Locator, appears: Locator): Promise<void> => {
  for (let i = 0; i < 30 && !(await appears.isVisible()); i++) {
    await page.mouse.move(5 + (i % 2), 5);
    await place.hover();
    await appears.waitFor({ timeout: 3000 }).catch(() => undefined);
  }
  await appears.waitFor();
};
