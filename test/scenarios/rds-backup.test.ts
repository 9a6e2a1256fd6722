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

const isWhole = ({ status }: { readonly status: string }) => status === 'available';

it('an RDS is backed up, restored into a new one that takes its name although the process dies between, and keeps what it is told to', async () => {
  const aws = await startAws();
  onTestFinished(() => aws.close());
  const { account } = aws;
  account.instances.push({
    ...{ name: 'orders', status: 'available', multiAz: true, zone: 'eu-west-1a' },
    ...{ secondaryZone: 'eu-west-1b', source: '', retention: 7, gibibytes: 100, encrypted: true },
    ...{ subnets: 'shop', groups: ['sg-1'], parameters: 'shop-pg15' },
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

  await thread.says('backup orders database env=production another=yes');
  const settled = async (what: string, isSo: () => boolean) =>
    eventually(
      what,
      async () => {
        account.settles();
        return isSo();
      },
      { withinMs: 30_000 },
    );
  const manual = () => account.snapshots.filter(({ type }) => type === 'manual');
  await settled('two are there', () => manual().filter(isWhole).length === 2);
  const [first = '', second = ''] = manual().map(({ name }) => name);

  // Restored: it dies where nothing is called by the name that everybody uses.
  const restore = `restore orders database from=${first} name=orders env=production`;
  expect(await thread.says(`${restore}x name=order`)).not.toContain('plan is ready');
  const restoring = await planIn(thread, await thread.says(restore));
  for (const said of [
    'sg-1',
    'subnets shop',
    'orders-before-',
    'a second instance',
    'The endpoint',
  ]) {
    expect(restoring.text).toContain(said);
  }
  const two = await Promise.all([living.person('ben'), living.person('cyn')]);
  await approvedBy(two, thread, restoring.line);
  await settled('it is renamed', () => aws.asked.includes('ModifyDBInstance'));
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
  await settled('it is in use', () =>
    account.instances.some(({ name, status, resource }) => {
      return name === 'orders' && status === 'available' && resource === 'db-MADE1';
    }),
  );
  expect(aws.asked.filter((each) => /^(Create|Restore|Modify)/.test(each))).toEqual([
    'CreateDBSnapshot',
    'CreateDBSnapshot',
    'CreateDBSnapshot',
    'RestoreDBInstanceFromDBSnapshot',
    'ModifyDBInstance',
    'ModifyDBInstance',
  ]);
  expect(account.instances).toMatchObject([
    { name: expect.stringMatching(/^orders-before-/), groups: ['sg-1'] },
    { name: 'orders', groups: ['sg-1'], subnets: 'shop', parameters: 'shop-pg15' },
  ]);
  const third = manual()[2]?.name ?? '';
  const listed = await eventually(
    'it is listed',
    async () => {
      const text = await says('backups orders env=production');
      const [ours = ''] = text.split('Made by others');
      return [second, third].every((each) => ours.includes(each)) && text;
    },
    { withinMs: 30_000 },
  );
  expect(listed).toMatch(/100 GiB · .* · available · encrypted/);
  expect(listed).toContain(automated.name);
  expect(await says('verify-backup orders database env=production')).toContain(
    'BACKUP_NOT_TO_BE_READ',
  );

  const shown = { ...thread, says, shown: async () => textOf(await ana.console.page(page)) };
  const page = `/incidents/${thread.incident}`;
  const plan = await planIn(shown, await says('retention orders database env=production'));
  expect(plan.text).toContain(first);
  expect(plan.text).toContain('None of the backups of the database of orders was ever tried.');
  expect(account.snapshots).toHaveLength(4);
  await approvedBy([ben, cyn], shown, plan.line);
  await eventually('it is gone', async () => account.snapshots.length === 2, { withinMs: 30_000 });
  expect(account.snapshots.map(({ name }) => name)).toEqual([automated.name, third]);
}, 90_000);
