import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Card } from '../../../src/core/view/card.ts';
import { findChromium, startBrowser } from '../../fakes/browser.ts';
import { lineEntry } from '../../surfaces/console/sample-cards.ts';
import { type Stage, startStage } from '../../surfaces/console/stage.ts';

export const chromium = findChromium();
export const why = chromium === undefined ? ' (skipped: no chromium in PATH)' : '';

export interface Tab {
  readonly page: Page;
  /** What the browser complained about: refused by the policy, thrown, or asked for elsewhere. */
  readonly complaints: string[];
}

/** One browser for a suite; what a test opens is closed after it. */
export function useBrowser() {
  let browser: Awaited<ReturnType<typeof startBrowser>> | undefined;
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

  async function openTab(url: string, options: BrowserContextOptions = {}): Promise<Tab> {
    if (browser === undefined) throw new Error('no browser');
    const viewport = { width: 1280, height: 900 };
    const context = await browser.newContext({ viewport, ...options });
    ends.push(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints = listenTo(page, new URL(url).origin);
    await page.goto(url);
    return { page, complaints };
  }

  async function openLive(url: string, options: BrowserContextOptions = {}): Promise<Tab> {
    const tab = await openTab(url, options);
    await tab.page.waitForSelector('.live[data-state="live"]');
    return tab;
  }

  return { stageUp, openTab, openLive, atEnd: (end: () => Promise<unknown>) => ends.push(end) };
}

function listenTo(page: Page, own: string): string[] {
  const complaints: string[] = [];
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
  return complaints;
}

export function focused(page: Page): Promise<string> {
  return page.evaluate('document.activeElement.id || document.activeElement.textContent.trim()');
}

export function ensureOperation(stage: Stage, card: Card) {
  const entry = { kind: 'card' as const, key: 'operation/op-41', card };
  return stage.console.surface.ensureEntry({
    incident: 'inc-1',
    place: '',
    root: 'inc-1',
    entry,
    ref: undefined,
  });
}

export function ensureLine(stage: Stage, key: string, words: string) {
  const entry = lineEntry(key, 9, words);
  return stage.console.surface.ensureEntry({
    incident: 'inc-1',
    place: '',
    root: 'inc-1',
    entry,
    ref: undefined,
  });
}
