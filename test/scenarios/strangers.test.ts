import { expect } from 'vitest';
import { crashLooping } from './night/alertmanager.ts';
import { scenario } from './night/night.ts';

scenario('strangers are answered, and nothing of them is kept', async (night) => {
  const body = JSON.stringify({ alerts: [crashLooping('checkout', 'checkout-1', 0)] });
  const wrong = ['Bearer wrong', 'Bearer', 'Basic bmlnaHQtYmVhcmVyOg==', ''];
  for (const authorization of wrong) {
    const posted = await night.alertmanager.posts(body, { authorization });
    expect(posted.status).toBe(401);
    expect(posted.text).toContain('WEBHOOK_UNAUTHENTICATED');
  }
  expect(await night.journal.told()).toEqual([]);

  const thread = await night.crashLoop('checkout');
  const before = await night.journal.told();
  expect(await thread.hears('mallory', 'rollback')).toContain('PERSON_NOT_BOUND');
  expect(await thread.hears('', 'ack')).toContain('PERSON_NOT_BOUND');
  expect(await thread.hears('mallory', 'resolve reason=x')).toContain('PERSON_NOT_BOUND');
  expect(await night.journal.told()).toEqual(before);
});
