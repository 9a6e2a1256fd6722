import { describe, expect, it } from 'vitest';
import {
  lineEntry,
  planCard,
  planHash,
  runningCard,
  sampleThread,
} from '../../surfaces/console/sample-cards.ts';
import { chromium, ensureLine, ensureOperation, focused, useBrowser, why } from './tab.ts';

const { stageUp, openLive } = useBrowser();

describe.skipIf(chromium === undefined)(`the console in Chromium${why}`, () => {
  it('is used by keyboard alone', async () => {
    const stage = await stageUp();
    const { page, complaints } = await openLive(`${stage.url}/as/ben/incidents/inc-1`);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the content');
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('Skip to the command line');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#line:focus');

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
    await page.waitForSelector('[data-list="open"] [data-key="inc-1"]', { state: 'detached' });
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

  it('sends another line under another cause, though the answer to the first was lost', async () => {
    const stage = await stageUp();
    const { page } = await openLive(`${stage.url}/as/ana/incidents/inc-1`);
    let cut = true;
    await page.route('**/inc-1', async (route) => {
      if (!cut || route.request().method() !== 'POST') return route.continue();
      cut = false;
      await route.fetch();
      return route.abort();
    });
    for (const line of ['status', 'who']) {
      await page.fill('#line', line);
      await page.press('#line', 'Enter');
      await page.waitForSelector(
        `text=${line === 'who' ? 'Your approval was not taken' : 'did not answer'}`,
      );
    }
    const [first, second] = stage.desk.said;
    expect([first?.line, second?.line]).toEqual(['status', 'who']);
    expect(first?.cause).not.toBe(second?.cause);
  });
});
