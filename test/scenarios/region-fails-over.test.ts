import { expect, it, onTestFinished } from 'vitest';
import { startAws } from '../fakes/aws/server.ts';
import { eventually } from '../support/eventually.ts';
import { startLivingBot } from '../support/living-bot.ts';
import { approvedBy, declaredBy, planIn } from '../support/thread.ts';

const people = `people: [ { id: ana, name: Ana }, { id: ben, name: Ben }, { id: cyn, name: Cyn } ]
groups: { sre: { members: [ana, ben, cyn] } }
console: { listen: 127.0.0.1:0 }
default_route: { notify: sre }
policies:
  - { match: { risk: [incident, read] }, requesters: [sre], approvals: [] }
  - { match: { verb: region-failover, risk: danger }, requesters: [sre], approvals: [ { count: 2, from: sre } ], reason: required }
`;

it('a region fails over as one plan: instances, database, traffic, notice, in that order, with its objectives shown', async () => {
  const aws = await startAws();
  onTestFinished(() => aws.close());
  const { account } = aws;
  account.services.push({ cluster: 'shop-us', name: 'checkout', desired: 2, running: 2 });
  account.instances.push({
    name: 'orders-us',
    status: 'available',
    multiAz: false,
    zone: 'us-east-1a',
    secondaryZone: '',
    source: 'orders-eu',
    retention: 7,
  });
  account.lag = 12;
  const record = { name: 'api.example.com.', type: 'CNAME', ttl: 300 };
  account.records.push({ ...record, values: ['lb-eu.example.com'] });
  const topic = 'arn:aws:sns:us-east-1:1:oncall';
  const { person } = await startLivingBot(
    `${people}targets:
  aws-us: { aws: { region: us-east-1, access_key_id: AKIATEST, secret_access_key: "\${env:AWS_SECRET}", endpoint: "${aws.url}" } }
services:
  checkout:
    environments:
      production: { match: { region: eu }, objectives: { rto: 4h, rpo: 1h } }
      production-us:
        match: { region: us }
        workload: { aws: aws-us, ecs_cluster: shop-us, ecs_service: checkout, max: 12 }
        database: { aws: aws-us, instance: orders-us }
        traffic: { aws: aws-us, hosted_zone: Z1, record: api.example.com, type: CNAME, value: lb-us.example.com }
        notice: { aws: aws-us, topic: "${topic}" }
      production-ap:
        match: { region: ap }
        workload: { aws: aws-us, ecs_cluster: shop-us, ecs_service: checkout, max: 12 }
        traffic: { aws: aws-us, hosted_zone: Z1, record: api.example.com, type: CNAME, value: lb-ap.example.com }
`,
    { AWS_SECRET: 'a-secret-key' },
  );
  const [ana, ben, cyn] = await Promise.all([person('ana'), person('ben'), person('cyn')]);
  const thread = await declaredBy(ana, 'eu-west-1 is down');
  const ask = (words: string) =>
    thread.says(`region-failover checkout env=production ${words} reason="eu-west-1 is down"`);
  expect(await ask('to=mars')).toContain('REGION_UNKNOWN');
  expect(await ask('to=production')).toContain('REGION_SAME');
  expect(await ask('to=production-us replicas=40')).toContain('AWS_OUT_OF_BOUNDS');
  // A promotion keeps nobody from writing to the old database: that is typed, or nothing is planned.
  expect(await ask('to=production-us replicas=6')).toContain('accept=split-brain');
  const plan = await planIn(thread, await ask('to=production-us replicas=6 accept=split-brain'));
  for (const said of [
    'checkout · production-us',
    'served again within 4h, until',
    'at most 1h of writes lost',
    '12 s of writes',
    'Split brain possible: nothing keeps orders-eu from writing.',
    'lb-eu.example.com, TTL 300 s',
    'replica of orders-eu',
  ])
    expect(plan.text).toContain(said);
  const changing = () => aws.asked.filter((each) => !/^(Describe|List|Get)/.test(each));
  expect(changing()).toEqual([]);

  await approvedBy([ben, cyn], thread, plan.line);
  await eventually(
    'it is done',
    async () => {
      account.settles();
      account.synced = true;
      return (await thread.shown()).includes('DONE');
    },
    { withinMs: 60_000 },
  );
  expect(changing()).toEqual([
    'UpdateService',
    'PromoteReadReplica',
    'ChangeResourceRecordSets',
    'Publish',
  ]);
  expect(account.services[0]?.running).toBe(6);
  expect(account.instances[0]?.source).toBe('');
  expect(account.records).toEqual([{ ...record, ttl: 60, values: ['lb-us.example.com'] }]);
  expect(account.published[0]?.message).toContain(
    'checkout: production failed over to production-us',
  );
  expect(await thread.shown()).not.toContain('a-secret-key');

  // One that is not scaled and has no database of its own: the plan says what it leaves to people.
  const bare = await planIn(thread, await ask('to=production-ap'));
  expect(bare.text).toContain('REGION_NOT_SCALED');
  expect(bare.text).toContain('REGION_WITHOUT_DATABASE');
}, 90_000);

it('what does not succeed stops what comes after it, and the thread says what is done', async () => {
  const aws = await startAws();
  onTestFinished(() => aws.close());
  const { account } = aws;
  account.services.push({ cluster: 'shop-us', name: 'checkout', desired: 2, running: 2 });
  const old = { name: 'api.example.com.', type: 'CNAME', ttl: 300, values: ['lb-eu.example.com'] };
  account.records.push(old);
  const { person } = await startLivingBot(
    `${people}targets:
  aws-us: { aws: { region: us-east-1, access_key_id: AKIATEST, secret_access_key: "\${env:AWS_SECRET}", endpoint: "${aws.url}" } }
services:
  checkout:
    environments:
      production: { match: { region: eu } }
      production-us:
        match: { region: us }
        workload: { aws: aws-us, ecs_cluster: shop-us, ecs_service: checkout }
        traffic: { aws: aws-us, hosted_zone: Z1, record: api.example.com, type: CNAME, value: lb-us.example.com }
`,
    { AWS_SECRET: 'a-secret-key' },
  );
  const [ana, ben, cyn] = await Promise.all([person('ana'), person('ben'), person('cyn')]);
  const thread = await declaredBy(ana, 'eu-west-1 is down');
  const asked = await thread.says(
    'region-failover checkout env=production to=production-us replicas=6 reason="eu-west-1 is down"',
  );
  const plan = await planIn(thread, asked);
  expect(plan.text).toContain('No database is promoted.');
  account.protectedNames.add(old.name);
  await approvedBy([ben, cyn], thread, plan.line);
  const failed = await eventually(
    'it stops',
    async () => {
      account.settles();
      const text = await thread.shown();
      return text.includes('AWS_RECORD_PROTECTED') && text;
    },
    { withinMs: 60_000 },
  );
  expect(failed).toContain('api.example.com. CNAME is protected.');
  expect(account.records).toEqual([old]);
  expect(account.services[0]?.running).toBe(6);
}, 90_000);
