import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HttpListener, listen } from '../../src/bot/http.ts';
import { intakeRoutes } from '../../src/bot/intake.ts';
import { pagerdutyRoutes } from '../../src/bot/pagerduty-intake.ts';
import { Secret } from '../../src/core/secret.ts';
import { sha256 } from '../core/operation/sample.ts';
import { type SmallBot, startSmallBot } from '../fakes/small-bot.ts';
import { type World, world } from '../integrations/pagerduty/given.ts';
import { eventually } from '../support/eventually.ts';

let outside: World;
let small: SmallBot;
let server: HttpListener;

const groupKey = '{}:{alertname="CheckoutSlow"}';

beforeEach(async () => {
  outside = await world();
  small = await startSmallBot({ clock: outside.clock, pagers: [outside.integration.pager] });
  small.bot.start([]);
  const common = {
    engine: small.bot.engine,
    journal: small.journal,
    settings: () => small.bot.desk.settings,
    bodyLimitBytes: 64 * 1024,
    now: outside.clock.now,
    sha256,
    book: {},
    metrics: { webhook: () => undefined, alerts: () => undefined },
    security: small.bot.security,
  };
  server = await listen({
    name: 'server',
    host: '127.0.0.1',
    port: 0,
    routes: [
      ...pagerdutyRoutes({
        ...common,
        pagers: [{ name: 'pagerduty/main', secrets: [new Secret('shared')], answers: true }],
        compare: small.bot.reconcile,
        log: () => undefined,
      }),
      ...intakeRoutes({
        ...common,
        sources: [{ name: 'alertmanager/main', auth: { kind: 'none' }, answers: false }],
        hasPagers: true,
        reconcile: () => undefined,
      }),
    ],
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

const alertmanager = (status: 'firing' | 'resolved') => sends(status);
const pagerduty = async () => {
  // As Alertmanager's own PagerDuty receiver triggers it.
  outside.there.triggers('CheckoutSlow', sha256(groupKey));
  await outside.there.webhooks.deliver();
};

it.each([
  ['Alertmanager', [() => alertmanager('firing'), pagerduty]],
  ['PagerDuty', [pagerduty, () => alertmanager('firing')]],
])(
  'one outage by both roads, %s first, is one incident, acknowledged and ended once at each',
  async (_first, roads) => {
    const { there } = outside;
    for (const road of roads) await road();
    await alertmanager('firing');
    const [incident = '', ...others] = small.bot.engine.readings.incidents.keys();
    expect(others).toEqual([]);
    expect(small.types().filter((type) => type === 'AlertsFired')).toHaveLength(1);

    await small.bot.dispatch.say({
      line: 'ack',
      actor: { surface: 'slack/main', account: 'T01/ana' },
      incident,
      cause: 'slack/press/1',
    });
    await eventually('acknowledged there', () => there.incident().status === 'acknowledged');
    await there.webhooks.deliver();
    expect(small.types().filter((type) => type === 'IncidentAcknowledged')).toHaveLength(1);
    expect(there.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(1);
    const thread = JSON.stringify(await small.bot.threads.desired(incident));
    expect(thread).toContain('alertmanager/main');
    expect(thread).toContain('acknowledged at pagerduty/main');

    await alertmanager('resolved');
    await eventually('ended there', () => there.incident().status === 'resolved');
    await there.webhooks.deliver();
    expect(small.types().filter((type) => type === 'IncidentResolved')).toHaveLength(1);
    expect(there.requests.filter((request) => request.startsWith('PUT'))).toHaveLength(2);
  },
);

async function sends(status: 'firing' | 'resolved'): Promise<void> {
  const startsAt = new Date(outside.clock.now()).toISOString();
  const labels = { alertname: 'CheckoutSlow', severity: 'critical', namespace: 'shop' };
  const alert = { status, labels, annotations: {}, startsAt, fingerprint: 'aaaa000011112222' };
  const body = {
    version: '4',
    groupKey,
    status,
    receiver: 'tocsin',
    groupLabels: { alertname: 'CheckoutSlow' },
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: 'http://am.example',
    truncatedAlerts: 0,
    alerts: [{ ...alert, ...(status === 'resolved' && { endsAt: startsAt }), generatorURL: '' }],
  };
  const url = `${server.url}/webhooks/alertmanager`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}
