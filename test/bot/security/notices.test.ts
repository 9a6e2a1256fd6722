import { expect, it } from 'vitest';
import { startSmallBot } from '../../fakes/small-bot.ts';

const notice = {
  kind: 'forged-requests',
  facts: { door: 'alertmanager/main', count: 3, minutes: 5, code: 'WEBHOOK_UNAUTHENTICATED' },
} as const;

it('a notice is an open incident, told once for each cause, and resolved by a person like any other', async () => {
  const { bot, says } = await startSmallBot();
  for (const cause of ['one', 'one', 'two']) {
    await bot.security.tell(notice, { cause, by: 'tocsin' });
  }
  const [incident, ...others] = bot.desk.openIncidents();
  expect(others).toEqual([]);
  expect(incident).toMatchObject({
    opened: { origin: 'security', title: 'TocsinForgedRequests' },
    security: { count: 2 },
  });
  await says('ana', 'resolve reason="the secret is mended"', {
    incident: incident?.opened.incident ?? '',
  });
  expect(bot.desk.openIncidents()).toEqual([]);
  await bot.close();
});
