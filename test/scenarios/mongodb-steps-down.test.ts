import { expect, it, onTestFinished } from 'vitest';
import { startReplicaSet } from '../fakes/mongodb/replica-set.ts';
import { textOf } from '../support/console-client.ts';
import { eventually } from '../support/eventually.ts';
import { startLivingBot } from '../support/living-bot.ts';

const people = `people: [ { id: ana, name: Ana }, { id: ben, name: Ben }, { id: cyn, name: Cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
console: { listen: 127.0.0.1:0 }
default_route: { notify: sre }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { verb: failover, risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ], reason: required }
`;

it('a primary steps down once two people approved it, once, and another one is primary', async () => {
  const set = await startReplicaSet({ users: { tocsin: 'a-password' } });
  onTestFinished(() => set.close());
  const members = set.members.map(({ name }) => `"${name}"`).join(', ');
  const { person, host } = await startLivingBot(
    `${people}targets:
  orders-db: { mongodb: { set: rs0, members: [ ${members} ], username: tocsin, password: "\${env:MONGO_PASSWORD}" } }
services:
  orders:
    environments: { production: { database: { mongodb: orders-db } } }
`,
    { MONGO_PASSWORD: 'a-password' },
  );
  const [ana, ben, cyn] = await Promise.all(['ana', 'ben', 'cyn'].map((id) => person(id)));
  const [old] = set.members;
  const doctor = await host('doctor');
  expect(doctor.stdout).toContain(String(old?.name));

  const declared = await ana?.console.says('', 'declare "the primary is slow"');
  const [incident = ''] = /inc-[0-9a-f]+/.exec(declared ?? '') ?? [];
  await ana?.console.says(
    incident,
    'failover orders database env=production reason="the host is replaced"',
  );
  const shown = () => ben?.console.page(`/incidents/${incident}`).then(textOf) ?? '';
  const plan = await eventually('the plan is shown', async () => {
    const text = await shown();
    return /approve op-\S+ [0-9a-f]{10}/.test(text) && text;
  });
  expect(plan).toContain('No acknowledged write is lost.');
  expect(plan).toContain('as a rule within 12 s');
  expect(set.asked.filter(({ command }) => command === 'replSetStepDown')).toEqual([]);
  const [line = ''] = /approve op-\S+ [0-9a-f]{10}/.exec(plan) ?? [];
  await ben?.console.says(incident, line);
  await cyn?.console.says(incident, line);

  const done = await eventually('it is done', async () => {
    const text = await shown();
    return text.includes('DONE') && text;
  });
  const now = set.primary();
  expect(now?.name).not.toBe(old?.name);
  expect(set.asked.filter(({ command }) => command === 'replSetStepDown')).toHaveLength(1);
  expect(done).not.toContain('a-password');
}, 60_000);
