import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { listAt, stringAt } from '../../src/sandbox/json.ts';
import { deploymentPath, merge, type Reply, startWorld, type World } from './world.ts';

describe('reading the cluster', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
    for (const [name, tier] of Object.entries({ a: 'web', b: 'web', c: 'db' })) {
      const labels = { tier };
      world.sandbox.seed.deployment({
        namespace: 'shop',
        name,
        image: 'app:1',
        replicas: 1,
        labels,
      });
    }
    world.sandbox.seed.deployment({ namespace: 'other', name: 'd', image: 'app:1', replicas: 1 });
    world.clock.advance(3_000);
  });
  afterEach(() => world.stop());

  const list = (path: string, query = ''): Promise<Reply> => world.ask(`${path}${query}`);
  const names = ({ body }: Reply) =>
    (listAt(body, 'items') ?? []).map((item) => stringAt(item, 'metadata', 'name'));
  const deployments = '/apis/apps/v1/namespaces/shop/deployments';

  it.each([
    ['tier=web', ['a', 'b']],
    ['tier!=web', ['c']],
    ['tier in (db,cache)', ['c']],
    ['tier notin (db),app', ['a', 'b']],
    ['!tier', []],
    ['app=a,tier=web', ['a']],
  ])('selects by %s', async (selector, expected) => {
    const query = `?labelSelector=${encodeURIComponent(selector)}`;
    expect(names(await list(deployments, query))).toEqual(expected);
  });

  it('refuses a selector it cannot read', async () => {
    const query = `?labelSelector=${encodeURIComponent('a in b')}`;
    expect((await list(deployments, query)).code).toBe(400);
  });

  it('lists over all namespaces', async () => {
    expect(names(await list('/apis/apps/v1/deployments'))).toEqual(['d', 'a', 'b', 'c']);
  });

  it('gives pages', async () => {
    const first = await list(deployments, '?limit=2');
    expect(names(first)).toEqual(['a', 'b']);
    const token = stringAt(first.body, 'metadata', 'continue') ?? '';
    expect(first.body).toMatchObject({ metadata: { remainingItemCount: 1 } });
    const second = await list(deployments, `?limit=2&continue=${token}`);
    expect(names(second)).toEqual(['c']);
    expect((await list(deployments, '?continue=nonsense')).code).toBe(400);
  });

  it('selects pods and events by their fields', async () => {
    const pods = '/api/v1/namespaces/shop/pods';
    expect(names(await list(pods, '?fieldSelector=status.phase%3DRunning'))).toHaveLength(3);
    expect(names(await list(pods, '?fieldSelector=status.phase%3DPending'))).toEqual([]);
    const events = '/api/v1/namespaces/shop/events';
    const { body } = await list(events, '?fieldSelector=involvedObject.name%3Da');
    const reasons = (listAt(body, 'items') ?? []).map((item) => stringAt(item, 'reason'));
    expect(reasons).toEqual(['ScalingReplicaSet']);
    expect((await list(pods, '?fieldSelector=spec.colour%3Dred')).code).toBe(400);
  });

  it('watches changes from a version on', async () => {
    const version = stringAt((await list(deployments)).body, 'metadata', 'resourceVersion');
    const abort = new AbortController();
    const response = await fetch(
      `${world.sandbox.url}${deployments}?watch=true&resourceVersion=${version}`,
      {
        headers: { authorization: `Bearer ${world.sandbox.token('read')}` },
        signal: abort.signal,
      },
    );
    await world.ask(deploymentPath('a'), {
      method: 'PATCH',
      headers: merge,
      body: { spec: { replicas: 2 } },
    });
    const reader = response.body?.getReader();
    const chunk = await reader?.read();
    const [line = ''] = new TextDecoder().decode(chunk?.value).split('\n');
    expect(JSON.parse(line)).toMatchObject({
      type: 'MODIFIED',
      object: { kind: 'Deployment', metadata: { name: 'a' }, spec: { replicas: 2 } },
    });
    abort.abort();
  });

  it('reads a null as a field that is not there', async () => {
    const path = deploymentPath('a');
    const { body } = await world.ask(path);
    const template = JSON.parse(JSON.stringify(body['spec']));
    template.template.metadata.creationTimestamp = null;
    const put = await world.ask(path, { method: 'PUT', body: { ...body, spec: template } });
    expect(put.code).toBe(200);
    expect(put.body['metadata']).toEqual(body['metadata']);
    expect(put.text).not.toContain('null');
  });

  it('answers bad requests without falling over', async () => {
    const headers = { authorization: `Bearer ${world.sandbox.token('admin')}` };
    const url = `${world.sandbox.url}${deployments}`;
    const broken = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"kind":',
    });
    expect(broken.status).toBe(400);
    const proto = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/vnd.kubernetes.protobuf' },
      body: 'k8s',
    });
    expect(proto.status).toBe(415);
    const large = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ pad: 'x'.repeat(4 * 1024 * 1024) }),
    });
    expect(large.status).toBe(413);
    expect((await world.ask(deployments, { method: 'DELETE' })).code).toBe(405);
    expect((await world.ask(`${deployments}/%E0%A4%A`)).code).toBe(400);
  });

  it('answers 400 or 422 to a body of the wrong shape, never 500', async () => {
    const shapes = [[], 'text', 7, { spec: [] }, { metadata: [] }, { spec: { template: 'x' } }];
    for (const body of shapes) {
      const { code } = await world.ask(deployments, { method: 'POST', body });
      expect([400, 422]).toContain(code);
    }
  });
});
