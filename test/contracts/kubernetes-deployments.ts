import { describe, expect, it } from 'vitest';
import {
  type Cluster,
  deploymentOf,
  images,
  isRolledOut,
  jsonPatch,
  merge,
  pathOf,
  read,
  rolledOut,
  setImage,
  setsOf,
  strategic,
  until,
} from './kubernetes-api.ts';
import { type Body, existing, imageOf } from './kubernetes-body.ts';

const revision = 'deployment.kubernetes.io/revision';

export function describeDeployments(cluster: Cluster): void {
  async function create(name: string, spec: object = {}): Promise<Body> {
    const path = pathOf(cluster(), 'deployments');
    const made = await cluster().request('POST', path, deploymentOf(name, images.one, spec));
    expect(made.code).toBe(201);
    return made.body;
  }
  async function roll(name: string, image: string): Promise<Body> {
    const path = pathOf(cluster(), 'deployments', name);
    const patched = await cluster().request('PATCH', path, setImage(image), strategic);
    expect(patched.code).toBe(200);
    return patched.body;
  }
  const condition = (deployment: Body, type: string) =>
    deployment.status.conditions?.find((each) => each.type === type);
  const progress = (deployment: Body) => condition(deployment, 'Progressing');

  describe('a Deployment', () => {
    it('is created with defaults and rolls out to ready pods', async () => {
      const made = await create('fresh');
      expect(made.metadata).toMatchObject({ name: 'fresh', generation: 1 });
      expect(made.spec).toMatchObject({
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } },
      });
      expect(made.spec.template.spec.containers[0]).toMatchObject({
        imagePullPolicy: 'IfNotPresent',
        ports: [{ containerPort: 80, protocol: 'TCP' }],
      });
      const done = await rolledOut(cluster(), 'fresh');
      expect(done.metadata.annotations).toMatchObject({ [revision]: '1' });
      expect(progress(done)).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
      const set = existing((await setsOf(cluster(), 'fresh'))[0]);
      const hash = set.metadata.labels['pod-template-hash'];
      expect(set.metadata.name).toBe(`fresh-${hash}`);
      expect(set.spec.selector.matchLabels).toEqual({ app: 'fresh', 'pod-template-hash': hash });
      expect(set.metadata.annotations).toMatchObject({
        'deployment.kubernetes.io/desired-replicas': '2',
        'deployment.kubernetes.io/max-replicas': '3',
      });
    });

    it('lists items without kind and apiVersion', async () => {
      await create('listed', { replicas: 0 });
      const { body } = await cluster().request('GET', pathOf(cluster(), 'deployments'));
      expect(body).toMatchObject({ kind: 'DeploymentList', apiVersion: 'apps/v1' });
      const item = body.items.find((each) => each.metadata.name === 'listed');
      expect(item).toBeDefined();
      expect(item).not.toHaveProperty('kind');
      expect(item).not.toHaveProperty('apiVersion');
    });

    it('gives an old template that comes back the next revision number', async () => {
      await create('rolled');
      await rolledOut(cluster(), 'rolled');
      await roll('rolled', images.two);
      await rolledOut(cluster(), 'rolled');
      const before = await setsOf(cluster(), 'rolled');
      expect(before.map((set) => set.metadata.annotations[revision]).sort()).toEqual(['1', '2']);
      const first = existing(before.find((set) => set.metadata.annotations[revision] === '1'));
      const template = structuredClone(first.spec.template);
      delete template.metadata.labels['pod-template-hash'];
      const path = pathOf(cluster(), 'deployments', 'rolled');
      const patch = [{ op: 'replace', path: '/spec/template', value: template }];
      expect((await cluster().request('PATCH', path, patch, jsonPatch)).code).toBe(200);
      const done = await rolledOut(cluster(), 'rolled');
      expect(done.metadata.annotations[revision]).toBe('3');
      const after = await setsOf(cluster(), 'rolled');
      expect(after.map((set) => set.metadata.annotations[revision]).sort()).toEqual(['2', '3']);
      const back = existing(after.find((set) => set.metadata.uid === first.metadata.uid));
      expect(back.metadata.annotations).toMatchObject({
        [revision]: '3',
        'deployment.kubernetes.io/revision-history': '1',
      });
    });

    it('shows in a dry run what a change would be, and changes nothing', async () => {
      await create('tried');
      const before = await rolledOut(cluster(), 'tried');
      const path = pathOf(cluster(), 'deployments', 'tried');
      const dry = await cluster().request(
        'PATCH',
        `${path}?dryRun=All`,
        setImage(images.two),
        strategic,
      );
      expect(dry.code).toBe(200);
      expect(imageOf(dry.body)).toBe(images.two);
      expect(dry.body.metadata.generation).toBe(before.metadata.generation + 1);
      expect(dry.body.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
      const after = await read(cluster(), 'deployments', 'tried');
      expect(after.metadata).toEqual(before.metadata);
      expect(after.spec).toEqual(before.spec);
    });

    it('leaves its version alone when a write changes nothing', async () => {
      await create('same');
      const before = await rolledOut(cluster(), 'same');
      const path = pathOf(cluster(), 'deployments', 'same');
      const { code, body } = await cluster().request('PUT', path, before);
      expect(code).toBe(200);
      expect(body.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
      expect(body.metadata.generation).toBe(before.metadata.generation);
    });

    it('gets a new generation from an annotation too', async () => {
      const made = await create('noted', { replicas: 0 });
      const path = pathOf(cluster(), 'deployments', 'noted');
      const patch = { metadata: { annotations: { 'example.com/note': 'hello' } } };
      const { body } = await cluster().request('PATCH', path, patch, merge);
      expect(body.metadata.generation).toBe(made.metadata.generation + 1);
    });

    it('records who wrote a field', async () => {
      await create('managed', { replicas: 0 });
      const path = pathOf(cluster(), 'deployments', 'managed');
      const patch = { metadata: { annotations: { 'example.com/by': 'us' } } };
      const { body } = await cluster().request(
        'PATCH',
        `${path}?fieldManager=tocsin`,
        patch,
        merge,
      );
      const managers = body.metadata.managedFields.map((field) => field.manager);
      expect(managers).toContain('tocsin');
    });

    it('sees a change while paused and makes nothing of it', async () => {
      await create('paused');
      await rolledOut(cluster(), 'paused');
      const path = pathOf(cluster(), 'deployments', 'paused');
      await cluster().request('PATCH', path, { spec: { paused: true } }, merge);
      const { metadata } = await roll('paused', images.two);
      const seen = await until(
        cluster(),
        () => read(cluster(), 'deployments', 'paused'),
        ({ status }) => status.observedGeneration >= metadata.generation,
      );
      expect(progress(seen)).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' });
      expect(await setsOf(cluster(), 'paused')).toHaveLength(1);
      await cluster().request('PATCH', path, { spec: { paused: false } }, merge);
      await rolledOut(cluster(), 'paused');
      expect(await setsOf(cluster(), 'paused')).toHaveLength(2);
    });

    it('reports a rollout past its deadline while the old pods keep serving', async () => {
      await create('stuck', { progressDeadlineSeconds: 4 });
      await rolledOut(cluster(), 'stuck');
      await roll('stuck', images.unpullable);
      const failed = await until(
        cluster(),
        () => read(cluster(), 'deployments', 'stuck'),
        (seen) => progress(seen)?.reason === 'ProgressDeadlineExceeded',
      );
      expect(progress(failed)).toMatchObject({
        status: 'False',
        message: expect.stringMatching(/^ReplicaSet "stuck-\w+" has timed out progressing\.$/),
      });
      expect(condition(failed, 'Available')).toMatchObject({
        status: 'True',
        reason: 'MinimumReplicasAvailable',
      });
      expect(failed.status).toMatchObject({ availableReplicas: 2, unavailableReplicas: 1 });
      const query = '?labelSelector=app%3Dstuck';
      const pods = await cluster().request('GET', `${pathOf(cluster(), 'pods')}${query}`);
      const reasons = pods.body.items.flatMap((pod) =>
        (pod.status.containerStatuses ?? []).map((each) => each.state.waiting?.reason),
      );
      expect(reasons.join()).toMatch(/ImagePullBackOff|ErrImagePull/);
      const path = pathOf(cluster(), 'deployments', 'stuck');
      await cluster().request('PATCH', path, { spec: { paused: true } }, merge);
      const paused = await until(
        cluster(),
        () => read(cluster(), 'deployments', 'stuck'),
        ({ metadata, status }) => status.observedGeneration >= metadata.generation,
      );
      expect(progress(paused)?.reason).toBe('ProgressDeadlineExceeded');
      await cluster().request('PATCH', path, { spec: { paused: false } }, merge);
      await roll('stuck', images.one);
      expect(isRolledOut(await rolledOut(cluster(), 'stuck'))).toBe(true);
    });

    it('ends every old pod first when it is recreated', async () => {
      await create('recreated', { strategy: { type: 'Recreate' } });
      await rolledOut(cluster(), 'recreated');
      await roll('recreated', images.two);
      const query = '?labelSelector=app%3Drecreated';
      const counts = new Set<string>();
      await until(
        cluster(),
        async () => {
          const pods = await cluster().request('GET', `${pathOf(cluster(), 'pods')}${query}`);
          const seen = pods.body.items.map((pod) => existing(pod.spec.containers[0]).image);
          counts.add([...new Set(seen)].sort().join(' and '));
          return read(cluster(), 'deployments', 'recreated');
        },
        isRolledOut,
      );
      expect([...counts]).not.toContain(`${images.one} and ${images.two}`);
    });

    it('keeps no more old ReplicaSets than its history limit', async () => {
      await create('forgetful', { revisionHistoryLimit: 1 });
      await rolledOut(cluster(), 'forgetful');
      for (const image of [images.two, images.three]) {
        await roll('forgetful', image);
        await rolledOut(cluster(), 'forgetful');
      }
      const sets = await until(
        cluster(),
        () => setsOf(cluster(), 'forgetful'),
        (seen) => seen.length <= 2,
      );
      const kept = sets.map((set) => set.metadata.annotations[revision]);
      expect(kept.sort()).toEqual(['2', '3']);
    });

    it('takes its ReplicaSets and pods along when it is deleted', async () => {
      const made = await create('gone');
      await rolledOut(cluster(), 'gone');
      const path = pathOf(cluster(), 'deployments', 'gone');
      const { code, body } = await cluster().request('DELETE', path);
      expect(code).toBe(200);
      expect(body).toMatchObject({
        kind: 'Status',
        status: 'Success',
        details: { name: 'gone', group: 'apps', kind: 'deployments', uid: made.metadata.uid },
      });
      const query = '?labelSelector=app%3Dgone';
      await until(
        cluster(),
        () => cluster().request('GET', `${pathOf(cluster(), 'pods')}${query}`),
        (pods) => pods.body.items.length === 0,
      );
      expect(await setsOf(cluster(), 'gone')).toEqual([]);
    });

    it('leaves its ReplicaSets behind when it is deleted so', async () => {
      await create('orphaned');
      await rolledOut(cluster(), 'orphaned');
      const path = pathOf(cluster(), 'deployments', 'orphaned');
      await cluster().request('DELETE', `${path}?propagationPolicy=Orphan`);
      const left = await until(
        cluster(),
        () => setsOf(cluster(), 'orphaned'),
        (sets) => sets.every((set) => set.metadata.ownerReferences === undefined),
      );
      await cluster().pass(1_000);
      expect(left).toHaveLength(1);
      expect(await setsOf(cluster(), 'orphaned')).toHaveLength(1);
    });

    it('is told about in events that can be asked for by object', async () => {
      const made = await create('eventful');
      await rolledOut(cluster(), 'eventful');
      const selector = encodeURIComponent(
        `involvedObject.name=eventful,involvedObject.uid=${made.metadata.uid}`,
      );
      const events = await until(
        cluster(),
        () => cluster().request('GET', `${pathOf(cluster(), 'events')}?fieldSelector=${selector}`),
        (seen) => seen.body.items.length > 0,
      );
      const scaling = events.body.items.find((each) => each.reason === 'ScalingReplicaSet');
      expect(scaling).toMatchObject({
        type: 'Normal',
        involvedObject: { kind: 'Deployment', name: 'eventful' },
        message: expect.stringMatching(/^Scaled up replica set eventful-\w+ (from 0 )?to 2$/),
      });
    });
  });
}
