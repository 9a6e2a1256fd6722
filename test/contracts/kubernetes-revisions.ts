import { describe, expect, it } from 'vitest';
import {
  type Cluster,
  images,
  pathOf,
  read,
  setImage,
  strategic,
  templateOf,
  until,
} from './kubernetes-api.ts';
import { type Body, existing, imageOf } from './kubernetes-body.ts';

export function describeRevisions(cluster: Cluster): void {
  async function revisionsOf(name: string): Promise<Body[]> {
    const query = `?labelSelector=${encodeURIComponent(`app in (${name})`)}`;
    const path = `${pathOf(cluster(), 'controllerrevisions')}${query}`;
    const { body } = await cluster().request('GET', path);
    return body.items.sort((a, b) => a.revision - b.revision);
  }
  async function patch(resource: string, name: string, body: unknown): Promise<void> {
    const path = pathOf(cluster(), resource, name);
    const answer = await cluster().request('PATCH', path, body, strategic);
    expect(answer.code, answer.text).toBe(200);
  }

  describe('a StatefulSet', () => {
    const settled = (name: string) =>
      until(
        cluster(),
        () => read(cluster(), 'statefulsets', name),
        ({ metadata, spec, status }) =>
          status.observedGeneration >= metadata.generation &&
          status.updatedReplicas === spec.replicas &&
          status.readyReplicas === spec.replicas &&
          status.currentRevision === status.updateRevision,
      );
    async function create(name: string, spec: object = {}): Promise<void> {
      const { code, text } = await cluster().request('POST', pathOf(cluster(), 'statefulsets'), {
        metadata: { name },
        spec: {
          replicas: 2,
          serviceName: name,
          selector: { matchLabels: { app: name } },
          template: templateOf(name, images.one),
          ...spec,
        },
      });
      expect(code, text).toBe(201);
    }

    it('keeps its templates as revisions and renumbers the one it goes back to', async () => {
      await create('ordered-set');
      const first = await settled('ordered-set');
      await patch('statefulsets', 'ordered-set', setImage(images.two));
      const second = await settled('ordered-set');
      expect(second.status.updateRevision).not.toBe(first.status.updateRevision);
      const old = existing((await revisionsOf('ordered-set'))[0]);
      expect(old.revision).toBe(1);
      expect(old.data.spec.template.$patch).toBe('replace');
      await patch('statefulsets', 'ordered-set', old.data);
      const back = await settled('ordered-set');
      expect(imageOf(back)).toBe(images.one);
      expect(back.status.updateRevision).toBe(first.status.updateRevision);
      const numbers = (await revisionsOf('ordered-set')).map((each) => each.revision);
      expect(numbers).toEqual([2, 3]);
    });

    it('leaves the pods below the partition at the old template', async () => {
      const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
      await create('parted', { updateStrategy });
      await settled('parted');
      const { metadata: untouched } = await read(cluster(), 'pods', 'parted-0');
      await patch('statefulsets', 'parted', setImage(images.two));
      await until(
        cluster(),
        () => read(cluster(), 'statefulsets', 'parted'),
        ({ status }) => status.updatedReplicas === 1 && status.readyReplicas === 2,
      );
      const imageOfPod = async (pod: string) =>
        existing((await read(cluster(), 'pods', pod)).spec.containers[0]).image;
      expect(await imageOfPod('parted-0')).toBe(images.one);
      expect(await imageOfPod('parted-1')).toBe(images.two);
      await cluster().pass(2_000);
      expect((await read(cluster(), 'pods', 'parted-0')).metadata.uid).toBe(untouched.uid);
    });

    it('restarts nothing on its own under OnDelete', async () => {
      await create('manual', { updateStrategy: { type: 'OnDelete' } });
      await settled('manual');
      await patch('statefulsets', 'manual', setImage(images.two));
      const seen = await until(
        cluster(),
        () => read(cluster(), 'statefulsets', 'manual'),
        ({ metadata, status }) => status.observedGeneration >= metadata.generation,
      );
      expect(seen.status.updatedReplicas ?? 0).toBe(0);
      await cluster().request('DELETE', pathOf(cluster(), 'pods', 'manual-1'));
      await until(
        cluster(),
        () => read(cluster(), 'statefulsets', 'manual'),
        ({ status }) => status.updatedReplicas === 1 && status.readyReplicas === 2,
      );
    });

    it('refuses to change what it is made of', async () => {
      await create('fixed');
      const held = await read(cluster(), 'statefulsets', 'fixed');
      held.spec.serviceName = 'another';
      delete held.metadata.resourceVersion;
      const path = pathOf(cluster(), 'statefulsets', 'fixed');
      const { code, body } = await cluster().request('PUT', path, held);
      expect(code).toBe(422);
      expect(body.message).toContain(
        'spec: Forbidden: updates to statefulset spec for fields other than',
      );
    });
  });

  describe('a DaemonSet', () => {
    it('keeps its templates as revisions and renumbers the one it goes back to', async () => {
      const made = await cluster().request('POST', pathOf(cluster(), 'daemonsets'), {
        metadata: { name: 'everywhere' },
        spec: {
          selector: { matchLabels: { app: 'everywhere' } },
          template: templateOf('everywhere', images.one),
        },
      });
      expect(made.code, made.text).toBe(201);
      const settled = () =>
        until(
          cluster(),
          () => read(cluster(), 'daemonsets', 'everywhere'),
          ({ metadata, status }) =>
            status.observedGeneration >= metadata.generation &&
            status.updatedNumberScheduled === status.desiredNumberScheduled &&
            status.numberAvailable === status.desiredNumberScheduled,
        );
      await settled();
      await patch('daemonsets', 'everywhere', setImage(images.two));
      await settled();
      const old = existing((await revisionsOf('everywhere'))[0]);
      await patch('daemonsets', 'everywhere', old.data);
      const back = await settled();
      expect(imageOf(back)).toBe(images.one);
      const numbers = (await revisionsOf('everywhere')).map((each) => each.revision);
      expect(numbers).toEqual([2, 3]);
    });
  });
}
