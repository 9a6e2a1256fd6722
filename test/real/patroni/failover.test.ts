import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { textOf } from '../../support/console-client.ts';
import { eventually } from '../../support/eventually.ts';
import { startLivingBot } from '../../support/living-bot.ts';
import {
  agreed,
  operator,
  type PatroniMember,
  type PatroniSet,
  startPatroniSet,
} from './patroni-servers.ts';
import { missingFrom, startWriter, takesWrites } from './writer.ts';

// One cluster for all of them, in this order: to make one costs as much as to use it.
let set: PatroniSet;
beforeAll(async () => {
  set = await startPatroniSet();
}, 120_000);
afterAll(() => set?.stop());

it('a switchover that two people approve loses no acknowledged write', async () => {
  const [leader, other] = await roles();
  const { person } = await startLivingBot(configuration(), {
    PATRONI_PASSWORD: operator.password,
  });
  const [ana, ben, cyn] = await Promise.all(['ana', 'ben', 'cyn'].map((id) => person(id)));
  const writer = await writing();

  const declared = await ana?.console.says('', 'declare "the disk of the leader is slow"');
  const [incident = ''] = /inc-[0-9a-f]+/.exec(declared ?? '') ?? [];
  const asked = await ana?.console.says(
    incident,
    'failover checkout database env=production reason="the host is replaced"',
  );
  const page = await eventually(
    'the plan is shown',
    async () => {
      const shown = textOf((await ben?.console.page(`/incidents/${incident}`)) ?? '');
      return /approve op-\S+ [0-9a-f]{10}/.test(shown) && shown;
    },
    { say: () => asked ?? '' },
  );
  expect(page).toContain(`leader ${leader.name} → ${other.name}`);
  expect(page).toContain(`No acknowledged write is lost when ${leader.name} hands over.`);
  expect(page).toContain('seconds without writes');
  const [line = ''] = /approve op-\S+ [0-9a-f]{10}/.exec(page) ?? [];
  await ben?.console.says(incident, line);
  await cyn?.console.says(incident, line);

  await eventually(
    'the switchover is done',
    async () => />DONE</.test((await ana?.console.page(`/incidents/${incident}`)) ?? ''),
    { withinMs: 60_000 },
  );
  const before = writer.acknowledged().length;
  await eventually('writes go on', () => writer.acknowledged().length > before + 50);
  await writer.stop();

  expect((await roles()).map(({ name }) => name)).toEqual([other.name, leader.name]);
  expect(await missingFrom(other.postgresPort, writer.acknowledged())).toBe(0);
  expect(await takesWrites(leader.postgresPort)).toBe(false);
});

/** Who leads, then the other. */
async function roles(): Promise<readonly [PatroniMember, PatroniMember]> {
  await agreed(set);
  const [first, second] = set.members;
  if (!first || !second) throw new Error('there are two members');
  const { status } = await set.ask(first, '/primary');
  return status === 200 ? [first, second] : [second, first];
}

async function writing() {
  const writer = await startWriter(set.members.map(({ postgresPort }) => postgresPort));
  onTestFinished(() => writer.stop());
  await eventually('rows are acknowledged', () => writer.acknowledged().length > 100);
  return writer;
}

function configuration(): string {
  const endpoints = set.members.map(({ url }) => `"${url}"`).join(', ');
  return `console: { listen: 127.0.0.1:0 }
people: [ { id: ana }, { id: ben }, { id: cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
default_route: { notify: sre }
services:
  checkout:
    match: { app: checkout }
    environments: { production: { database: { patroni: pg-main } } }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ] }
targets: { pg-main: { patroni: { endpoints: [${endpoints}], basic: { username: ${operator.username}, password: "\${env:PATRONI_PASSWORD}" } } } }
`;
}
