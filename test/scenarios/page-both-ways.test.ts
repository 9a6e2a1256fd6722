import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HttpListener, listen } from '../../src/bot/http.ts';
import { pagerdutyRoutes } from '../../src/bot/pagerduty-intake.ts';
import { Secret } from '../../src/core/secret.ts';
import { sha256 } from '../core/operation/sample.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';
import { type World, world } from '../integrations/pagerduty/given.ts';
import { eventually } from '../support/eventually.ts';

let outside: World;
let small: SmallBot;
let server: HttpListener;

beforeEach(async () => {
  outside = await world();
  small = await startSmallBot({ clock: outside.clock, pagers: [outside.integration.pager] });
  small.bot.start([]);
  server = await listen({
    name: 'server',
    host: '127.0.0.1',
    port: 0,
    routes: pagerdutyRoutes({
      engine: small.bot.engine,
      journal: small.journal,
      settings: () => small.bot.desk.settings,
      pagers: [{ name: 'pagerduty/main', secrets: [new Secret('shared')], answers: true }],
      bodyLimitBytes: 64 * 1024,
      now: outside.clock.now,
      sha256,
      book: {},
      metrics: { webhook: () => undefined, alerts: () => undefined },
      security: small.bot.security,
      compare: small.bot.reconcile,
      log: () => undefined,
    }),
    log: () => undefined,
  });
  const url = `${server.url}/webhooks/pagerduty/main`;
  outside.there.webhooks.subscribe({ url, secret: 'shared' });
});
afterEach(async () => {
  await small.bot.close();
  await server.close();
  await outside.close();
  expect(outside.there.violations).toEqual([]);
});

it('a page is acknowledged in Slack, once, and ends where somebody ends it', async () => {
  const { there } = outside;
  there.triggers('Checkout answers slowly');
  await there.webhooks.deliver();
  const [incident = ''] = small.bot.engine.readings.incidents.keys();

  const ack = () =>
    small.bot.dispatch.say({
      line: 'ack',
      actor: { surface: 'slack/main', account: 'T01/ana' },
      incident,
      cause: 'slack/press/1',
    });
  await Promise.all([ack(), ack()]);
  await eventually('acknowledged there', () => there.incident().status === 'acknowledged');
  expect(there.incident().acknowledgers).toEqual(['PANA']);

  // What we did comes back, twice, as at-least-once delivery may: nobody is acknowledged again, nothing is sent again.
  await there.webhooks.deliver();
  there.webhooks.repeat();
  await there.webhooks.deliver();
  expect(small.types().filter((type) => type === 'IncidentAcknowledged')).toHaveLength(1);
  expect(there.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(1);

  there.does('PBEN', 'resolved');
  await there.webhooks.deliver();
  const thread = JSON.stringify(await small.bot.threads.desired(incident));
  expect(thread).toContain('RESOLVED');
  expect(thread).toContain('ben');
  await outside.clock.passes(3_600_000);
  expect(there.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(1);
  expect(there.webhooks.dropped()).toBe(0);
});

it('what was done there while Tocsin was away is found, and what waits for it comes in order', async () => {
  const { there } = outside;
  await server.close();
  there.triggers('Checkout answers slowly');
  there.does('PBEN', 'acknowledged');
  await there.webhooks.deliver();
  expect([small.types(), there.webhooks.waiting()]).toEqual([[], 2]);

  await outside.clock.passes(25_000);
  await eventually('found here', () => small.types().includes('IncidentAcknowledged'));
  const [held] = small.bot.engine.readings.incidents.values();
  expect(held?.state).toMatchObject({ status: 'open', acknowledged: { person: 'ben' } });
});
