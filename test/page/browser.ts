/** A real browser for tests of the page. None is installed here: where there is none, the tests say so and are skipped. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const KNOWN = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const isThere = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** Where COOPERAGE_CHROMIUM says that there is a browser, there must be one; elsewhere undefined when none is found. */
export const findBrowser = (): string | undefined => {
  const { COOPERAGE_CHROMIUM: named = '' } = process.env;
  return named === '' ? KNOWN.find(isThere) : named;
};

export const SKIPPED = `no Chromium at ${KNOWN.join(', ')}: install one, or name it in COOPERAGE_CHROMIUM`;

/** Root has no sandbox to offer, and a small machine no shared memory. */
export const openBrowser = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

export type Look = { readonly width: number; readonly scheme: 'light' | 'dark' };

export type Seen = {
  readonly page: Page;
  /** Whatever the browser complained of. */
  readonly complaints: string[];
};

export const openPage = async (browser: Browser, { width, scheme }: Look): Promise<Seen> => {
  const context = await browser.newContext({ viewport: { width, height: width < 600 ? 800 : 900 }, colorScheme: scheme });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', error => complaints.push(String(error.stack)));
  page.on('request', request => {
    if (!request.url().startsWith('http://127.0.0.1:')) complaints.push(`asked elsewhere: ${request.url()}`);
  });
  return { page, complaints };
};

const PATIENCE_MS = 20_000;

/** Until the expression is true in the page: asked from outside, because the page lets nobody evaluate a text within. */
export const until = async (page: Page, expression: string): Promise<void> => {
  for (const end = Date.now() + PATIENCE_MS; !(await page.evaluate<boolean>(expression));) {
    if (Date.now() > end) throw new Error(`never came true: ${expression}`);
    await page.waitForTimeout(20);
  }
};

/** Until the view is there and waits for nothing. */
export const settle = (page: Page): Promise<void> =>
  until(page, `document.querySelector('main h1') !== null && document.querySelector('main .waiting') === null`);

const SHOTS = fileURLToPath(new URL('../../node_modules/.cache/cooperage/screenshots/', import.meta.url));

/** Kept for people to look at; nothing compares them. */
export const shoot = async (page: Page, name: string): Promise<void> => {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: `${SHOTS}${name}.png` });
};

/** How much wider the page is than the window. */
export const findOverflow = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
