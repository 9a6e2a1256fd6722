import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Draft } from '../../../src/core/ports/step.ts';
import { simulator } from '../../../src/integrations/kubernetes/client.ts';
import { openConnection } from '../../../src/integrations/kubernetes/connection.ts';
import { openCredential } from '../../../src/integrations/kubernetes/credentials.ts';
import type { AdmissionWebhook } from '../../../src/sandbox/index.ts';
import {
  checkoutPath,
  codeOf,
  createWorld,
  ourWrites,
  run,
  stepOf,
  type World,
  withBadDeploy,
} from './world.ts';

let world: World;

beforeEach(async () => {
  world = await createWorld();
  await withBadDeploy(world);
});
afterEach(() => world.close());

describe('planning', () => {
  it.each([
    ['rollback', {}],
    ['scale', { replicas: 5 }],
    ['restart', {}],
  ])(
    'of a %s sends nothing with the write credential that could change something',
    async (verb, args) => {
      world.sandbox.ledger.clear();
      expect((await world.draft(verb, args)).ok).toBe(true);
      const byWriter = world.sandbox.ledger.requests.filter(({ user }) => user === 'tocsin-write');
      expect(byWriter.length).toBeGreaterThan(0);
      expect(byWriter.filter(({ dryRun }) => !dryRun)).toEqual([]);
      const byReader = world.sandbox.ledger.requests.filter(({ user }) => user === 'tocsin-read');
      expect(byReader.filter(({ method }) => method !== 'GET')).toEqual([]);
      expect(world.sandbox.ledger.applied()).toEqual([]);
    },
  );

  it('shows what the cluster adds: defaults and what a webhook injects', async () => {
    world.sandbox.webhooks.add({
      name: 'inject.example.com',
      mutate: (object) => {
        const metadata = object['metadata'] as { labels: Record<string, string> };
        metadata.labels['injected'] = 'yes';
      },
    });
    expect(pathsOf(await world.draft('rollback'))).toContain('metadata.labels.injected');
  });

  it('binds what a webhook makes of the template, so that the rollout is recognised', async () => {
    let count = 0;
    world.sandbox.webhooks.add({
      name: 'stamp.example.com',
      matches: ({ resource }) => resource === 'deployments',
      mutate: (object) => {
        count += 1;
        const spec = object['spec'] as { template: { metadata: Record<string, unknown> } };
        spec.template.metadata['annotations'] = { stamp: String(count) };
      },
    });
    const step = stepOf(await world.draft('rollback'));
    const ran = await run(world, step);
    if (ran.applied?.outcome !== 'applied' || !ran.applying) throw new Error('not applied');
    const driver = world.writer.steps[step.kind];
    const outputs = ran.applied.outputs ?? {};
    const seen = await driver?.observe(step, { ...ran.applying, outputs });
    expect(seen?.state).toBe('progress');
  });

  it.each<[string, Partial<AdmissionWebhook>, string]>([
    ['does not take part in dry runs', { sideEffects: true }, 'does not support dry run'],
    ['denies', { deny: () => 'not on Fridays' }, 'not on Fridays'],
    ['denies with 403', { deny: () => 'no', denyCode: 403 }, 'denied the request: no'],
    ['does not answer', { unreachable: true }, 'failed calling webhook'],
  ])('falls back to its own diff and says why when a webhook %s', async (_what, webhook, why) => {
    world.sandbox.webhooks.add({ name: 'gate.example.com', ...webhook });
    const draft = await world.draft('rollback');
    if (!draft.ok) throw new Error(draft.problem.code);
    const [warning] = draft.warnings;
    expect(warning?.code).toBe('K8S_NOT_SIMULATED');
    expect(String(warning?.facts['why'])).toContain(why);
    expect(draft.diff).toContainEqual({
      path: 'spec.template.spec.containers[checkout].image',
      what: 'changed',
      from: 'shop/checkout:2-crash',
      to: 'shop/checkout:1',
    });
  });
});

