import { describe, expect, it } from 'vitest';
import { type Cluster, images, merge, pathOf, until } from './kubernetes-api.ts';

const podName = 'statefulset.kubernetes.io/pod-name';

/** What turning a Service by its selector rests on. */
export function describeServices(cluster: Cluster): void {
  const post = (resource: string, body: unknown) =>
    cluster().request('POST', pathOf(cluster(), resource), body);
  const patch = (name: string, body: unknown, query = '') =>
    cluster().request('PATCH', `${pathOf(cluster(), 'services', name)}${query}`, body, merge);
  const get = async (name: string): Promise<ServiceBody> =>
    JSON.parse((await cluster().request('GET', pathOf(cluster(), 'services', name))).text);
  const slicesOf = async (name: string): Promise<SliceBody[]> => {
    const query = `?labelSelector=${encodeURIComponent(`kubernetes.io/service-name=${name}`)}`;
    const answer = await cluster().request('GET', `${pathOf(cluster(), 'endpointslices')}${query}`);
    expect(answer.code, answer.text).toBe(200);
    return JSON.parse(answer.text).items;
  };
  const readyOf = async (name: string): Promise<string> => {
    const endpoints = (await slicesOf(name)).flatMap((each) => each.endpoints ?? []);
    const ready = endpoints.filter(({ conditions }) => conditions.ready);
    return ready.map(({ targetRef }) => targetRef.name).join(' ');
  };
  const serviceOf = (name: string, spec: object) => ({
    metadata: { name },
    spec: { ports: [{ port: 5432 }], ...spec },
  });

  describe('a Service', () => {
    it('leads to the ready pod that its selector names, and to another one once that is changed', async () => {
      const labels = { app: 'served' };
      const containers = [{ name: 'db', image: images.one }];
      const made = await post('statefulsets', {
        metadata: { name: 'served' },
        spec: {
          replicas: 2,
          serviceName: 'served',
          podManagementPolicy: 'Parallel',
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { terminationGracePeriodSeconds: 1, containers },
          },
        },
      });
      expect(made.code, made.text).toBe(201);
      const selector = { app: 'served', [podName]: 'served-0' };
      expect((await post('services', serviceOf('writer', { selector }))).code).toBe(201);
      await until(
        cluster(),
        () => readyOf('writer'),
        (seen) => seen === 'served-0',
      );

      const { metadata } = await get('writer');
      const { resourceVersion } = metadata;
      const turned = {
        metadata: { resourceVersion },
        spec: { selector: { [podName]: 'served-1' } },
      };
      expect((await patch('writer', turned, '?dryRun=All')).code).toBe(200);
      expect((await get('writer')).metadata.resourceVersion).toBe(resourceVersion);
      expect((await patch('writer', turned)).code).toBe(200);
      expect((await get('writer')).spec.selector).toEqual({
        app: 'served',
        [podName]: 'served-1',
      });
      await until(
        cluster(),
        () => readyOf('writer'),
        (seen) => seen === 'served-1',
      );

      const stale = await patch('writer', turned);
      expect([stale.code, stale.body.reason]).toEqual([409, 'Conflict']);
    });

    it('is refused with a label value that no pod could have', async () => {
      await post('services', serviceOf('picky', { selector: { app: 'picky' } }));
      const refused = await patch('picky', { spec: { selector: { app: 'not a label' } } });
      expect(refused.code).toBe(422);
      expect(refused.body.message).toContain('a valid label must be');
    });

    it('without a selector, or for a name outside, has no slices of the cluster', async () => {
      const external = { type: 'ExternalName', externalName: 'db.example.com' };
      expect((await post('services', serviceOf('bare', {}))).code).toBe(201);
      expect((await post('services', serviceOf('outside', external))).code).toBe(201);
      await cluster().pass(1_000);
      expect(await slicesOf('bare')).toEqual([]);
      expect(await slicesOf('outside')).toEqual([]);
      expect((await get('outside')).spec.selector).toBeUndefined();
    });
  });
}

type ServiceBody = {
  metadata: { resourceVersion: string };
  spec: { type: string; selector?: Record<string, string> };
};
type SliceBody = {
  endpoints: { conditions: { ready: boolean }; targetRef: { name: string } }[] | null;
};
