import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  jobReadRights,
  jobWriteRights,
  readRights,
  serviceReadRights,
  serviceWriteRights,
  writeRights,
} from '../../../src/integrations/kubernetes/rights.ts';
import { workloadKinds } from '../../../src/integrations/kubernetes/schema.ts';
import type { RbacRule } from '../../../src/sandbox/index.ts';
import {
  checkout,
  createWorld,
  daemonSet,
  follow,
  run,
  statefulSet,
  stepOf,
  type World,
} from './world.ts';

const readme = readFileSync('src/integrations/kubernetes/README.md', 'utf8');
const blocks = [...readme.matchAll(/```yaml\n(rules:[\s\S]*?)```/g)].map(
  ([, text]) => (parse(text ?? '') as { rules: RbacRule[] }).rules,
);
const [readRules = [], writeRules = []] = blocks;

let world: World;

beforeEach(async () => {
  world = await createWorld();
  world.sandbox.setRules('read', readRules);
  world.sandbox.setRules('write', writeRules);
});
afterEach(() => world.close());

describe('the rights README lists', () => {
  it('are those of the page for operators', () => {
    const page = readFileSync('docs/integrations/kubernetes.md', 'utf8');
    const [, roles = ''] = /```yaml\n( +apiVersion: rbac[\s\S]*?)```/.exec(page) ?? [];
    const told = roles
      .split('---')
      .map((role) => (parse(role.replaceAll(/^ {3}/gm, '')) as { rules: RbacRule[] }).rules);
    expect(told).toEqual([readRules, writeRules]);
  });

  it('are those the doctor asks for', () => {
    const wanted = [
      ...workloadKinds.flatMap(writeRights),
      ...jobWriteRights,
      ...serviceWriteRights,
    ];
    const read = [...readRights, ...jobReadRights, ...serviceReadRights];
    expect(flat(readRules)).toEqual(new Set(read.map(named)));
    expect(flat(writeRules)).toEqual(new Set(wanted.map(named)));
  });

  it('are enough for everything, and each of them is used', async () => {
    const { seed } = world.sandbox;
    const places = [checkout.locator, statefulSet, daemonSet];
    for (const image of ['shop/x:1', 'shop/x:2', 'shop/x:3-crash']) {
      const of = { namespace: 'shop', replicas: 2, image };
      seed.deployment({ ...of, name: 'checkout' });
      seed.statefulSet({ ...of, name: 'cart', image: image.replace('-crash', '') });
      seed.daemonSet({ ...of, name: 'agent', image: image.replace('-crash', '') });
      await world.clock.advanceAsync(20_000);
    }
    world.sandbox.ledger.clear();
    for (const locator of places) {
      const target = { ...checkout, locator };
      const { workload } = world.cluster.readers;
      for (const looked of [
        await workload.status(target),
        await workload.logs(target, { lines: 10, errorsFirst: true }),
        await workload.history(target),
        await workload.namesLike(target),
      ]) {
        expect(looked).toMatchObject({ ok: true });
      }
      const verbs = [
        ['rollback', {}],
        ['restart', {}],
        ['scale', { replicas: 3 }],
      ] as const;
      for (const [index, [verb, args]] of verbs.entries()) {
        if (verb === 'scale' && locator === daemonSet) continue;
        const step = stepOf(await world.draft(verb, args, { locator }));
        const ran = await run(world, step, `op-${index}`);
        expect((await follow(world, step, ran)).state).toBe('done');
        if (!ran.applying) throw new Error('not applied');
        expect(await world.writer.steps[step.kind]?.probe(step, ran.applying)).toBe('yes');
      }
    }
    seed.cronJob({
      ...{ namespace: 'shop', name: 'dump', image: 'shop/x:3-crash' },
      ...{ concurrencyPolicy: 'Forbid', job: { backoffLimit: 0 } },
    });
    const locator = { namespace: 'shop', cronjob: 'dump' };
    const args = { environment: 'production', what: 'database' };
    const dump = stepOf(await world.draft('backup', args, { locator }));
    expect((await follow(world, dump, await run(world, dump, 'op-9'))).state).toBe('failed');
    const label = 'statefulset.kubernetes.io/pod-name';
    seed.service({ namespace: 'shop', name: 'writer', selector: { [label]: 'cart-0' } });
    const servers = { 'db-1': 'cart-0', 'db-2': 'cart-1' };
    const place = { namespace: 'shop', service: 'writer', label, servers };
    const traffic = world.cluster.traffic(place);
    await traffic.plan();
    expect((await traffic.turn('db-2', () => undefined)).done).toEqual(['shop/writer']);
    await world.clock.advanceAsync(1_000);
    expect(await traffic.settled?.('db-2')).toBe('');
    const { requests } = world.sandbox.ledger;
    expect(requests.filter(({ code }) => code === 403)).toEqual([]);
    const used = new Set(
      requests.map(({ user, method, path }) => `${user} ${rightOf(method, path)}`),
    );
    for (const right of flat(readRules)) expect(used).toContain(`tocsin-read ${right}`);
    for (const right of flat(writeRules)) expect(used).toContain(`tocsin-write ${right}`);
  });
});

