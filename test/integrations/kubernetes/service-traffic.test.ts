import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProblemError } from '../../../src/core/problem.ts';
import { createWorld, sayable, type World } from './world.ts';

const label = 'statefulset.kubernetes.io/pod-name';
const path = '/api/v1/namespaces/shop/services/pg-write';
const servers = { 'db-1': 'pg-0', 'db-2': 'pg-1' };

let world: World;
beforeEach(async () => {
  world = await createWorld();
  const { seed } = world.sandbox;
  const spec = { podManagementPolicy: 'Parallel' };
  seed.statefulSet({ namespace: 'shop', name: 'pg', image: 'pg:16', replicas: 2, spec });
  seed.service({
    namespace: 'shop',
    name: 'pg-write',
    selector: { app: 'pg', [label]: 'pg-0' },
  });
  await world.clock.advanceAsync(5_000);
});
afterEach(() => world.close());

describe('a Service', () => {
  it('shows the server that its selector names, and nothing of the plan is kept', async () => {
    const traffic = trafficOf();
    expect(traffic.name).toBe('kubernetes/eu-1 shop/pg-write');
    expect(traffic.says('db-1')).toBe(
      'statefulset.kubernetes.io/pod-name of its selector from pg-0 to that of the new primary',
    );
    expect(await traffic.plan()).toEqual({ at: { 'shop/pg-write': ['db-1'] }, warnings: [] });
    expect(selected()).toBe('pg-0');
    expect(readyBehind()).toEqual(['pg-0']);
  });

  it('is turned to another server, keeps the rest of its selector, and is settled once its slices have followed', async () => {
    const traffic = trafficOf();
    let sent = 0;
    const turned = await traffic.turn('db-2', () => {
      sent += 1;
    });
    expect([turned, sent]).toEqual([{ done: ['shop/pg-write'], left: {} }, 1]);
    expect(world.sandbox.get('services', 'shop', 'pg-write')?.spec.selector).toEqual({
      app: 'pg',
      [label]: 'pg-1',
    });
    expect(await traffic.settled?.('db-2')).toBe(
      'the EndpointSlices of shop/pg-write still list pg-0',
    );
    await world.clock.advanceAsync(1_000);
    expect(await traffic.settled?.('db-2')).toBe('');
    expect(readyBehind()).toEqual(['pg-1']);
    expect((await traffic.look()).at).toEqual({ 'shop/pg-write': ['db-2'] });
  });

  it('is not settled while no pod of the new server is ready', async () => {
    const traffic = trafficOf();
    await traffic.turn('db-2', () => undefined);
    await world.admin('PATCH', '/apis/apps/v1/namespaces/shop/statefulsets/pg', {
      spec: { replicas: 1 },
    });
    await world.clock.advanceAsync(5_000);
    expect(await traffic.settled?.('db-2')).toBe(
      'the EndpointSlices of shop/pg-write list no ready pod of pg-1',
    );
  });

  it('is left as it is by a second turn to the same server', async () => {
    await trafficOf().turn('db-2', () => undefined);
    const before = world.sandbox.get('services', 'shop', 'pg-write');
    expect(await trafficOf().turn('db-2', () => expect.unreachable())).toMatchObject({ left: {} });
    expect(world.sandbox.get('services', 'shop', 'pg-write')).toEqual(before);
  });

  it('that somebody wrote between our look and our write is read again, and theirs stays', async () => {
    const traffic = trafficOf();
    const turned = await traffic.turn('db-2', () => {
      if (affinity() !== undefined) return;
      // Under our feet: the store is written before our request arrives.
      world.sandbox.seed.service({
        ...{ namespace: 'shop', name: 'pg-write', selector: { app: 'pg', [label]: 'pg-0' } },
        spec: { sessionAffinity: 'ClientIP' },
      });
    });
    expect(turned.done).toEqual(['shop/pg-write']);
    expect(selected()).toBe('pg-1');
    expect(affinity()).toBe('ClientIP');
    const conflicts = world.sandbox.ledger.requests.filter(({ code }) => code === 409);
    expect(conflicts).toHaveLength(1);
  });

  it('that was turned to a server of nobody meanwhile is left to them', async () => {
    await world.admin('PATCH', path, { spec: { selector: { [label]: 'pg-9' } } });
    const { left } = await trafficOf().turn('db-2', () => expect.unreachable());
    expect(left).toEqual({ 'shop/pg-write': "it selects pg-9 by now, which is nobody's" });
    expect((await trafficOf().look()).at).toEqual({ 'shop/pg-write': ['pg-9'] });
    expect(selected()).toBe('pg-9');
  });

  it('that is written by others without end is given up', async () => {
    world.sandbox.faults.add({ method: 'PATCH', path, act: answer(409), times: 9 });
    const { left } = await trafficOf().turn('db-2', () => undefined);
    expect(left['shop/pg-write']).toBe('it is written by somebody else again and again');
  });

  it('whose write may not be made says the right that is missing', async () => {
    world.sandbox.setRules('write', []);
    const { left } = await trafficOf().turn('db-2', () => undefined);
    expect(left['shop/pg-write']).toMatch(/K8S_FORBIDDEN.*patch.*services/);
    expect(selected()).toBe('pg-0');
  });
});

