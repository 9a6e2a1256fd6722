import { expect } from 'vitest';
import { crashLooping } from './night/alertmanager.ts';
import { scenario } from './night/night.ts';

scenario('what fires again within half an hour goes on in the same thread', async (night) => {
  const thread = await night.crashLoop('checkout');
  await night.alertStops();
  await thread.shows('RESOLVED');

  night.passes(29 * 60_000);
  await night.alertmanager.sends([crashLooping('checkout', 'checkout-1', night.clock.now())]);
  await thread.shows('Opened again: it fires again');
  expect(await night.threads()).toBe(1);
});

scenario('what fires again later is an incident of its own', async (night) => {
  const first = await night.crashLoop('checkout');
  await night.alertStops();
  await first.shows('RESOLVED');

  night.passes(31 * 60_000);
  await night.alertmanager.sends([crashLooping('checkout', 'checkout-1', night.clock.now())]);
  const second = await night.otherThread(first);
  await second.shows('CRITICAL');
  expect(await first.says('Opened again')).toBe(0);
});

scenario('coming and going is one card that counts, not a line each time', async (night) => {
  const thread = await night.crashLoop('checkout');
  for (let round = 1; round <= 8; round += 1) {
    await night.alertStops();
    night.passes(10_000);
    await night.alertTells('checkout');
    night.passes(10_000);
  }
  await thread.shows('FLAPPING', 'It has stopped and fired again 8 times');
  expect(await thread.says('Opened again')).toBeLessThanOrEqual(3);
  expect(await thread.says('FLAPPING')).toBe(1);
});

scenario('a delivery that came twice says nothing twice', async (night) => {
  const alert = crashLooping('checkout', 'checkout-1', night.clock.now());
  await Promise.all([
    night.alertmanager.sends([alert]),
    night.alertmanager.sends([alert]),
    night.alertmanager.sends([alert]),
  ]);
  await night.thread('checkout');
  await night.alertmanager.sends([alert]);
  await night.journal.tells('IncidentOpened AlertsFired');
});
