import { expect } from 'vitest';
import { crashLooping } from './night/alertmanager.ts';
import { scenario } from './night/night.ts';
import { fakeSource } from './night/source.ts';

const source = fakeSource('alertmanager/main');

scenario(
  'a body that was cut off closes nothing and has the source asked',
  async (night) => {
    const began = night.clock.now();
    const one = crashLooping('checkout', 'checkout-1', began);
    const two = crashLooping('checkout', 'checkout-2', began);
    await night.alertmanager.sends([one]);
    const thread = await night.thread('checkout');
    source.fires([one, two]);

    await night.alertmanager.sends([{ ...one, endsAt: began + 1000 }], { truncated: 1 });
    await thread.shows('cut off', 'nothing closes by itself until they are known');
    expect(await thread.says('RESOLVED')).toBe(0);

    night.passes(2000);
    await source.wasAsked(1);
    await thread.shows('1 alert');
    expect(await thread.says('RESOLVED')).toBe(0);

    await night.alertmanager.sends([
      { ...one, endsAt: began + 1000 },
      { ...two, endsAt: began + 2000 },
    ]);
    source.fires([]);
    night.passes(2000);
    await thread.shows('RESOLVED');
  },
  { sources: [source] },
);
