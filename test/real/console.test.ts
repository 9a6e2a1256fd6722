import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createConsoleSessions } from '../../src/bot/surfaces/console/index.ts';
import type { Card } from '../../src/core/view/card.ts';
import { findChromium, startBrowser } from '../fakes/browser.ts';
import { cardSaying, hostileLabels } from '../surfaces/console/hostile-labels.ts';
import { createMemoryJournal } from '../surfaces/console/memory-journal.ts';
import {
  lineEntry,
  planCard,
  planHash,
  runningCard,
  sampleThread,
} from '../surfaces/console/sample-cards.ts';
import { type Stage, startStage } from '../surfaces/console/stage.ts';

const chromium = findChromium();
const why = chromium === undefined ? ' (skipped: no chromium in PATH)' : '';

let browser: Browser;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  if (chromium !== undefined) browser = await startBrowser(chromium);
});
afterAll(() => browser?.close());
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function stageUp(options: Parameters<typeof startStage>[0] = {}): Promise<Stage> {
  const stage = await startStage(options);
  ends.push(() => stage.close());
  return stage;
}

interface Tab {
  readonly page: Page;
  /** What the browser complained about: refused by the policy, thrown, or asked for elsewhere. */
  readonly complaints: string[];
}

async function openTab(url: string, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  ends.push(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  const own = new URL(url).origin;
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(own) && !request.url().startsWith('data:')) {
      complaints.push(`asked for ${request.url()}`);
    }
  });
  await page.goto(url);
  return { page, complaints };
}

async function openLive(url: string, options: BrowserContextOptions = {}): Promise<Tab> {
  const tab = await openTab(url, options);
  await tab.page.waitForSelector('.live[data-state="live"]');
  return tab;
}

function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.id || document.activeElement.textContent.trim()');
}

function ensureOperation(stage: Stage, card: Card) {
  const entry = { kind: 'card' as const, key: 'operation/op-41', card };
  return stage.console.surface.ensureEntry({
    incident: 'inc-1',
    root: 'inc-1',
    entry,
    ref: undefined,
  });
}

function ensureLine(stage: Stage, key: string, words: string) {
  const entry = lineEntry(key, 9, words);
  return stage.console.surface.ensureEntry({
    incident: 'inc-1',
    root: 'inc-1',
    entry,
    ref: undefined,
  });
}

