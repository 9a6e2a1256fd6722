import type { Step } from '../../../src/core/operation/plan.ts';
import type { StepDriver } from '../../../src/core/ports/step.ts';
import type { Facts } from '../../../src/core/problem.ts';
import { connect } from '../../../src/integrations/aws/index.ts';
import type { StepWorld } from '../../contracts/steps.ts';
import type { FakeAccount } from '../../fakes/aws/account.ts';
import { startAws } from '../../fakes/aws/server.ts';

interface Ground {
  readonly verb: string;
  readonly locator: Facts;
  readonly args?: Facts;
  /** What is there before the plan is made. */
  readonly given: (account: FakeAccount) => void;
  readonly spoil: (account: FakeAccount) => void;
  /** Which of the steps that are planned; the first when absent. */
  readonly step?: number;
  /** What stands before that step is sent. */
  readonly before?: (account: FakeAccount) => void;
  /** Somebody writes over it. */
  readonly cover: (account: FakeAccount) => void;
}

const instance = {
  name: 'orders',
  status: 'available',
  multiAz: true,
  zone: 'eu-west-1a',
  secondaryZone: 'eu-west-1b',
  source: '',
  retention: 7,
};
const record = { name: 'api.example.com.', type: 'CNAME', ttl: 300, values: ['eu.example.com'] };

const snapshot = {
  ...{ name: 'night', of: 'orders', status: 'available', percent: 100, at: 1_799_990_000_000 },
  ...{ gibibytes: 20, encrypted: true, tags: {} },
  type: 'manual',
} as const;

/** A database and a night of it, as an instance and as a cluster. */
const restoring = {
  verb: 'restore',
  locator: { instance: 'orders' },
  args: { environment: 'production', what: 'database', from: 'night', name: 'orders' },
  given({ instances, clusters, snapshots }: FakeAccount) {
    instances.push({ ...instance });
    const members = ['orders'];
    clusters.push({ name: 'orders', status: 'available', writer: 'orders', members });
    snapshots.push({ ...snapshot, kind: 'instance' }, { ...snapshot, kind: 'cluster' });
  },
};

/**
 * One world for each kind of step this integration registers, but for `aws.publish`: a topic takes whatever it is sent, so
 * only the loop keeps it to once.
 */
