import { afterAll, expect, it, onTestFinished } from 'vitest';
import { textOf } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { startLivingBot } from '../../support/living-bot.ts';
import {
  bin,
  forgetTemplate,
  type PostgresSet,
  passwords,
  startPostgresSet,
} from './postgres-servers.ts';
import { missingFrom, startWriter } from './writer.ts';

afterAll(forgetTemplate);

it('a failover that two people approve hands the database over without loss', async () => {
  const set = await startPostgresSet();
  onTestFinished(() => set.stop());
  const { person } = await startLivingBot(configuration(set), {
    PG_TOCSIN: passwords.tocsin,
    PG_SHOP: passwords.shop,
    PG_BIN: bin,
  });
  const [ana, ben, cyn] = await Promise.all(['ana', 'ben', 'cyn'].map((id) => person(id)));
  const writer = startWriter(set);
  onTestFinished(() => writer.stop());
  await eventually('rows are acknowledged', () => writer.acknowledged().length > 100);

  const declared = await ana?.console.says('', 'declare "the primary is slow"');
  const [incident = ''] = /inc-[0-9a-f]+/.exec(declared ?? '') ?? [];
  expect(incident, declared).not.toBe('');
  const asked = await ana?.console.says(
    incident,
    'failover checkout database env=production to=db-3 reason="the host is replaced"',
  );
  const page = await eventually(
    'the plan is shown',
    async () => {
      const shown = textOf((await ben?.console.page(`/incidents/${incident}`)) ?? '');
      return /approve op-\S+ [0-9a-f]{10}/.test(shown) && shown;
    },
    { say: () => asked ?? '' },
  );
  expect(page).toContain('No acknowledged write is lost.');
  expect(page).toContain('seconds without writes');
  expect(page).toContain('fence.sh fence');
  expect(page).not.toContain(passwords.tocsin);
  const [line = ''] = /approve op-\S+ [0-9a-f]{10}/.exec(page) ?? [];
  await ben?.console.says(incident, line);
  await cyn?.console.says(incident, line);

  await eventually(
    'the failover is done',
    async () => />DONE</.test((await ana?.console.page(`/incidents/${incident}`)) ?? ''),
    { withinMs: 90_000 },
  );
  const before = writer.acknowledged().length;
  await eventually('rows go on', () => writer.acknowledged().length > before + 50);
  await writer.stop();
  const promoted = set.nodes.find(({ name }) => name === 'db-3');
  if (!promoted) throw new Error('there is a third node');
  expect(await set.ask(promoted, 'SELECT pg_is_in_recovery() AS standby')).toEqual([
    { standby: false },
  ]);
  expect(await missingFrom(set, promoted, writer.acknowledged())).toEqual([]);
});

function configuration({ config: { nodes, fence } }: PostgresSet): string {
  const places = nodes
    .map(({ name, address }) => `${name}: { address: "127.0.0.1:${address.port}" }`)
    .join(', ');
  return `console: { listen: 127.0.0.1:0 }
people: [ { id: ana }, { id: ben }, { id: cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
default_route: { notify: sre }
services:
  checkout:
    match: { app: checkout }
    environments: { production: { database: { postgres: pg-main } } }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ] }
targets:
  pg-main:
    postgres:
      nodes: { ${places} }
      database: shop
      username: tocsin
      password: \${env:PG_TOCSIN}
      application: { username: shop, password: \${env:PG_SHOP} }
      fence:
        command: ${JSON.stringify(fence?.command)}
        undo: ${JSON.stringify(fence?.undo)}
        status: ${JSON.stringify(fence?.status)}
        env: { PG_BIN: \${env:PG_BIN} }
`;
}
