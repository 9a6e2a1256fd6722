import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { hostDoorPath } from '../../src/bot/host-door.ts';
import { startAws } from '../fakes/aws/server.ts';
import type { FakeSnapshot } from '../fakes/aws/snapshots.ts';
import { consoleClient, sessionOf, textOf } from '../support/console-client.ts';
import { eventually } from '../support/eventually.ts';
import { startLivingBot } from '../support/living-bot.ts';
import { approvedBy, declaredBy, planIn } from '../support/thread.ts';
import { launch, tocsin } from '../support/tocsin-process.ts';

const env = { AWS_SECRET: 'a-secret-key' };
const automated: FakeSnapshot = {
  kind: 'instance',
  name: 'rds:orders-2020-01-01-03-05',
  of: 'orders',
  status: 'available',
  percent: 100,
  type: 'automated',
  at: 1,
  gibibytes: 100,
  encrypted: true,
  tags: {},
};

it('snapshots are followed in percent, outlive the process, are trusted once they are available, and are removed behind two approvals', async () => {
  const aws = await startAws();
  onTestFinished(() => aws.close());
  const { account } = aws;
  account.instances.push({
    ...{ name: 'orders', status: 'available', multiAz: true, zone: 'eu-west-1a' },
    ...{ secondaryZone: 'eu-west-1b', source: '', retention: 7, gibibytes: 100, encrypted: true },
  });
  account.snapshots.push({ ...automated });
  const living = await startLivingBot(
    `people: [ { id: ana, name: Ana }, { id: ben, name: Ben }, { id: cyn, name: Cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
console: { listen: 127.0.0.1:0 }
default_route: { notify: sre }
policies:
  - { match: { risk: [incident, read, change] }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ] }
targets:
  aws-eu: { aws: { region: eu-west-1, access_key_id: AKIATEST, secret_access_key: "\${env:AWS_SECRET}", endpoint: "${aws.url}" } }
services:
  orders: { match: { app: orders }, environments: { production: { database: { aws: aws-eu, instance: orders } } } }
backups:
  - { service: orders, what: database, keep: { count: 1 } }
`,
    env,
  );
  const thread = await declaredBy(await living.person('ana'), 'a look at the orders');
  await thread.says('backup orders database env=production');
  await thread.until('0 of 100 % · RDS copies: creating');
  account.settles();
  await thread.until('45 of 100 % · RDS copies: creating');
  expect(await thread.says('backups orders env=production')).toContain('None is there.');
  account.settles();
  await thread.until('DONE');

  account.isStuck = true;
  await thread.says('backup orders database env=production another=yes');
  await eventually('it has begun', async () => account.snapshots.length === 3);
  await living.bot.signal('SIGKILL');
  const again = await launch({
    argv: [tocsin, 'start', '--config', join(living.folder, 'tocsin.yaml')],
    env,
  });
  onTestFinished(async () => void (await again.signal('SIGTERM')));
  const person = async (id: string) => {
    const cookie = await sessionOf(hostDoorPath(living.journal), id);
    return { console: consoleClient(() => again.urls.console, cookie) };
  };
  const [ana, ben, cyn] = await Promise.all([person('ana'), person('ben'), person('cyn')]);
  const says = (words: string) => ana.console.says(thread.incident, words);
  for (const each of [...account.snapshots, ...account.instances]) each.status = 'available';
  const [, first = '', second = ''] = account.snapshots.map(({ name }) => name);
  const listed = await eventually(
    'it is listed',
    async () => {
      const text = await says('backups orders env=production');
      const [ours = ''] = text.split('Made by others');
      return ours.includes(second) && text;
    },
    { withinMs: 30_000 },
  );
  expect(listed).toMatch(/100 GiB · .* · available · encrypted/);
  expect(listed).toContain(automated.name);
  expect(aws.asked.filter((each) => each === 'CreateDBSnapshot')).toHaveLength(2);
  expect(await says('verify-backup orders database env=production')).toContain(
    'BACKUP_NOT_TO_BE_READ',
  );

  const shown = { ...thread, says, shown: async () => textOf(await ana.console.page(page)) };
  const page = `/incidents/${thread.incident}`;
  const plan = await planIn(shown, await says('retention orders database env=production'));
  expect(plan.text).toContain(first);
  expect(plan.text).toContain('None of the backups of the database of orders was ever tried.');
  expect(account.snapshots).toHaveLength(3);
  await approvedBy([ben, cyn], shown, plan.line);
  await eventually('it is gone', async () => account.snapshots.length === 2, { withinMs: 30_000 });
  expect(account.snapshots.map(({ name }) => name)).toEqual([automated.name, second]);
}, 90_000);
