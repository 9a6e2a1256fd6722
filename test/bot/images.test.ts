import { describe, expect, it } from 'vitest';
import { startSmallBot } from '../fakes/small-bot.ts';

const mega = 1024 * 1024;
const image = (megabytes: number) => new Uint8Array(megabytes * mega);
const full = { problem: { code: 'IMAGES_FULL' } };

describe('the images of pinned messages', () => {
  it('are kept up to eight megabytes each', async () => {
    const { bot } = await startSmallBot();
    await expect(bot.chat.keepImage(image(8))).resolves.toBeDefined();
    await expect(bot.chat.keepImage(new Uint8Array(8 * mega + 1))).rejects.toMatchObject({
      problem: { code: 'IMAGE_TOO_LARGE', facts: { bytes: 8 * mega + 1, most: 8 * mega } },
    });
  });

  it('are kept up to so much a day, and again the day after', async () => {
    const { bot, clock } = await startSmallBot();
    let kept = 0;
    const fills = async () => {
      for (;;) {
        await bot.chat.keepImage(image(8));
        kept += 8;
      }
    };
    await expect(fills()).rejects.toMatchObject(full);
    const first = kept;
    expect(first).toBe(256);
    await clock.passes(24 * 3_600_000 - 1000);
    await expect(bot.chat.keepImage(image(8))).rejects.toMatchObject(full);
    await clock.passes(2000);
    await expect(fills()).rejects.toMatchObject(full);
    expect(kept).toBe(2 * first);
  });
});
