import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deploymentPath, merge, startWorld, type World } from './world.ts';

describe('who may do what', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
    world.sandbox.seed.deployment({ namespace: 'shop', name: 'web', image: 'app:1', replicas: 1 });
  });
  afterEach(() => world.stop());
  const path = deploymentPath('web');
  const scale = { method: 'PATCH', headers: merge, body: { spec: { replicas: 2 } } };

  it('is nobody without a token', async () => {
    const { code, body } = await world.ask(path, { token: 'unknown' });
    expect(code).toBe(401);
    expect(body).not.toHaveProperty('details');
  });

  it('lets the reader read and not write', async () => {
    expect((await world.ask(path, { as: 'read' })).code).toBe(200);
    const refused = await world.ask(path, { ...scale, as: 'read' });
    expect(refused.code).toBe(403);
    expect(refused.body['message']).toBe(
      'deployments.apps "web" is forbidden: User "tocsin-read" cannot patch resource "deployments" in API group "apps" in the namespace "shop"',
    );
  });

  it('counts a subresource as a resource of its own', async () => {
    world.sandbox.setRules('write', [
      { verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments/scale'] },
    ]);
    expect((await world.ask(`${path}/scale`, { ...scale, as: 'write' })).code).toBe(200);
    const refused = await world.ask(path, { ...scale, as: 'write' });
    expect(refused.code).toBe(403);
  });

  it('names the subresource and the scope in a refusal', async () => {
    const refused = await world.ask(`${path}/scale`, { ...scale, as: 'read' });
    expect(refused.body['message']).toContain(
      'cannot patch resource "deployments/scale" in API group "apps"',
    );
    world.sandbox.setRules('read', []);
    const listed = await world.ask('/api/v1/pods', { as: 'read' });
    expect(listed.body['message']).toBe(
      'pods is forbidden: User "tocsin-read" cannot list resource "pods" in API group "" at the cluster scope',
    );
  });

  it('holds rules to their namespaces and names', async () => {
    const rule = { verbs: ['get'], apiGroups: ['apps'], resources: ['deployments'] };
    world.sandbox.setRules('read', [{ ...rule, namespaces: ['shop'], resourceNames: ['web'] }]);
    expect((await world.ask(path, { as: 'read' })).code).toBe(200);
    expect((await world.ask(deploymentPath('other'), { as: 'read' })).code).toBe(403);
    expect((await world.ask(deploymentPath('web', 'default'), { as: 'read' })).code).toBe(403);
  });

  it('asks the same right for a dry run as for the write', async () => {
    const refused = await world.ask(`${path}?dryRun=All`, { ...scale, as: 'read' });
    expect(refused.code).toBe(403);
  });

  it('reviews access by the rules of the one who asks', async () => {
    const body = {
      spec: {
        resourceAttributes: {
          verb: 'patch',
          group: 'apps',
          resource: 'deployments',
          subresource: 'scale',
          namespace: 'shop',
        },
      },
    };
    const where = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const asReader = await world.ask(where, { method: 'POST', body, as: 'read' });
    const asWriter = await world.ask(where, { method: 'POST', body, as: 'write' });
    expect(asReader.body).toMatchObject({ status: { allowed: false } });
    expect(asWriter.body).toMatchObject({ status: { allowed: true } });
  });

  it('hands out a kubeconfig for each role', () => {
    const config = world.sandbox.kubeconfig('write', 'shop');
    expect(config.clusters[0]?.cluster.server).toBe(world.sandbox.url);
    expect(config.users[0]?.user.token).toBe(world.sandbox.token('write'));
    expect(JSON.parse(world.sandbox.kubeconfigText('write', 'shop'))).toEqual(config);
  });
});

describe('an admission webhook', () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
    world.sandbox.seed.deployment({ namespace: 'shop', name: 'web', image: 'app:1', replicas: 1 });
  });
  afterEach(() => world.stop());
  const path = deploymentPath('web');
  const scale = { method: 'PATCH', headers: merge, body: { spec: { replicas: 2 } } };

  it('with side effects refuses a dry run only', async () => {
    world.sandbox.webhooks.add({ name: 'audit.example.com', sideEffects: true });
    const dry = await world.ask(`${path}?dryRun=All`, scale);
    expect(dry.code).toBe(400);
    expect(dry.body['message']).toBe(
      'admission webhook "audit.example.com" does not support dry run',
    );
    expect((await world.ask(path, scale)).code).toBe(200);
  });

  it('denies with its reason', async () => {
    world.sandbox.webhooks.add({
      name: 'policy.example.com',
      matches: ({ resource }) => resource === 'deployments',
      deny: ({ name }) => `${name} is frozen`,
      denyCode: 403,
    });
    const denied = await world.ask(path, scale);
    expect(denied.code).toBe(403);
    expect(denied.body['message']).toBe(
      'admission webhook "policy.example.com" denied the request: web is frozen',
    );
    expect(world.sandbox.get('deployments', 'shop', 'web')?.spec.replicas).toBe(1);
  });

  it('that cannot be reached stops the write', async () => {
    world.sandbox.webhooks.add({ name: 'gone.example.com', unreachable: true });
    const failed = await world.ask(path, scale);
    expect(failed.code).toBe(500);
    expect(failed.body['message']).toContain('failed calling webhook "gone.example.com"');
  });

  it('may change what is written, and a dry run shows it', async () => {
    world.sandbox.webhooks.add({
      name: 'inject.example.com',
      mutate: (object) => {
        const metadata = object['metadata'] as Record<string, unknown>;
        metadata['annotations'] = { 'example.com/injected': 'yes' };
      },
    });
    const dry = await world.ask(`${path}?dryRun=All`, scale);
    expect(dry.body).toMatchObject({
      metadata: { annotations: { 'example.com/injected': 'yes' } },
    });
  });
});
