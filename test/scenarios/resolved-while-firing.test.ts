import { expect } from 'vitest';
import { crashLooping } from './night/alertmanager.ts';
import { ana, scenario } from './night/night.ts';

scenario(
  'who closes over firing alerts says why, and the next delivery opens it again',
  async (night) => {
    const began = night.clock.now();
    const thread = await night.crashLoop('checkout');
    expect(await thread.hears(ana, 'resolve')).toMatch(/REASON_REQUIRED_WHILE_FIRING|reason/);
    expect(await thread.says('RESOLVED')).toBe(0);

    await thread.hears(ana, 'resolve reason="known, mended at ten"');
    await thread.shows(
      'Ana resolved it over 1 firing alert',
      ': known, mended at ten',
      'the next delivery that says so opens it again',
    );

    const alert = crashLooping('checkout', 'checkout-1', began);
    await night.alertmanager.sends([alert]);
    await thread.shows('Opened again: its alerts never stopped', 'CRITICAL');
    expect(await night.threads()).toBe(1);
  },
);
