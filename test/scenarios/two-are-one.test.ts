import { expect } from 'vitest';
import { crashLooping } from './night/alertmanager.ts';
import { ana, ben, type Night, scenario } from './night/night.ts';
import type { NightThread } from './night/thread.ts';

scenario('two incidents that are one are merged, and split again', async (night) => {
  const one = await night.crashLoop('checkout');
  const two = await night.crashLoop('worker');
  const [into, from] = [await idOf(one), await idOf(two)];
  expect(await two.hears(ana, `merge ${into} reason="one bad node"`)).toContain('goes on for both');
  await two.shows('MERGED', into, 'one bad node');
  await one.shows('2 alerts firing', from, 'one bad node');

  // Whoever reads the old thread is told where it goes on; nothing is done twice, or in the wrong place.
  expect(await two.hears(ben, 'ack')).toContain('INCIDENT_MERGED');
  expect(await two.hears(ben, 'restart worker')).toContain('INCIDENT_MERGED');
  await one.hears(ben, 'ack');
  await night.crashAndRestart();

  // What its group says next is said of the one that goes on, and both have to stop.
  await workerFires(night, 'worker-2');
  await one.shows('3 alerts firing');
  await night.alertStops('checkout');
  await one.shows('2 of 3 alerts firing');
  expect(await one.says('Resolved')).toBe(0);

  expect(await one.hears(ana, `split ${from}`)).toContain('of its own');
  await two.shows('2 alerts firing', 'an incident of its own after all');
  await one.shows('RESOLVED');
  await two.hears(ben, 'ack');
  await two.shows('Ben acknowledged');
  expect(await night.threads()).toBe(2);
});

scenario('one alert that is something else becomes an incident of its own', async (night) => {
  const one = await night.crashLoop('worker');
  await workerFires(night, 'worker-2');
  await one.shows('2 alerts firing');
  const line = 'split pod=worker-2 reason="its own disk"';
  expect(await one.hears(ana, line)).toContain('of its own');
  const other = await night.otherThread(one);
  await other.shows('worker-2', await idOf(one), '1 alert firing');
  await one.shows('1 alert firing', 'its own disk');
  await night.stopsAndStarts();
  await workerFires(night, 'worker-2');
  await night.alertStops('worker');
  await one.shows('RESOLVED');
  expect(await other.says('RESOLVED')).toBe(0);
});

async function idOf(thread: NightThread): Promise<string> {
  const [id = ''] = /inc-[0-9a-f]{12}/.exec(await thread.text()) ?? [];
  return id;
}

function workerFires({ alertmanager, clock }: Night, pod: string): Promise<void> {
  return alertmanager.sends([crashLooping('worker', pod, clock.now())]);
}
