/** The inspector's page in a real browser: each view, at two widths, light and dark, by links, filters and keyboard, with hostile texts. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKernel } from 'cooperage';
import type { ServedPage } from '@cooperage/page/serve';
import baseTest, { type ExecutionContext } from 'ava';
import type { Browser, Page } from 'playwright-core';
import { findBrowser, findOverflow, type Look, openBrowser, openPage, settle, shoot, SKIPPED, until } from './page/browser.ts';
import { ask, makeFolder, serveFor, serveWorld } from './page/served.ts';
import { OPTIONS, talk, writeWorld } from './page/world.ts';

const path = findBrowser();
const test = path === undefined ? baseTest.skip : baseTest.serial;
if (path === undefined) baseTest(`the page is not tried in a browser: ${SKIPPED}`, t => t.pass());

const folder = mkdtempSync(join(tmpdir(), 'cooperage-browser-'));
const world = join(folder, 'world.sqlite');
let browser: Browser;
let served: ServedPage;

baseTest.before(async () => {
  if (path === undefined) return;
  await writeWorld(world);
  served = await serveWorld(world);
  browser = await openBrowser(path);
});
baseTest.after.always(async () => {
  await browser?.close();
  await served?.close();
  rmSync(folder, { recursive: true });
});

const VIEWS: readonly (readonly [name: string, path: string, heading: RegExp])[] = [
  ['overview', '/', /^Overview$/],
  ['vats', '/vats', /^Vats$/],
  ['vat', '/vats/v1', /^v1 alice$/],
  ['hostile-vat', '/vats/v3', /^v3 <b onmouseover/],
  ['clist', '/vats/v1/clist', /^v1 alice$/],
  ['transcript', '/vats/v2/transcript', /^v2 bob$/],
  ['objects', '/objects', /^Objects$/],
  ['promises', '/promises', /^Promises$/],
  ['queue', '/queue', /^Queue$/],
  ['object', '/ref/ko23', /^ko23$/],
  ['gone', '/ref/ko999', /^ko999$/],
  ['graph', '/graph?ref=ko23', /^Graph$/],
  ['timeline', '/timeline', /^Timeline$/],
  ['crank', '/crank/17', /^Crank 17$/],
  ['sql', '/sql?q=SELECT+*+FROM+holders+ORDER+BY+kref', /^SQL$/],
];

const open = async (t: ExecutionContext, look: Look, start = '/'): Promise<{ page: Page; complaints: string[] }> => {
  const seen = await openPage(browser, look);
  t.teardown(() => seen.page.context().close());
  await seen.page.goto(`${served.url.slice(0, -1)}${start}`);
  await settle(seen.page);
  return seen;
};

const WIDE: Look = { width: 1400, scheme: 'light' };

test('each view is whole, wide and narrow, light and dark, and shows hostile texts as texts', async t => {
  const { page, complaints } = await open(t, WIDE);
  for (const [name, address, heading] of VIEWS) {
    await page.goto(`${served.url.slice(0, -1)}${address}`);
    await settle(page);
    t.regex((await page.textContent('main h1')) ?? '', heading, name);
    t.is(await page.locator('main img, main script, main b[onmouseover]').count(), 0, name);
    t.not(await page.title(), '1', name);
    for (const width of [1400, 400]) {
      await page.setViewportSize({ width, height: 900 });
      for (const scheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme: scheme });
        t.is(await findOverflow(page), 0, `${name} at ${width}`);
        await shoot(page, `${name}-${width}-${scheme}`);
      }
    }
  }
  // The browser itself says that what is gone was not found.
  t.deepEqual(
    complaints.filter(text => !/status of 404/.test(text)),
    [],
  );
  await page.goto(`${served.url}vats/v2/transcript`);
  await settle(page);
  t.regex((await page.textContent('main')) ?? '', /<img src=x onerror=/);
});

test('an address that somebody else wrote is shown as visibly, and one that is no text is asked as it is', async t => {
  const { page } = await open(t, WIDE);
  const headingAt = async (address: string): Promise<string> => {
    await page.goto(`${served.url.slice(0, -1)}${address}`);
    await settle(page);
    return (await page.textContent('main h1')) ?? '';
  };
  t.is(await headingAt('/ref/ko20%E2%80%AE%E2%80%8Bx'), 'ko20\\u{202e}\\u{200b}x');
  t.is(await headingAt('/vats?named=%E2%80%AEx'), '\\u{202e}x');
  t.is(await headingAt('/ref/%E0%A4%A'), '%E0%A4%A');
  t.regex((await page.textContent('.trouble')) ?? '', /is no ref/);
});

test('links lead from the vats to a thing, what holds it, its graph, and back', async t => {
  const { page, complaints } = await open(t, WIDE, '/vats');
  await page.click('main td a[href="/vats/v1"]');
  await page.click('main .tabs a[href="/vats/v1/clist"]');
  await page.click('main td a[href="/ref/ko23"]');
  await page.waitForSelector('.why .step.end');
  t.regex((await page.textContent('.why')) ?? '', /heap of v1 \(alice\)/);
  await page.click('main .tabs a[href="/graph?ref=ko23"]');
  await page.waitForSelector('svg.graph .node');
  t.is(new URL(page.url()).pathname, '/graph');
  await page.goBack();
  await page.waitForSelector('.why .step.end');
  t.is(new URL(page.url()).pathname, '/ref/ko23');
  t.deepEqual(complaints, []);
});

test('filters select, and are part of the address', async t => {
  const { page } = await open(t, WIDE, '/objects');
  const all = await page.locator('main tbody tr').count();
  await page.fill('main input[name=owner]', 'bob');
  await page.keyboard.press('Enter');
  await until(page, `document.querySelectorAll('main tbody tr').length < ${all}`);
  t.is(new URL(page.url()).searchParams.get('owner'), 'bob');
  await page.selectOption('main select[name=state]', 'root');
  await until(page, `document.querySelectorAll('main tbody tr').length === 1`);
  t.is(new URL(page.url()).search, '?owner=bob&state=root');
  await page.reload();
  await settle(page);
  t.is(await page.locator('main tbody tr').count(), 1);
  await page.fill('main input[name=owner]', 'nobody');
  await page.keyboard.press('Enter');
  t.regex((await page.textContent('main .trouble')) ?? '', /there is no vat "nobody"/);
});

test('the keyboard leads everywhere', async t => {
  const { page, complaints } = await open(t, WIDE);
  const isAt = (where: string): Promise<void> => page.waitForURL(url => url.pathname === where);
  for (const [keys, where] of [
    ['gv', '/vats'],
    ['gb', '/objects'],
    ['gp', '/promises'],
    ['gq', '/queue'],
    ['gg', '/graph'],
    ['gt', '/timeline'],
    ['gs', '/sql'],
    ['go', '/'],
  ] as const) {
    for (const key of keys) await page.keyboard.press(key);
    await isAt(where);
    await settle(page);
  }
  await page.keyboard.press('?');
  t.true(await page.locator('dialog#keys').isVisible());
  await page.keyboard.press('Escape');
  t.false(await page.locator('dialog#keys').isVisible());
  for (const key of 'gb') await page.keyboard.press(key);
  await isAt('/objects');
  await settle(page);
  await page.keyboard.press('/');
  t.is(await page.evaluate(`document.activeElement.getAttribute('name')`), 'owner');
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  await page.keyboard.press('ArrowDown');
  const href = await page.evaluate(`document.activeElement.getAttribute('href')`);
  t.is(href, '/ref/ko21');
  const outline = await page.evaluate(`getComputedStyle(document.activeElement).outlineStyle`);
  t.is(outline, 'solid');
  await page.keyboard.press('Enter');
  await isAt('/ref/ko21');
  await page.keyboard.press('.');
  await page.keyboard.type('bob');
  await page.keyboard.press('Enter');
  await isAt('/vats/v2');
  await page.keyboard.press('.');
  await page.keyboard.type('#17');
  await page.keyboard.press('Enter');
  await isAt('/crank/17');
  await settle(page);
  await page.keyboard.press(']');
  await isAt('/crank/18');
  t.deepEqual(complaints, []);
});

test('the graph grows by clicks and keys until the ring is drawn', async t => {
  const { page, complaints } = await open(t, WIDE, '/graph?ref=ko23');
  await page.waitForSelector('svg.graph .node');
  const count = await page.locator('svg.graph .node').count();
  await page.click('svg.graph .node[data-node="heap v1"]');
  await until(page, `document.querySelectorAll('svg.graph .node').length > ${count}`);
  await page.focus('svg.graph .node[data-node="heap v2"]');
  await page.keyboard.press('Enter');
  await until(
    page,
    `[...document.querySelectorAll('svg.graph .edge title')].some(title => title.textContent.startsWith('heap v2 holds v1 o+1'))`,
  );
  const titles = await page.locator('svg.graph .edge title').allTextContents();
  const edges = titles.map(title => /^(.*) holds (.*?): /.exec(title)?.slice(1) ?? []);
  const isHeld = (from: string, to: string): boolean => edges.some(([holder, held]) => holder === from && held === to);
  t.true(
    isHeld('heap v1', 'v2 o+1') && isHeld('v2 o+1', 'heap v2') && isHeld('heap v2', 'v1 o+1') && isHeld('v1 o+1', 'heap v1'),
  );
  await page.click('svg.graph .node[data-node="v2 o+1"]');
  await page.click('text=Why it is alive');
  await page.waitForSelector('svg.graph .edge.on-path');
  await page.click('text=The same as a table');
  t.is(await page.locator('.drawn tbody tr').count(), await page.locator('svg.graph .edge').count());
  await shoot(page, 'graph-ring');
  t.deepEqual(complaints, []);
});

test('the timeline leads to cranks, and a question in SQL to refs', async t => {
  const { page } = await open(t, WIDE, '/timeline');
  t.true((await page.locator('.swimlanes path.hop:not(.stub)').count()) >= 3);
  await page.focus('.swimlanes a.mark[href="/crank/17"]');
  t.regex((await page.textContent('.pointed')) ?? '', /v2 o\+0\.hear\(/);
  await page.keyboard.press('Enter');
  await page.waitForURL(url => url.pathname === '/crank/17');
  await settle(page);
  await page.click('main section td a[href^="/crank/"]');
  await page.waitForURL(url => url.pathname === '/crank/16');
  await page.goto(`${served.url}sql`);
  await page.fill('textarea', `SELECT kref, '<i>' AS "<b>" FROM objects ORDER BY kref`);
  await page.keyboard.press('Control+Enter');
  await page.waitForSelector('main tbody tr');
  t.is(await page.textContent('main thead th:nth-child(2)'), '<b>');
  await page.click('main tbody tr:first-child a');
  await page.waitForURL(url => url.pathname === '/ref/ko20');
  await page.goto(`${served.url}sql`);
  await page.fill('textarea', 'DELETE FROM vats');
  await page.click('text=Ask');
  t.regex((await page.textContent('.trouble')) ?? '', /only SELECT/);
});

test('looking back goes with the reader from view to view, until it ends', async t => {
  const database = join(makeFolder(t), 'history.sqlite');
  const kernel = await openKernel({ ...OPTIONS, database, console: 'silent', history: 'all' });
  await talk(kernel);
  await kernel.close();
  const past = await serveFor(t, database);
  const { page, complaints } = await openPage(browser, { width: 400, scheme: 'dark' });
  t.teardown(() => page.context().close());
  await page.goto(`${past.url}crank/12`);
  await until(page, `document.querySelectorAll('main section td').length > 3`);
  await shoot(page, 'crank-changes-400-dark');
  await page.click('text=What was after it');
  await page.waitForSelector('.past');
  t.is(new URL(page.url()).search, '?at=12');
  for (const key of 'gb') await page.keyboard.press(key);
  await page.waitForURL(url => url.pathname === '/objects' && url.search === '?at=12');
  await settle(page);
  t.is(await page.locator('main tbody tr').count(), 3);
  t.is(await findOverflow(page), 0);
  await shoot(page, 'looking-back-400-dark');
  const hrefs = (await page.evaluate(
    `[...document.querySelectorAll('a[href^="/"]')].map(link => [link.textContent.trim(), link.getAttribute('href')])`,
  )) as [string, string][];
  t.true(hrefs.length > 12);
  for (const [text, href] of hrefs) {
    t.is(new URL(href, past.url).searchParams.get('at'), text === 'Back to now' ? null : '12', `${text}: ${href}`);
  }
  const [tab] = await Promise.all([
    page.context().waitForEvent('page'),
    page.click('main td a[href^="/ref/"]', { modifiers: ['Control'] }),
  ]);
  await tab.waitForSelector('.past');
  await settle(tab);
  t.regex(new URL(tab.url()).pathname, /^\/ref\/ko/);
  t.regex((await tab.textContent('.past')) ?? '', /As it was after crank 12/);
  await tab.close();
  await page.click('.past button[aria-label="one crank later"]');
  await page.waitForURL(url => url.search === '?at=13');
  await page.click('text=Back to now');
  await page.waitForURL(url => url.search === '');
  await until(page, `document.querySelectorAll('main tbody tr').length === 6`);
  t.is(await page.locator('.past').count(), 0);
  t.deepEqual(complaints, []);
});

test('views change with a kernel that runs, and stay where they were', async t => {
  const database = join(makeFolder(t), 'running.sqlite');
  const kernel = await openKernel({ ...OPTIONS, database, console: 'silent' });
  t.teardown(() => kernel.close());
  const running = await serveFor(t, database);
  const { page, complaints } = await openPage(browser, { width: 400, scheme: 'light' });
  t.teardown(() => page.context().close());
  await page.goto(running.url);
  await settle(page);
  await page.waitForSelector('.following.live');
  await page.evaluate('window.scrollTo(0, 300)');
  await talk(kernel);
  const { body } = await ask(running.port, 'state');
  await until(page, `document.querySelector('.tile .value').textContent.startsWith('${body.cranks}')`);
  t.true((await page.locator('.tile .growth').count()) > 0);
  t.is(await page.evaluate('window.scrollY'), 300);
  t.deepEqual(complaints, []);
});
