import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../../src/integrations/kubernetes/index.ts';
import { checkout, createWorld, deploy, follow, run, stepOf, type World } from './world.ts';

const canary = 'kanarienvogel';

let world: World;

beforeEach(async () => {
  world = await createWorld();
  world.sandbox.images.set(/checkout/, {
    crash: { afterMs: 100, backoffMs: 1_000, backoffMaxMs: 1_000, exitCode: 1 },
    readyMs: false,
    logs: [`DATABASE_PASSWORD=${canary}`, `error: cannot reach https://app:${canary}@db/`],
  });
  for (const turn of [1, 2]) {
    await deploy(world, {
      image: `shop/checkout:${turn}`,
      env: { DB_PASSWORD: `${canary}${turn}`, PLAIN: `${canary}-plain${turn}` },
      annotations: {
        note: `${canary}${turn}`,
        'kubectl.kubernetes.io/last-applied-configuration': `{"x":"${canary}${turn}"}`,
        'kubernetes.io/change-cause': `deploy --token ${canary}${turn}`,
      },
      podSpec: {
        containers: [
          {
            name: 'checkout',
            image: `shop/checkout:${turn}`,
            args: [`--key=${canary}${turn}`],
            command: ['sh', `${canary}${turn}`],
            env: [{ name: 'DB_PASSWORD', value: `${canary}${turn}` }],
          },
        ],
      },
    });
  }
});
afterEach(() => world.close());

describe('a secret in env, args, command, annotations and logs', () => {
  it('is in nothing that leaves the integration', async () => {
    const said: unknown[] = [];
    for (const [verb, args] of [
      ['rollback', {}],
      ['restart', {}],
      ['scale', { replicas: 5 }],
    ] as const) {
      said.push(await world.draft(verb, args));
    }
    const { workload } = world.cluster.readers;
    said.push(await workload.status(checkout), await workload.history(checkout));
    said.push(await workload.logs(checkout, { lines: 50, errorsFirst: true }));
    const step = stepOf(await world.draft('rollback'));
    const ran = await run(world, step);
    said.push(ran, await follow(world, step, ran));
    world.sandbox.webhooks.add({ name: 'gate.example.com', deny: () => `token=${canary}` });
    said.push(await world.draft('restart'));
    expect(JSON.stringify(said)).not.toContain(canary);
    expect(JSON.stringify(said)).toContain('hidden ');
  });

  it('is not told by a digest that anybody could compute', async () => {
    const draft = JSON.stringify(await world.draft('rollback'));
    for (const value of [`${canary}1`, `${canary}2`, `"${canary}1"`]) {
      const digest = createHash('sha256').update(value).digest('hex');
      expect(draft).not.toContain(digest.slice(0, 8));
    }
  });

  it('has another digest under another key', async () => {
    const { url, token } = world.sandbox;
    const at = (role: 'read' | 'write') =>
      ({ kind: 'server', server: url, token: token(role) }) as const;
    const config = { target: 'eu-1', timeoutMs: 2_000, bytesMax: 1_000_000, landsWithinMs: 1_000 };
    const drafts = [1, 2].map((byte) => {
      const cluster = connect(
        { ...config, read: at('read'), write: at('write') },
        {
          clock: world.clock,
          digestKey: new Uint8Array(32).fill(byte),
          log: { warn: () => undefined },
        },
      );
      const request = { verb: 'rollback', operation: 'op-1', service: 'checkout', args: {} };
      return cluster.planner.draft({ ...request, target: checkout }).finally(() => cluster.close());
    });
    const [one, other] = (await Promise.all(drafts)).map(stepOf);
    expect(one?.preconditions['template']).not.toBe(other?.preconditions['template']);
  });
});
