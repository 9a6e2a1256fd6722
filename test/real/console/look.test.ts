import { describe, expect, it } from 'vitest';
import { cardSaying, hostileLabels } from '../../support/hostile-labels.ts';
import { planCard, planHash } from '../../surfaces/console/sample-cards.ts';
import { poorContrast } from './contrast.ts';
import { chromium, useBrowser, why } from './tab.ts';

const { stageUp, openTab, openLive } = useBrowser();

describe.skipIf(chromium === undefined)(`the look of the console in Chromium${why}`, () => {
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
        place: '',
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
