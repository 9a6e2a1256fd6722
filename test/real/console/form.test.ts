import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Counter, openCounter } from '../../handlers/desk.ts';
import { consoleDeskOf } from '../../support/console-desk.ts';
import { poorContrast } from './contrast.ts';
import { chromium, focused, useBrowser, why } from './tab.ts';

const { stageUp, openTab, openLive } = useBrowser();

describe.skipIf(chromium === undefined)(`a form in Chromium${why}`, () => {
  let counter: Counter;
  let incident: string;
  beforeEach(async () => {
    counter = await openCounter();
    incident = await counter.incident();
  });
  afterEach(() => counter.bot.close());

  const open = async (how: typeof openTab, options: Parameters<typeof openTab>[1] = {}) => {
    const stage = await stageUp({ desk: consoleDeskOf(counter.bot) });
    return how(`${stage.url}/as/ana/incidents/${incident}`, options);
  };

  it('is filled in by keyboard alone, and the page stays', async () => {
    const { page, complaints } = await open(openLive);
    await page.focus('#line');
    await page.keyboard.type('scale checkout many');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.fill');
    const at = () => page.evaluate('document.activeElement.name');
    expect(await at()).toBe('field.replicas');
    expect(await page.textContent('.fill .fault')).toContain('is not a number: "many"');
    expect(await page.textContent('#announcer')).toContain('scale is not right yet');
    expect(await page.inputValue('#line')).toBe('');

    // Nothing is sent while something is missing: the browser says so at the field.
    await page.keyboard.press('Enter');
    expect(await at()).toBe('field.replicas');
    await page.keyboard.type('6');
    await page.keyboard.press('Tab');
    await page.keyboard.type('prod');
    await page.keyboard.press('Tab');
    await page.keyboard.type('it is slow');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.fill', { state: 'detached' });
    await page.waitForSelector('text=The plan is ready');
    expect(await page.textContent('.answer .asked')).toContain(
      'scale checkout 6 env=production reason="it is slow"',
    );
    expect(await page.locator('.answer').count()).toBe(1);
    expect(await page.evaluate('document.activeElement.closest(".answer") !== null')).toBe(true);
    expect(counter.drafts).toMatchObject([{ args: { replicas: 6 } }]);

    await page.focus('#line');
    await page.keyboard.type('restart');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.fill');
    await page.keyboard.press('Escape');
    await page.waitForSelector('.fill', { state: 'detached' });
    expect(await focused(page)).not.toBe('');
    expect(complaints).toEqual([]);
  });

  it('is asked again in its place while something is wrong, and waits while others answer', async () => {
    const { page } = await open(openLive);
    const say = async (line: string) => {
      await page.fill('#line', line);
      await page.press('#line', 'Enter');
      await expect.poll(() => page.inputValue('#line')).toBe('');
    };
    await say('scale');
    await page.fill('[name="field.reason"]', 'half a sentence');
    for (const line of ['who', 'status', 'help', 'locks', 'who', 'status']) await say(line);
    expect(await page.inputValue('[name="field.reason"]')).toBe('half a sentence');
    await page.fill('[name="field.replicas"]', 'six');
    await page.selectOption('[name="field.env"]', 'production');
    await page.click('.fill button');
    await page.waitForSelector('.fill .fault');
    expect(await page.locator('.fill').count()).toBe(1);
    expect(await page.inputValue('[name="field.reason"]')).toBe('half a sentence');
    expect(await page.inputValue('[name="field.env"]')).toBe('production');
  });

  it('keeps what was typed when the answer is lost, and asks once', async () => {
    const { page } = await open(openLive);
    await page.fill('#line', 'scale');
    await page.press('#line', 'Enter');
    await page.fill('[name="field.replicas"]', '6');
    await page.selectOption('[name="field.env"]', 'production');
    let cut = true;
    await page.route(`**/${incident}`, async (route) => {
      if (!cut) return route.continue();
      cut = false;
      await route.fetch();
      return route.abort();
    });
    await page.click('.fill button');
    await page.waitForSelector('text=The bot did not answer');
    expect(await page.inputValue('[name="field.replicas"]')).toBe('6');
    await page.click('.fill button');
    await page.waitForSelector('text=The plan is ready');
    expect(await page.locator('text=The bot did not answer').count()).toBe(0);
    expect(counter.bot.engine.readings.operations.size).toBe(1);
  });

  it.each(['light', 'dark'] as const)(
    'can be read in %s and fits a phone of 360 pixels',
    async (colorScheme) => {
      const viewport = { width: 360, height: 740 };
      const { page } = await open(openLive, { viewport, colorScheme });
      await page.fill('#line', `scale checkout ${'9'.repeat(200)}`);
      await page.press('#line', 'Enter');
      await page.waitForSelector('.fill .fault');
      expect(await page.evaluate(poorContrast)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      for (const one of await page.locator('.fill input, .fill select, .fill button').all()) {
        if (!(await one.isVisible())) continue;
        const box = await one.boundingBox();
        expect(box?.height).toBeGreaterThanOrEqual(44);
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(360);
      }
    },
  );

  it('works without the script', async () => {
    const { page } = await open(openTab, { javaScriptEnabled: false });
    await page.fill('#line', 'scale');
    await page.click('.prompt button');
    await page.waitForSelector('.fill');
    expect(await page.locator('[name="field.replicas"]:focus').count()).toBe(1);
    expect(await page.locator('.dismiss').isVisible()).toBe(false);
    await page.fill('[name="field.replicas"]', '6');
    await page.selectOption('[name="field.env"]', 'production');
    await page.click('.fill button');
    await page.waitForSelector('text=The plan is ready');
    expect(counter.drafts).toMatchObject([{ args: { replicas: 6 } }]);
  });
});
