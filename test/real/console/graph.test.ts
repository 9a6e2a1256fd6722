import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { goldenFile } from '../../bot/graphs/golden.ts';
import { sampleThread } from '../../surfaces/console/sample-cards.ts';
import { chromium, useBrowser, why } from './tab.ts';

const { stageUp, openLive } = useBrowser();
const picture = { light: 'a'.repeat(64), dark: 'b'.repeat(64), alt: 'it rose from 1 % to 23 %' };

describe.skipIf(chromium === undefined)(`a graph in Chromium${why}`, () => {
  it.each([
    ['light', { width: 1200, height: 900 }],
    ['dark', { width: 360, height: 740 }],
  ] as const)('is seen whole on %s ground', async (colorScheme, viewport) => {
    const stage = await stageUp();
    stage.desk.pictures.set(picture.light, readFileSync(goldenFile('one', 'light')));
    stage.desk.pictures.set(picture.dark, readFileSync(goldenFile('one', 'dark')));
    const text = ['Graph of HighErrorRate: it rose from 1 % to 23 %'];
    const line = {
      kind: 'line',
      key: 'line/9',
      at: Date.UTC(2026, 10, 20, 14, 6),
      text,
      picture,
    } as const;
    stage.desk.threads.set('inc-1', { ...sampleThread, entries: [...sampleThread.entries, line] });
    const { page } = await openLive(`${stage.url}/as/ana/incidents/inc-1`, {
      colorScheme,
      viewport,
    });
    const image = page.locator('.graph img');
    await image.scrollIntoViewIfNeeded();
    await page.waitForFunction('document.querySelector(".graph img").naturalWidth > 0');
    const shown = await image.evaluate((one) =>
      'currentSrc' in one ? String(one.currentSrc) : '',
    );
    expect(shown).toContain(colorScheme === 'light' ? picture.light : picture.dark);
    const box = await image.boundingBox();
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(viewport.width);
    expect(await image.getAttribute('alt')).toBe(picture.alt);
  });
});
