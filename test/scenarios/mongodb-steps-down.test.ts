import { expect, it, onTestFinished } from 'vitest';
import { startReplicaSet } from '../fakes/mongodb/replica-set.ts';
import { startLivingBot } from '../support/living-bot.ts';
import { approvedBy, declaredBy, planIn } from '../support/thread.ts';

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
  const [ana, ben, cyn] = await Promise.all([person('ana'), person('ben'), person('cyn')]);
  const [old] = set.members;
  const doctor = await host('doctor');
  expect(doctor.stdout).toContain(String(old?.name));

  const thread = await declaredBy(ana, 'the primary is slow');
  const asked = await thread.says(
    'failover orders database env=production reason="the host is replaced"',
  );
  const plan = await planIn(thread, asked);
  expect(plan.text).toContain('No acknowledged write is lost.');
  expect(plan.text).toContain('as a rule within 12 s');
  expect(set.asked.filter(({ command }) => command === 'replSetStepDown')).toEqual([]);
  await approvedBy([ben, cyn], thread, plan.line);

  const done = await thread.until('DONE');
  const now = set.primary();
  expect(now?.name).not.toBe(old?.name);
  expect(set.asked.filter(({ command }) => command === 'replSetStepDown')).toHaveLength(1);
  expect(done).not.toContain('a-password');
}, 60_000);