describe('a right that is missing', () => {
  it.each([
    ['rollback', {}, 'update'],
    ['scale', { replicas: 5 }, 'patch'],
    ['restart', {}, 'patch'],
  ])('is named before anybody approves a %s', async (verb, args, right) => {
    world.sandbox.setRules('write', []);
    expect(await world.draft(verb, args)).toEqual({
      ok: false,
      problem: {
        code: 'K8S_FORBIDDEN',
        facts: {
          cluster: 'eu-1',
          user: 'tocsin-write',
          verb: right,
          resource: 'deployments',
          namespace: 'shop',
          rule: `apiGroups: ["apps"], resources: ["deployments"], verbs: ["${right}"]`,
        },
      },
    });
  });

  it('is found by the access review when the dry run tells nothing', async () => {
    world.sandbox.setRules('write', []);
    world.sandbox.faults.add({ act: { kind: 'answer', code: 503 }, method: 'PUT', dryRun: true });
    expect(await world.draft('rollback')).toMatchObject({
      problem: { code: 'K8S_FORBIDDEN', facts: { user: 'the write credential', verb: 'update' } },
    });
  });

  it('to read is named too', async () => {
    world.sandbox.setRules('read', []);
    expect(await world.draft('rollback')).toMatchObject({
      problem: { code: 'K8S_FORBIDDEN', facts: { user: 'tocsin-read', verb: 'get' } },
    });
  });

  it('taken away after the approval refuses the write and changes nothing', async () => {
    const step = stepOf(await world.draft('rollback'));
    world.sandbox.setRules('write', []);
    expect((await run(world, step)).applied).toMatchObject({
      outcome: 'refused',
      problem: { code: 'K8S_FORBIDDEN' },
    });
    expect(ourWrites(world)).toBe(0);
  });
});

describe('without a write credential', () => {
  it('nothing can be planned and no writer is opened', async () => {
    const { url, token } = world.sandbox;
    const read = { kind: 'server', server: url, token: token('read') } as const;
    const { write: _none, ...config } = { ...settings(read), write: undefined };
    const { connect } = await import('../../../src/integrations/kubernetes/index.ts');
    const cluster = connect(config, {
      clock: world.clock,
      digestKey: new Uint8Array(32),
      log: { warn: () => undefined },
    });
    const target = { integration: 'kubernetes', target: 'eu-1', bounds: {}, show: [] };
    const locator = { namespace: 'shop', deployment: 'checkout' };
    const draft = await cluster.planner.draft({
      verb: 'restart',
      operation: 'op-1',
      service: 'checkout',
      target: { ...target, locator },
      args: {},
    });
    expect(codeOf(draft)).toBe('K8S_NO_WRITE_CREDENTIAL');
    expect(cluster.openWriter()).toMatchObject({ code: 'K8S_NO_WRITE_CREDENTIAL' });
    cluster.close();
  });
});

describe('the simulator', () => {
  let server: Server;
  const seen: string[] = [];
  beforeEach(async () => {
    seen.length = 0;
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      // It answers as something that would make a careless client try again elsewhere.
      response.writeHead(seen.length % 2 === 0 ? 500 : 401, { 'content-type': 'application/json' });
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('has no way to send a request without dryRun=All', async () => {
    const { port } = server.address() as AddressInfo;
    const config = settings({ kind: 'server', server: `http://127.0.0.1:${port}` });
    const credential = openCredential(config.read, 'eu-1');
    const connection = openConnection(config, credential, {
      clock: world.clock,
      log: { warn: () => undefined },
    });
    const dry = simulator(connection);
    const body = { spec: {} };
    for (const send of [
      () => dry.put(checkoutPath, body),
      () => dry.patch(checkoutPath, { type: 'merge', body }),
      () => dry.patch(checkoutPath, { type: 'strategic-merge', body }),
      () => dry.post(checkoutPath, body),
      () => dry.review(checkoutPath, body),
      // A path that brings its own query must not push ours out.
      () => dry.put(`${checkoutPath}?dryRun=`, body),
      () => dry.put(`${checkoutPath}#`, body),
      () => dry.post(`${checkoutPath}?dryRun=`, body),
    ]) {
      await send();
    }
    expect(Object.keys(dry).sort()).toEqual(['patch', 'post', 'put', 'review']);
    expect(seen.length).toBeGreaterThanOrEqual(8);
    for (const request of seen) {
      expect(
        new URL(request.split(' ')[1] ?? '', 'http://x').searchParams.getAll('dryRun'),
      ).toEqual(['All']);
    }
    connection.close();
  });
});

function settings(read: { kind: 'server'; server: string; token?: string }) {
  return {
    target: 'eu-1',
    read,
    timeoutMs: 2_000,
    bytesMax: 1_000_000,
    landsWithinMs: 90_000,
  };
}

function pathsOf(draft: Draft): readonly string[] {
  if (!draft.ok) throw new Error(draft.problem.code);
  return draft.diff.map((change) => change.path);
}
