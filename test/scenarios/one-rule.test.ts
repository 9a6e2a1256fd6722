import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { startLivingBot } from '../support/living-bot.ts';

const configuration = `people: [ { id: ana, name: Ana } ]
groups: { sre: { members: [ana] } }
console: { listen: 127.0.0.1:0 }
sources:
  alertmanager: { main: { bearers: [ "\${env:BEARER}" ] } }
  grafana: { main: { bearers: [ "\${env:BEARER}" ] } }
default_route: { notify: sre }
services:
  checkout:
    match: { app: checkout }
    also: [ { job: shop-checkout } ]
    environments: { production: {} }
correlation:
  - { same: [service], within: 1h }
policies: [ { match: { risk: [incident, read] }, requesters: [sre], approvals: [] } ]
`;

/** The sources name the service differently, and neither knows the other. */
it('an outage that Alertmanager and Grafana tell of is one incident by a rule, open until both say it is over', async () => {
  const { bot, person } = await startLivingBot(configuration, { BEARER: 'told' });
  const { console } = await person('ana');
  const began = Date.now();
  const send = async (kind: 'alertmanager' | 'grafana', ended = false) => {
    const mine = kind === 'grafana' ? { job: 'shop-checkout' } : { app: 'checkout' };
    const body = JSON.stringify(
      bodyOf({ alertname: 'Slow', severity: 'critical', ...mine }, { began, ended }),
    );
    const headers = { authorization: 'Bearer told', 'content-type': 'application/json' };
    const url = `${bot.urls.server}/webhooks/${kind}/main`;
    expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(200);
  };
  // At the same instant: neither is on disk when the other one is decided.
  await Promise.all([send('alertmanager'), send('grafana'), send('alertmanager'), send('grafana')]);
  const list = await console.page('/incidents/');
  const ids = new Set(list.match(/inc-[0-9a-f]{12}/g));
  expect([...ids]).toHaveLength(1);
  const [incident = ''] = ids;
  const card = await console.page(`/incidents/${incident}`);
  expect(card).toContain('tocsin.yaml:');
  for (const told of ['alertmanager/main: 1 alert firing', 'grafana/main: 1 alert firing']) {
    expect(card).toContain(told);
  }
  await send('alertmanager', true);
  expect(await console.page(`/incidents/${incident}`)).toContain('says resolved, alerts of');
  await send('grafana', true);
  await eventually('it is over', async () =>
    (await console.page(`/incidents/${incident}`)).includes('every alert has stopped'),
  );
}, 60_000);

function bodyOf(
  labels: Readonly<Record<string, string>>,
  { began, ended }: { readonly began: number; readonly ended: boolean },
) {
  const startsAt = new Date(began).toISOString();
  const status = ended ? 'resolved' : 'firing';
  return {
    version: '4',
    receiver: 'tocsin',
    status,
    groupKey: `{}:{alertname="Slow"}`,
    truncatedAlerts: 0,
    groupLabels: { alertname: 'Slow' },
    commonLabels: labels,
    commonAnnotations: {},
    externalURL: 'http://source.example.com',
    alerts: [
      {
        status,
        labels,
        annotations: {},
        startsAt,
        endsAt: ended ? new Date(began + 1000).toISOString() : '0001-01-01T00:00:00Z',
        generatorURL: '',
        fingerprint: createHash('sha256').update(JSON.stringify(labels)).digest('hex').slice(0, 16),
      },
    ],
  };
}
