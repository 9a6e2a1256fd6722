import { expect } from 'vitest';
import { crashLooping } from './night/alertmanager.ts';
import { ana, ben, scenario } from './night/night.ts';

scenario(
  'whoever is woken reads what was deployed, what crashes, and what ended it the last time',
  async (night) => {
    const first = await night.crashLoop('checkout');
    night.passes(5_000);
    await first.shows('KNOWN', 'This alert is new here', 'exit code 1', 'printed last');
    const plan = await first.plans(ana, 'rollback reason="1.9.0 crashes at its start"');
    await plan.press(ben, 'Approve');
    await plan.becomes('DONE');
    await night.alertStops();
    await first.shows('RESOLVED');

    night.passes(31 * 60_000);
    night.cluster.breaks('checkout');
    night.passes(60_000);
    await night.alertmanager.sends([crashLooping('checkout', 'checkout-1', night.clock.now())]);
    const second = await night.otherThread(first);
    night.passes(5_000);
    await second.shows(
      'checkout 1.8.2 → 1.9.0',
      'exit code 1',
      'The same alert before',
      'did `rollback',
      'done `op-',
    );
    expect(await second.says('KNOWN')).toBe(1);
  },
  { enriches: true },
);
