import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deploymentPath, merge, startWorld, type World } from './world.ts';

describe('a fault between client and server', () => {
  let world: World;
  const path = `${deploymentPath('web')}?fieldManager=tocsin`;
  const change = {
    method: 'PATCH',
    headers: merge,
    body: { metadata: { annotations: { 'example.com/operation': 'op-1' } }, spec: { replicas: 3 } },
  };
  const replicas = () => world.sandbox.get('deployments', 'shop', 'web')?.spec.replicas;

  beforeEach(async () => {
    world = await startWorld();
    world.sandbox.seed.deployment({ namespace: 'shop', name: 'web', image: 'app:1', replicas: 1 });
  });
  afterEach(() => world.stop());

  /** Sends the change, waits once the sandbox has it, and gives up. */
  async function giveUp(afterMs = 0): Promise<void> {
    const abort = new AbortController();
    const sent = world.ask(path, { ...change, signal: abort.signal });
    await reached();
    await world.clock.advanceAsync(afterMs);
    abort.abort();
    await expect(sent).rejects.toThrow();
    for (let index = 0; index < 20; index += 1) await turn();
  }
  async function reached(): Promise<void> {
    const before = world.sandbox.ledger.requests.length;
    while (world.sandbox.ledger.requests.length === before) await turn();
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('may land the write although the answer never comes', async () => {
    world.sandbox.faults.add({ act: { kind: 'drop-response' }, method: 'PATCH' });
    await giveUp();
    expect(replicas()).toBe(3);
    expect(world.sandbox.ledger.applied({ name: 'web' })).toHaveLength(1);
  });

  it('may land the write long after the client gave up', async () => {
    const act = { kind: 'apply-late', ms: 10_000 } as const;
    world.sandbox.faults.add({ act, method: 'PATCH' });
    await giveUp(9_000);
    await world.clock.advanceAsync(9_000);
    expect(replicas()).toBe(1);
    await world.clock.advanceAsync(1_000);
    expect(replicas()).toBe(3);
    expect(world.sandbox.ledger.applied({ name: 'web' })).toMatchObject([
      {
        fieldManager: 'tocsin',
        dryRun: false,
        verb: 'patch',
        annotations: { 'example.com/operation': 'op-1' },
      },
    ]);
  });

  it('may land it late counted from its arrival', async () => {
    const act = { kind: 'apply-late', ms: 1_000, from: 'arrival' } as const;
    world.sandbox.faults.add({ act, method: 'PATCH' });
    await giveUp();
    expect(replicas()).toBe(1);
    await world.clock.advanceAsync(1_000);
    expect(replicas()).toBe(3);
  });

  it('may cut the connection before or after the write', async () => {
    world.sandbox.faults.add({ act: { kind: 'reset' }, method: 'PATCH' });
    await expect(world.ask(path, change)).rejects.toThrow();
    expect(replicas()).toBe(1);
    world.sandbox.faults.add({ act: { kind: 'reset-after' }, method: 'PATCH' });
    await expect(world.ask(path, change)).rejects.toThrow();
    expect(replicas()).toBe(3);
  });

  it('may hang without doing anything', async () => {
    world.sandbox.faults.add({ act: { kind: 'hang' }, method: 'PATCH' });
    await giveUp();
    await world.clock.advanceAsync(60_000);
    expect(replicas()).toBe(1);
  });

  it('may delay the answer to a write that has landed', async () => {
    world.sandbox.faults.add({ act: { kind: 'delay', ms: 2_000 }, method: 'PATCH' });
    const sent = world.ask(path, change);
    await reached();
    expect(replicas()).toBe(3);
    await world.clock.advanceAsync(2_000);
    expect((await sent).code).toBe(200);
  });

  it('may be an error with the time after which to try again', async () => {
    world.sandbox.faults.add({ act: { kind: 'answer', code: 429, retryAfterS: 7 } });
    const refused = await world.ask(path, change);
    expect(refused.code).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('7');
    expect(refused.body).toMatchObject({
      reason: 'TooManyRequests',
      details: { retryAfterSeconds: 7 },
    });
    expect(replicas()).toBe(1);
  });

  it('may be an error for a write that landed all the same', async () => {
    world.sandbox.faults.add({ act: { kind: 'answer', code: 500, applied: true } });
    expect((await world.ask(path, change)).code).toBe(500);
    expect(replicas()).toBe(3);
  });

  it('strikes the requests it names, as often as it says', async () => {
    const fault = world.sandbox.faults.add({
      act: { kind: 'answer', code: 503 },
      method: ['PUT', 'PATCH'],
      path: /deployments\/web$/,
      dryRun: false,
      after: 1,
      times: 2,
    });
    const codes: number[] = [];
    for (let index = 0; index < 4; index += 1) codes.push((await world.ask(path, change)).code);
    expect(codes).toEqual([200, 503, 503, 200]);
    expect((await world.ask(`${path}&dryRun=All`, change)).code).toBe(200);
    expect(fault.hits()).toBe(2);
  });

  it('is told apart in the ledger from writes without effect', async () => {
    await world.ask(path, change);
    await world.ask(path, change);
    await world.ask(`${path}&dryRun=All`, { ...change, body: { spec: { replicas: 9 } } });
    expect(world.sandbox.ledger.writes).toHaveLength(3);
    expect(world.sandbox.ledger.applied()).toHaveLength(1);
  });
});
