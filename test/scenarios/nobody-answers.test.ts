import { expect } from 'vitest';
import { ana, scenario } from './night/night.ts';

scenario(
  'a critical incident that nobody acknowledges is said once more, and only once',
  async (night) => {
    const thread = await night.crashLoop('checkout');
    await thread.shows('@sre', 'a critical incident');
    expect(await thread.says('nobody has acknowledged')).toBe(0);

    night.passes(5 * 60_000);
    await thread.shows('nobody has acknowledged this yet');
    night.passes(60 * 60_000);
    await night.crashAndRestart();
    night.passes(60 * 60_000);
    await thread.hears(ana, 'ack');
    await thread.shows('Ana acknowledged');
    expect(await thread.says('nobody has acknowledged')).toBe(1);
    expect(await thread.says('a critical incident')).toBe(1);
  },
);