describe('an answer that is lost', () => {
  it('of a write that landed is found done by whoever looks, and by a second turn', async () => {
    world.sandbox.faults.add({ method: 'PATCH', path, act: { kind: 'reset-after' } });
    let sent = 0;
    const turning = trafficOf().turn('db-2', () => {
      sent += 1;
    });
    await expect(turning).rejects.toThrow('K8S_NO_ANSWER');
    expect(sent).toBe(1);
    expect((await trafficOf().look()).at).toEqual({ 'shop/pg-write': ['db-2'] });
    expect((await trafficOf().turn('db-2', () => expect.unreachable())).left).toEqual({});
  });

  it('of a write that did not land leaves it to be told again', async () => {
    world.sandbox.faults.add({ method: 'PATCH', path, act: { kind: 'reset' } });
    await expect(trafficOf().turn('db-2', () => undefined)).rejects.toThrow('K8S_NO_ANSWER');
    expect(selected()).toBe('pg-0');
    expect((await trafficOf().turn('db-2', () => undefined)).left).toEqual({});
    expect(selected()).toBe('pg-1');
  });

  it('of a write that lands late changes nothing that was written since', async () => {
    const act = { kind: 'apply-late', ms: 10_000 } as const;
    world.sandbox.faults.add({ method: 'PATCH', path, act });
    const turning = trafficOf(300).turn('db-2', () => undefined);
    await expect(turning).rejects.toThrow('K8S_TIMEOUT');
    await world.admin('PATCH', path, { spec: { selector: { [label]: 'pg-9' } } });
    await world.clock.advanceAsync(20_000);
    expect(selected()).toBe('pg-9');
  });
});

describe('before anybody approves it is refused', () => {
  it.each([
    ['an ExternalName', { type: 'ExternalName', externalName: 'db.example.com' }],
    ['without a selector', { selector: null }],
    ['without that label in its selector', { selector: { [label]: null } }],
  ])('%s', async (_, spec) => {
    await world.admin('PATCH', path, { spec });
    expect(await refusal()).toBe('K8S_SERVICE_UNFIT');
  });

  it('that does not exist, or is no name', async () => {
    expect(await refusal({ service: 'pg-read' })).toBe('K8S_NOT_FOUND');
    expect(await refusal({ service: '../pods' })).toBe('K8S_SERVICE_UNFIT');
  });

  it('where the write would be: without the right, without a credential, with a value that no label has', async () => {
    world.sandbox.setRules('write', []);
    expect(await refusal()).toBe('K8S_FORBIDDEN');
    world.sandbox.setRules('write', [
      { verbs: ['patch'], apiGroups: [''], resources: ['services'] },
    ]);
    expect(await refusal({ servers: { 'db-1': 'pg-0', 'db-2': 'not a label' } })).toBe(
      'K8S_INVALID',
    );
    const looking = world.reconnect({ write: undefined as never });
    await expect(looking.traffic(place()).plan()).rejects.toThrow('K8S_NO_WRITE_CREDENTIAL');
  });

  it('by an API server that is silent', async () => {
    world.sandbox.faults.add({ method: 'GET', path, act: { kind: 'hang' }, times: 5 });
    await expect(trafficOf(200).plan()).rejects.toThrow('K8S_TIMEOUT');
  });
});

describe('a plan says', () => {
  it('for which server the selector would find no ready pod', async () => {
    const spec = { selector: { 'apps.kubernetes.io/pod-index': '0' } };
    await world.admin('PATCH', path, { spec });
    const { warnings } = await trafficOf().plan();
    for (const each of warnings) sayable(each);
    expect(warnings).toEqual([
      {
        code: 'K8S_SERVICE_NOBODY',
        facts: { service: 'shop/pg-write', node: 'db-2', label, value: 'pg-1' },
      },
    ]);
  });

  it('that only the selector will be read back where slices may not be listed, and the turn is settled by that', async () => {
    world.sandbox.setRules('read', [{ verbs: ['get'], apiGroups: [''], resources: ['services'] }]);
    const { warnings } = await trafficOf().plan();
    expect(warnings.map(({ code }) => code)).toEqual(['K8S_SERVICE_UNSEEN']);
    for (const each of warnings) sayable(each);
    await trafficOf().turn('db-2', () => undefined);
    expect(await trafficOf().settled?.('db-2')).toBe('');
  });

  it('that a webhook kept the change from being tried', async () => {
    const message = 'admission webhook "x" does not support dry run';
    const act = { kind: 'answer', code: 400, message } as const;
    world.sandbox.faults.add({ method: 'PATCH', path, dryRun: true, act });
    const { warnings } = await trafficOf().plan();
    expect(warnings.map(({ code }) => code)).toEqual(['K8S_NOT_SIMULATED']);
  });
});

function place(more: object = {}) {
  return { namespace: 'shop', service: 'pg-write', label, servers, ...more };
}

/** Connected anew, as by a process that was started in between. */
function trafficOf(timeoutMs = 2_000) {
  return world.reconnect({ timeoutMs }).traffic(place());
}

async function refusal(more: object = {}): Promise<string> {
  try {
    await world.reconnect().traffic(place(more)).plan();
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    sayable(error.problem);
    return error.problem.code;
  }
  return 'accepted';
}

function selected(): string | undefined {
  return world.sandbox.get('services', 'shop', 'pg-write')?.spec.selector?.[label];
}

function affinity(): unknown {
  const spec = world.sandbox.get('services', 'shop', 'pg-write')?.spec;
  const found = spec && 'sessionAffinity' in spec ? spec.sessionAffinity : undefined;
  return found === 'None' ? undefined : found;
}

function readyBehind(): readonly string[] {
  return world.sandbox
    .list('endpointslices', 'shop')
    .flatMap(({ endpoints }) => endpoints)
    .filter(({ conditions }) => conditions.ready)
    .map(({ targetRef }) => targetRef.name);
}

function answer(code: number) {
  return { kind: 'answer', code } as const;
}