export const stepWorlds: Readonly<Record<string, () => Promise<StepWorld>>> = {
  'aws.fail-over-cluster': () =>
    worldOf({
      verb: 'failover',
      locator: { cluster: 'orders' },
      given({ clusters }) {
        const members = ['o-1', 'o-2'];
        clusters.push({ name: 'orders', status: 'available', writer: 'o-1', members });
      },
      spoil: ({ clusters }) => changed(clusters[0], { members: ['o-1', 'o-3'] }),
      cover: ({ clusters }) => changed(clusters[0], { writer: 'o-1', status: 'available' }),
    }),
  'aws.reboot-with-failover': () =>
    worldOf({
      verb: 'failover',
      locator: { instance: 'orders' },
      given: ({ instances }) => void instances.push({ ...instance }),
      spoil: ({ instances }) => changed(instances[0], { secondaryZone: 'eu-west-1c' }),
      cover: ({ instances }) => changed(instances[0], instance),
    }),
  'aws.promote-replica': () =>
    worldOf({
      verb: 'promote',
      locator: { instance: 'orders' },
      given(account) {
        account.instances.push({ ...instance, source: 'orders-eu' });
        account.isPrompt = true;
      },
      spoil: ({ instances }) => changed(instances[0], { source: 'orders-asia' }),
      cover: ({ instances }) =>
        changed(instances[0], { source: 'orders-asia', status: 'available' }),
    }),
  'aws.create-snapshot': () =>
    worldOf({
      verb: 'backup',
      locator: { instance: 'orders' },
      args: { environment: 'production', what: 'database' },
      given: ({ instances }) => void instances.push({ ...instance }),
      spoil: ({ instances }) => changed(instances[0], { status: 'storage-full' }),
      // Somebody deletes it, and takes another under its name.
      cover: ({ snapshots }) => changed(snapshots[0], { tags: {} }),
    }),
  'aws.restore-database': () =>
    worldOf({
      ...restoring,
      step: 1,
      spoil: ({ instances }) => changed(instances[0], { groups: ['sg-open'] }),
      cover: ({ instances }) => changed(instances[1], { tags: {} }),
    }),
  'aws.add-member': () =>
    worldOf({
      ...restoring,
      locator: { cluster: 'orders' },
      step: 2,
      before({ clusters }) {
        clusters.push({ name: 'orders-restored-1', status: 'available', writer: '', members: [] });
      },
      spoil: () => undefined,
      cover: ({ instances }) => changed(instances[1], { tags: {} }),
    }),
  'aws.rename-database': () =>
    worldOf({
      ...restoring,
      step: 2,
      spoil: ({ instances }) => changed(instances[0], { resource: 'db-ANOTHER' }),
      cover: ({ instances }) => changed(instances[0], { name: 'elsewhere', status: 'available' }),
    }),
  'aws.put-in-use': () =>
    worldOf({
      ...restoring,
      step: 3,
      before({ instances }) {
        changed(instances[0], { name: 'orders-before-1' });
        const tags = { 'tocsin:operation': 'op-1' };
        instances.push({ ...instance, name: 'orders-restored-1', tags, resource: 'db-MADE' });
      },
      spoil: ({ instances }) => changed(instances[1], { tags: {} }),
      cover: ({ instances }) => changed(instances[1], { name: 'elsewhere', status: 'available' }),
    }),
  'aws.set-desired-count': () =>
    worldOf({
      verb: 'scale',
      locator: { ecs_cluster: 'shop', ecs_service: 'checkout' },
      args: { replicas: 6 },
      given({ services }) {
        services.push({ cluster: 'shop', name: 'checkout', desired: 3, running: 3 });
      },
      spoil: ({ services }) => changed(services[0], { desired: 4 }),
      cover: ({ services }) => changed(services[0], { desired: 5 }),
    }),
  'aws.change-record': () =>
    worldOf({
      verb: 'repoint',
      locator: {
        hosted_zone: 'Z1',
        record: 'api.example.com',
        type: 'CNAME',
        value: 'us.example.com',
        ttl: 60,
      },
      given: ({ records }) => void records.push(record),
      spoil(account) {
        account.records = [{ ...record, values: ['asia.example.com'] }];
      },
      cover(account) {
        account.records = [{ ...record, values: ['africa.example.com'] }];
      },
    }),
};

function changed<T extends object>(there: T | undefined, changes: Partial<T>): void {
  if (there) Object.assign(there, changes);
}

async function worldOf(ground: Ground): Promise<StepWorld> {
  const { verb, locator, args = {} } = ground;
  const aws = await startAws();
  const config = {
    target: 'aws-eu',
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 's' },
    endpoint: aws.url,
    timeoutMs: 2_000,
  };
  let now = 1_800_000_030_000;
  const deps = { clock: { now: () => now }, pause: async () => undefined };
  const opened = [connect(config, deps)];
  ground.given(aws.account);
  const target = { integration: 'aws', target: 'aws-eu', locator, bounds: {}, show: [] };
  const request = { verb, operation: 'op-1', service: 'orders', target, args };
  const drafted = await opened[0]?.planner.draft(request);
  const step: Step | undefined = drafted?.ok ? drafted.steps[ground.step ?? 0] : undefined;
  if (!step) throw new Error(`it is drafted: ${JSON.stringify(drafted)}`);
  ground.before?.(aws.account);
  return {
    step,
    operation: 'op-1',
    isStill: step.guard === 'conditional',
    now: () => now,
    driver(): StepDriver {
      const integration = connect(config, deps);
      opened.push(integration);
      const driver = integration.openWriter().steps[step.kind];
      if (!driver) throw new Error(`nobody registers ${step.kind}`);
      return driver;
    },
    effects: aws.effects,
    async pass(ms) {
      now += ms;
      aws.pass(ms);
    },
    loseAnswer: () => aws.next({ kind: 'done, not answered' }),
    loseRequest: () => aws.next({ kind: 'vanished' }),
    delayEffect: (ms) => aws.next({ kind: 'done late, not answered', ms }),
    refuse() {
      // A busy Route 53 is asked again a few times.
      for (let tries = 0; tries < 6; tries += 1) aws.next({ kind: 'refused' });
    },
    async stir() {
      for (const service of aws.account.services) service.running -= 1;
      for (const each of aws.account.instances) each.retention += 1;
    },
    async spoil() {
      ground.spoil(aws.account);
    },
    async cover() {
      ground.cover(aws.account);
    },
    async close() {
      for (const each of opened) each.close();
      await aws.close();
    },
  };
}