describe('the doctor', () => {
  it('finds nothing wrong with these', async () => {
    await world.clock.advanceAsync(1_000);
    const findings = await world.cluster.doctor([checkout, { ...checkout, locator: statefulSet }]);
    const problems = findings.flatMap(({ problem }) => (problem ? [problem.code] : []));
    // The sandbox runs on a clock of its own; that is found, and nothing else.
    expect(new Set(problems)).toEqual(new Set(['K8S_CLOCK_SKEW']));
  });

  it('names each right that is missing and the rule that grants it', async () => {
    world.sandbox.setRules(
      'read',
      readRules.filter((rule) => !rule.resources.includes('pods/log')),
    );
    world.sandbox.setRules('write', []);
    const findings = await world.cluster.doctor([checkout]);
    const rules = findings.flatMap(({ problem }) => problem?.facts['rule'] ?? []);
    expect(rules).toEqual([
      'apiGroups: [""], resources: ["pods/log"], verbs: ["get"]',
      'apiGroups: ["apps"], resources: ["deployments"], verbs: ["update"]',
      'apiGroups: ["apps"], resources: ["deployments"], verbs: ["patch"]',
    ]);
  });

  it('asks of a CronJob for other rights than of a workload', async () => {
    world.sandbox.setRules('read', []);
    world.sandbox.setRules('write', []);
    const job = { ...checkout, locator: { namespace: 'shop', cronjob: 'dump' } };
    const findings = await world.cluster.doctor([job]);
    const rules = findings.flatMap(({ problem }) => problem?.facts['rule'] ?? []);
    expect(rules).toEqual([
      'apiGroups: ["batch"], resources: ["cronjobs"], verbs: ["get"]',
      'apiGroups: ["batch"], resources: ["jobs"], verbs: ["get"]',
      'apiGroups: ["batch"], resources: ["jobs"], verbs: ["list"]',
      'apiGroups: [""], resources: ["pods"], verbs: ["list"]',
      'apiGroups: [""], resources: ["pods/log"], verbs: ["get"]',
      'apiGroups: ["batch"], resources: ["jobs"], verbs: ["create"]',
    ]);
  });

  it('asks where a Service is turned for the rights that takes', async () => {
    world.sandbox.setRules('read', []);
    world.sandbox.setRules('write', []);
    world.cluster.traffic({ namespace: 'db', service: 'writer', label: 'app', servers: {} });
    const findings = await world.cluster.doctor([]);
    expect(findings.flatMap(({ problem }) => problem?.facts['rule'] ?? [])).toEqual([
      'apiGroups: [""], resources: ["services"], verbs: ["get"]',
      'apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list"]',
      'apiGroups: [""], resources: ["pods"], verbs: ["list"]',
      'apiGroups: [""], resources: ["services"], verbs: ["patch"]',
    ]);
  });

  it('says that a cluster is out of reach, and then nothing of rights that nobody could ask for', async () => {
    await world.sandbox.close();
    const findings = await world.cluster.doctor([checkout]);
    expect(findings.map(({ check }) => check)).toEqual(['reach', 'reach']);
    expect(findings.map(({ problem }) => problem?.code)).toEqual([
      'K8S_UNREACHABLE',
      'K8S_UNREACHABLE',
    ]);
    world = await createWorld();
  });
});

function named(right: {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
}): string {
  const resource = right.subresource ? `${right.resource}/${right.subresource}` : right.resource;
  return `${right.verb} ${right.group}/${resource}`;
}

function flat(rules: readonly RbacRule[]): ReadonlySet<string> {
  return new Set(
    rules.flatMap(({ apiGroups, resources, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
      ),
    ),
  );
}

/** The right a request needs, as RBAC reads it off the request. */
function rightOf(method: string, path: string): string {
  const match =
    /^\/(?:api\/v1|apis\/([^/]+)\/[^/]+)\/namespaces\/[^/]+\/([^/?]+)(?:\/([^/?]+))?(?:\/([^/?]+))?/.exec(
      path,
    );
  const [, group = '', resource = '', name, subresource] = match ?? [];
  const verbs: Record<string, string> = { PUT: 'update', PATCH: 'patch', POST: 'create' };
  const verb = verbs[method] ?? (name === undefined ? 'list' : 'get');
  return `${verb} ${group}/${subresource === undefined ? resource : `${resource}/${subresource}`}`;
}
