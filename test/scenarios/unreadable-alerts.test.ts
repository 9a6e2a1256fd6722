import { expect } from 'vitest';
import { crashLooping, webhookBody } from './night/alertmanager.ts';
import { scenario } from './night/night.ts';

scenario(
  'what can be read of a body is taken, and the rest is shown as one incident',
  async (night) => {
    const body = webhookBody([crashLooping('checkout', 'checkout-1', night.clock.now())], {});
    const text = JSON.stringify({ ...body, alerts: [...body.alerts, { status: 'firing' }, 7] });
    expect(await night.alertmanager.posts(text)).toMatchObject({ status: 200 });

    await night.thread('checkout');
    const unreadable = await night.thread('TocsinUnreadableAlert');
    await unreadable.shows('2 unreadable alerts', 'the alert has no "labels"', 'a number');
  },
);

scenario('a body of which nothing can be read is refused and kept', async (night) => {
  for (const text of ['', 'not json', '[]x', '{"alerts":7}', '{"alerts":[{}]}']) {
    const posted = await night.alertmanager.posts(text);
    expect(posted.status).toBe(422);
    expect(posted.text).toMatch(/WEBHOOK_(NOT_JSON|NOT_ALERTS|NO_READABLE_ALERT)/);
  }
  const thread = await night.thread('TocsinUnreadableAlert');
  await thread.shows('What could not be read', 'alertmanager/main sent alerts that cannot be read');
  expect(await night.threads()).toBe(1);
});
