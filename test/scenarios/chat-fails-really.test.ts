import { describe, it } from 'vitest';
import { turningClock } from '../fakes/turning-clock.ts';
import { failingDiscord } from './platforms/discord.ts';
import { playsThrough } from './platforms/failing.ts';
import { failingSlack } from './platforms/slack.ts';

/** The same evening as in `chat-fails`, with the real clients against services that fail. */
describe('when thirty of a hundred calls fail for two minutes', () => {
  it('every thread on Slack shows what it should afterwards, once', async () => {
    const platform = await failingSlack(turningClock());
    await playsThrough(platform, 1);
    await platform.close();
  }, 120_000);

  it('every thread on Discord shows what it should afterwards, once', async () => {
    const platform = await failingDiscord(turningClock());
    await playsThrough(platform, 1);
    await platform.close();
  }, 120_000);
});
