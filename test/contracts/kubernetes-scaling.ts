import { describe, expect, it } from 'vitest';
import type { Answer } from './kubernetes-api.ts';
import {
  type Cluster,
  deploymentOf,
  images,
  merge,
  pathOf,
  read,
  rolledOut,
  until,
} from './kubernetes-api.ts';

export function describeScaling(cluster: Cluster): void {
  async function create(name: string, replicas: number): Promise<string> {
    const body = deploymentOf(name, images.one, { replicas });
    await cluster().request('POST', pathOf(cluster(), 'deployments'), body);
    return `${pathOf(cluster(), 'deployments', name)}/scale`;
  }

  describe('the scale subresource', () => {
    it('shows size and selector', async () => {
      const path = await create('sized', 2);
      await rolledOut(cluster(), 'sized');
      const { code, body } = await cluster().request('GET', path);
      expect(code).toBe(200);
      expect(body).toMatchObject({
        kind: 'Scale',
        apiVersion: 'autoscaling/v1',
        metadata: { name: 'sized', namespace: cluster().namespace },
        spec: { replicas: 2 },
        status: { replicas: 2, selector: 'app=sized' },
      });
    });

    it('takes a patch and a PUT', async () => {
      const path = await create('grown', 1);
      const grown = await cluster().request('PATCH', path, { spec: { replicas: 3 } }, merge);
      expect(grown.code).toBe(200);
      expect(grown.body.spec).toEqual({ replicas: 3 });
      expect((await rolledOut(cluster(), 'grown')).status.availableReplicas).toBe(3);
      const scale = (await cluster().request('GET', path)).body;
      scale.spec.replicas = 0;
      const { body } = await cluster().request('PUT', path, scale);
      expect(body.spec).toEqual({});
      const empty = await until(
        cluster(),
        () => read(cluster(), 'deployments', 'grown'),
        ({ status }) => (status.replicas ?? 0) === 0,
      );
      expect(empty.spec.replicas).toBe(0);
    });

    it('names Scale when the size is below zero', async () => {
      const path = await create('negative', 0);
      const { code, body } = await cluster().request(
        'PATCH',
        path,
        { spec: { replicas: -1 } },
        merge,
      );
      const message = 'Invalid value: -1: must be greater than or equal to 0';
      expect(code).toBe(422);
      expect(body).toMatchObject({
        message: `Scale.autoscaling "negative" is invalid: spec.replicas: ${message}`,
        details: {
          name: 'negative',
          group: 'autoscaling',
          kind: 'Scale',
          causes: [{ reason: 'FieldValueInvalid', message, field: 'spec.replicas' }],
        },
      });
    });

    it('is a conflict with an old version', async () => {
      const path = await create('stale-scale', 0);
      const scale = (await cluster().request('GET', path)).body;
      await cluster().request('PATCH', path, { spec: { replicas: 1 } }, merge);
      const { code, body } = await cluster().request('PUT', path, scale);
      expect(code).toBe(409);
      expect(body.reason).toBe('Conflict');
    });
  });

  describe('an autoscaler', () => {
    async function autoscale(name: string, bounds: object): Promise<Answer> {
      return cluster().request('POST', pathOf(cluster(), 'horizontalpodautoscalers'), {
        metadata: { name },
        spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name }, ...bounds },
      });
    }

    it('brings a target back within its bounds', { timeout: 90_000 }, async () => {
      await create('bounded', 5);
      expect((await autoscale('bounded', { minReplicas: 1, maxReplicas: 3 })).code).toBe(201);
      const held = await until(
        cluster(),
        () => read(cluster(), 'deployments', 'bounded'),
        ({ spec }) => spec.replicas !== 5,
      );
      expect(held.spec.replicas).toBe(3);
    });

    it('leaves a target alone that was scaled to 0', { timeout: 90_000 }, async () => {
      await create('off', 0);
      await autoscale('off', { minReplicas: 1, maxReplicas: 3 });
      const seen = await until(
        cluster(),
        () => read(cluster(), 'horizontalpodautoscalers', 'off'),
        ({ status }) =>
          status.conditions?.some((each) => each.reason === 'ScalingDisabled') ?? false,
      );
      const active = seen.status.conditions?.find((each) => each.type === 'ScalingActive');
      expect(active).toMatchObject({
        status: 'False',
        message: 'scaling is disabled since the replica count of the target is zero',
      });
      expect((await read(cluster(), 'deployments', 'off')).spec.replicas).toBe(0);
    });

    it('refuses bounds that are upside down', async () => {
      const { code, body } = await autoscale('upside', { minReplicas: 4, maxReplicas: 2 });
      expect(code).toBe(422);
      expect(body.message).toContain('must be greater than or equal to `minReplicas`');
    });
  });

  describe('a review of one’s own access', () => {
    it('says what the caller may do', async () => {
      const { code, body } = await cluster().request(
        'POST',
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SelfSubjectAccessReview',
          spec: {
            resourceAttributes: {
              namespace: cluster().namespace,
              verb: 'patch',
              group: 'apps',
              resource: 'deployments',
              subresource: 'scale',
            },
          },
        },
      );
      expect(code).toBe(201);
      expect(body).toMatchObject({ kind: 'SelfSubjectAccessReview', status: { allowed: true } });
    });
  });
}