describe.skipIf(chromium === undefined)(`the console in Chromium${why}`, () => {
  it('is used by keyboard alone', async () => {
    const stage = await stageUp();
    const { page, complaints } = await openLive(`${stage.url}/as/ben/incidents/inc-1`);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the content');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the command line');
    await page.keyboard.press('Enter');
    await page.waitForFunction('document.activeElement.id === "line"');

    // Completion: Tab takes what is suggested, arrows choose, and nothing is sent by that.
    await page.keyboard.type('rol');
    await page.waitForSelector('[role="option"]');
    await page.keyboard.press('Tab');
    expect(await page.inputValue('#line')).toBe('rollback checkout');
    expect(await focused(page)).toBe('line');
    await page.keyboard.press('Escape');
    await page.keyboard.type('r');
    await page.waitForSelector('[role="option"] >> nth=3');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const chosen = await page.getAttribute('#line', 'aria-activedescendant');
    expect(await page.textContent(`#${chosen} code`)).toBe('restart checkout');
    await page.keyboard.press('Enter');
    expect(await page.inputValue('#line')).toBe('restart checkout');
    expect(stage.desk.said).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.answer');
    expect(stage.desk.said.map((one) => one.line)).toEqual(['restart checkout']);
    expect(await page.textContent('#announcer')).toContain('REFUSED');
    expect(await page.inputValue('#line')).toBe('');

    // History.
    await page.keyboard.press('ArrowUp');
    expect(await page.inputValue('#line')).toBe('restart checkout');
    await page.keyboard.press('ArrowDown');
    expect(await page.inputValue('#line')).toBe('');

    // The answer is dismissed, the plan approved, without a mouse.
    await page.focus('main');
    for (let turn = 0; turn < 20 && (await focused(page)) !== 'Approve'; turn += 1) {
      await page.keyboard.press('Tab');
    }
    const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
    expect(outline).toBe('solid');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.answer >> nth=1');
    expect(stage.desk.pressed).toMatchObject([
      { press: { kind: 'approve', operation: 'op-41', hash: planHash }, actor: { person: 'ben' } },
    ]);
    await page.focus('.answer .dismiss');
    await page.keyboard.press('Escape');
    expect(await page.locator('.answer').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('shows what changes at once, to two people in two tabs', async () => {
    const stage = await stageUp();
    const ana = await openLive(`${stage.url}/as/ana/incidents/inc-1`);
    const ben = await openLive(`${stage.url}/as/ben/incidents/`);
    await ben.page.click('text=checkout is crash-looping');
    await ben.page.waitForSelector('.live[data-state="live"]');
    expect(await ben.page.inputValue('#person')).toBe('ben');
    await ensureLine(stage, 'line/new', 'the pods are ready');
    for (const { page } of [ana, ben]) await page.waitForSelector('text=the pods are ready');
    expect(await ana.page.textContent('#announcer')).toContain('the pods are ready');
    await ben.page.selectOption('#person', 'ana');
    await ben.page.waitForURL('**/as/ana/incidents/inc-1');
    expect([...ana.complaints, ...ben.complaints]).toEqual([]);
  });

  it('keeps a half-typed line, the focus and the caret while the page changes', async () => {
    const stage = await stageUp();
    const { page } = await openLive(`${stage.url}/as/ana/incidents/inc-1`);
    await page.focus('#line');
    await page.keyboard.type('rollback che');
    await page.keyboard.press('ArrowLeft');
    await ensureOperation(stage, runningCard);
    await ensureLine(stage, 'line/new', 'news');
    stage.desk.rows = stage.desk.rows.slice(1);
    await page.waitForFunction('document.querySelectorAll("[data-list=open] > li").length === 1');
    await page.waitForSelector('text=news');
    expect(await page.inputValue('#line')).toBe('rollback che');
    expect(await page.evaluate('document.activeElement.selectionStart')).toBe(11);
    await page.focus('text=All incidents');
    await ensureLine(stage, 'line/more', 'more news');
    await page.waitForSelector('text=more news');
    expect(await focused(page)).toBe('All incidents');
  });

  it('takes no press for a plan that has just changed under the finger', async () => {
    const stage = await stageUp();
    const { page } = await openLive(`${stage.url}/as/ben/incidents/inc-1`);
    await page.focus('text=Approve');
    const other = 'e'.repeat(64);
    await ensureOperation(stage, {
      ...planCard,
      title: ['another plan'],
      actions: planCard.actions.map((action) => ({
        ...action,
        press: { kind: 'approve', operation: 'op-41', hash: other },
      })),
    });
    await page.waitForSelector('text=another plan');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.tagName')).toBe('ARTICLE');
    expect(stage.desk.pressed).toEqual([]);
    // Once it can have been read, it can be pressed: Playwright waits until the button is enabled.
    await page.click('button:text("Approve")');
    await page.waitForSelector('.answer');
    expect(stage.desk.pressed).toMatchObject([{ press: { hash: other } }]);
  });

  it('comes back by itself with what it missed, also from a bot that has restarted', async () => {
    let stage = await stageUp();
    const port = Number(new URL(stage.url).port);
    const { page } = await openLive(`${stage.url}/as/ana/incidents/inc-1`);
    await stage.close();
    await page.waitForSelector('.live[data-state="lost"]');
    stage = await stageUp({ port });
    stage.desk.threads.set('inc-1', {
      ...sampleThread,
      entries: [...sampleThread.entries.slice(1), lineEntry('line/while', 9, 'meanwhile')],
    });
    await page.waitForSelector('text=meanwhile', { timeout: 20_000 });
    await page.waitForSelector('.live[data-state="live"]');
    expect(await page.locator('[data-key="line/1"]').count()).toBe(0);
    const keys = await page.evaluate(
      '[...document.querySelectorAll("#thread > *")].map((one) => one.dataset.key)',
    );
    expect(keys).toEqual(['root', 'line/2', 'operation/op-41', 'line/3', 'line/while']);
  });

  it('sends the same cause again when an answer is lost', async () => {
    const stage = await stageUp();
    const { page } = await openLive(`${stage.url}/as/ana/incidents/inc-1`);
    let cut = true;
    await page.route('**/inc-1', async (route) => {
      if (!cut || route.request().method() !== 'POST') return route.continue();
      cut = false;
      await route.fetch();
      return route.abort();
    });
    await page.fill('#line', 'status');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=The bot did not answer');
    expect(await page.inputValue('#line')).toBe('status');
    await page.focus('#line');
    await page.keyboard.press('Enter');
    await page.waitForSelector('text=Your approval was not taken');
    const causes = stage.desk.said.map((one) => one.cause);
    expect(causes).toHaveLength(2);
    expect(causes[0]).toBe(causes[1]);
  });

  it.each(['light', 'dark'] as const)(
    'can be read in %s: every text has contrast',
    async (colorScheme) => {
      const stage = await stageUp();
      const { page } = await openLive(`${stage.url}/as/ana/incidents/inc-1`, { colorScheme });
      await page.fill('#line', 'status');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.answer');
      const poor = (await page.evaluate(poorContrast)) as string[];
      expect(poor).toEqual([]);
      const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      expect(ground).toBe(colorScheme === 'light' ? 'rgb(246, 245, 242)' : 'rgb(19, 20, 22)');
    },
  );

  it('fits a phone of 360 pixels, whatever the words', async () => {
    const stage = await stageUp();
    const long = 'x'.repeat(300);
    stage.desk.threads.set('inc-long', {
      incident: 'inc-long',
      root: cardSaying(long),
      entries: [{ kind: 'card', key: long, card: { ...planCard, title: [long] } }],
    });
    const [row] = stage.desk.rows;
    if (row !== undefined) {
      stage.desk.rows = [{ ...row, mark: long, title: [long], service: long }, ...stage.desk.rows];
    }
    const viewport = { width: 360, height: 740 };
    for (const path of ['incidents/', 'incidents/inc-1', 'incidents/inc-long']) {
      const { page } = await openLive(`${stage.url}/as/ana/${path}`, { viewport });
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(
        360,
      );
      const box = await page.locator('#line').boundingBox();
      expect(box?.y).toBeGreaterThan(600);
      expect(await page.locator('#line').isVisible()).toBe(true);
    }
  });

  it('moves nothing for those who asked for less motion', async () => {
    const stage = await stageUp();
    const { page } = await openLive(`${stage.url}/as/ana/incidents/inc-1`, {
      reducedMotion: 'reduce',
    });
    const moving = await page.evaluate(
      '[...document.querySelectorAll("*")].filter((one) => parseFloat(getComputedStyle(one).transitionDuration) > 0).length',
    );
    expect(moving).toBe(0);
  });

  it('runs nothing of what hostile labels say', async () => {
    const stage = await stageUp();
    stage.desk.threads.set('inc-h', {
      incident: 'inc-h',
      root: cardSaying('tame'),
      entries: hostileLabels.map((word, index) => ({
        kind: 'card' as const,
        key: `operation/${index}`,
        card: cardSaying(word),
      })),
    });
    const { page, complaints } = await openLive(`${stage.url}/as/ana/incidents/inc-h`);
    for (const [index, word] of hostileLabels.entries()) {
      const entry = { kind: 'card' as const, key: `late/${index}`, card: cardSaying(word) };
      await stage.console.surface.ensureEntry({
        incident: 'inc-h',
        root: 'inc-h',
        entry,
        ref: undefined,
      });
    }
    await page.waitForSelector(`[data-key="late/${hostileLabels.length - 1}"]`);
    expect(
      await page.locator('#thread script, #thread img, #thread iframe, #thread style').count(),
    ).toBe(0);
    expect(await page.locator('#thread > article').count()).toBe(1 + 2 * hostileLabels.length);
    expect(complaints).toEqual([]);
  });

  it('can be read and used without its script', async () => {
    const stage = await stageUp();
    const { page } = await openTab(`${stage.url}/as/ben/incidents/inc-1`, {
      javaScriptEnabled: false,
    });
    await page.fill('#line', 'status');
    await page.click('text=Send');
    expect(await page.textContent('.answer')).toContain('APPROVE_OWN_REQUEST');
    await page.click('button:text("Approve")');
    expect(stage.desk.said).toMatchObject([{ line: 'status', actor: { person: 'ben' } }]);
    expect(stage.desk.pressed).toMatchObject([{ press: { kind: 'approve', hash: planHash } }]);
    expect(await page.textContent('#thread')).toContain('rollback checkout');
  });
});

describe.skipIf(chromium === undefined)(`signing in with Chromium${why}`, () => {
  async function guarded() {
    const journal = createMemoryJournal(Date.now);
    const sessions = createConsoleSessions({
      journal,
      person: (id) => (id === 'ana' ? { id, name: 'Ana' } : undefined),
      now: Date.now,
      random: randomBytes,
    });
    const stage = await stageUp({ access: { kind: 'sessions', sessions }, now: Date.now });
    const token = async () => (await sessions.makeLink('ana', 'host'))?.token ?? '';
    return { stage, sessions, token };
  }

  /** Another site, as far as the browser is concerned: another host name. */
  async function otherSite(body: string): Promise<string> {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end(body);
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    ends.push(async () => {
      server.closeAllConnections();
      server.close();
    });
    return `http://localhost:${(server.address() as AddressInfo).port}/`;
  }

  it('takes a press, leaves no token in the address, and keeps a Secure cookie on plain loopback', async () => {
    const { stage, token } = await guarded();
    const link = `${stage.url}/sign-in#${await token()}`;
    const { page, complaints } = await openTab(link);
    await page.waitForSelector('text=Sign in as Ana');
    expect(page.url()).toBe(`${stage.url}/sign-in`);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${stage.url}/incidents/`);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({
      name: '__Host-tocsin',
      secure: true,
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
    });
    await page.click('text=checkout is crash-looping');
    await page.click('button:text("Approve")');
    await page.waitForSelector('.answer');
    expect(stage.desk.pressed).toMatchObject([{ actor: { person: 'ana', via: 'session' } }]);
    await page.click('summary');
    await page.click('button:text-is("Sign out")');
    await page.waitForURL(`${stage.url}/sign-in`);
    expect(complaints).toEqual([]);
    await page.goto('about:blank');
    await page.goto(link);
    await page.waitForSelector('text=This link has been used already.');
  });

  it('ends at once in the tab of somebody whose sessions are revoked', async () => {
    const { stage, sessions, token } = await guarded();
    const { page } = await openTab(`${stage.url}/sign-in#${await token()}`);
    await page.click('text=Sign in as Ana');
    await page.waitForSelector('.live[data-state="live"]');
    await sessions.revokeAll('ana', 'host');
    await stage.console.checkStreams();
    await page.waitForURL(`${stage.url}/sign-in`);
  });

  it('lets a link in chat lead to the incident, and no foreign form press anything', async () => {
    const { stage, token } = await guarded();
    const { page } = await openTab(`${stage.url}/sign-in#${await token()}`);
    await page.click('text=Sign in as Ana');
    await page.waitForURL(`${stage.url}/incidents/`);
    const fields = Object.entries({
      kind: 'approve',
      operation: 'op-41',
      hash: planHash,
      shown: 'a'.repeat(64),
      cause: 'aaaaaaaa',
    }).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
    const evil = await otherSite(`<a href="${stage.url}/incidents/inc-1">incident</a>
      <form method="post" action="${stage.url}/incidents/inc-1">${fields.join('')}<button>win</button></form>
      <iframe src="${stage.url}/incidents/inc-1"></iframe>`);
    await page.goto(evil);
    await page.click('text=win');
    await page.waitForLoadState();
    expect(await page.textContent('body')).toContain('CONSOLE_WRONG_ORIGIN');
    expect(stage.desk.pressed).toEqual([]);
    await page.goto(evil);
    const frame = page.frames().find((one) => one !== page.mainFrame());
    expect(await frame?.locator('article').count()).toBe(0);
    await page.click('text=incident');
    await page.waitForSelector('text=checkout is crash-looping');
    expect(page.url()).toBe(`${stage.url}/incidents/inc-1`);
  });
});

/** Runs in the page: every visible text against what stands behind it, by WCAG 2.2 (4.5, and 3 for large text). */
const poorContrast = `(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const color = channels(getComputedStyle(one).backgroundColor);
      if (color[3] === undefined || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const element of document.querySelectorAll('body *')) {
    const words = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join('');
    const style = getComputedStyle(element);
    if (words === '' || !element.checkVisibility({ opacityProperty: true }) || style.fontSize === '0px' || element.closest('.banner, option')) continue;
    const [a, b] = [luminance(channels(style.color)), luminance(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) poor.push(words.slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return poor;
})()`;
