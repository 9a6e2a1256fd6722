import { describe, expect, it } from 'vitest';
import { type Cluster, images, merge, pathOf, read, until } from './kubernetes-api.ts';

/** What `kubectl create job --from=cronjob/NAME` rests on. */
export function describeJobs(cluster: Cluster): void {
  const post = (resource: string, body: unknown, query = '') =>
    cluster().request('POST', `${pathOf(cluster(), resource)}${query}`, body);

  /** `pause` ends at once when it is asked for its version, and never otherwise. */
  const podOf = (image: string, restartPolicy: string, args?: string[]) => ({
    metadata: { labels: { app: 'dump' } },
    spec: { restartPolicy, containers: [{ name: 'dump', image, ...(args && { args }) }] },
  });
  const jobOf = (name: string, template: unknown, spec: object = {}) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: { template, ...spec },
  });
  const ending = podOf(images.two, 'Never', ['-v']);
  const endless = podOf(images.one, 'Never');
  const conditionOf =
    (type: string) =>
    ({ status }: Awaited<ReturnType<typeof read>>) =>
      status.conditions?.find((each) => each.type === type && each.status === 'True');
  const ended = (name: string, type: string) =>
    until(
      cluster(),
      () => read(cluster(), 'jobs', name),
      (job) => conditionOf(type)(job) !== undefined,
    );

  describe('jobs', () => {
    it('run to their end, and their pods are found by the labels the server gives them', async () => {
      expect((await post('jobs', jobOf('ends', ending))).code).toBe(201);
      const job = await ended('ends', 'Complete');
      expect(job.status).toMatchObject({ succeeded: 1 });
      const query = `?labelSelector=${encodeURIComponent('batch.kubernetes.io/job-name=ends')}`;
      const pods = await cluster().request('GET', `${pathOf(cluster(), 'pods')}${query}`);
      expect(pods.body.items).toMatchObject([
        {
          metadata: { ownerReferences: [{ kind: 'Job', name: 'ends', uid: job.metadata.uid }] },
          status: { phase: 'Succeeded' },
        },
      ]);
      const again = await post('jobs', jobOf('ends', ending));
      expect([again.code, again.body.reason]).toEqual([409, 'AlreadyExists']);
    });

    it('that take longer than they may are ended, and say why', async () => {
      await post('jobs', jobOf('late', endless, { activeDeadlineSeconds: 2 }));
      const job = await ended('late', 'Failed');
      expect(conditionOf('Failed')(job)).toMatchObject({
        reason: 'DeadlineExceeded',
        message: 'Job was active longer than specified deadline',
      });
    });

    it('get what was not said of them, and keep their template', async () => {
      const { body } = await post('jobs', jobOf('kept', endless));
      expect(body.spec).toMatchObject({ backoffLimit: 6, completions: 1, parallelism: 1 });
      const path = pathOf(cluster(), 'jobs', 'kept');
      const spec = { template: { metadata: { labels: { app: 'other' } } } };
      const changed = await cluster().request('PATCH', path, { spec }, merge);
      expect(changed.code).toBe(422);
      expect(changed.body.message).toContain('field is immutable');
    });

    it('are refused with a name that is no label, or pods that would begin anew for ever', async () => {
      const long = await post('jobs', jobOf('a'.repeat(64), ending));
      expect(long.code).toBe(422);
      expect(long.body.details.causes.map(({ field }) => field)).toContain('spec.template.labels');
      const forever = await post('jobs', jobOf('forever', podOf(images.one, 'Always')));
      expect(forever.code).toBe(422);
      expect(forever.body.message).toContain('spec.template.spec.restartPolicy');
    });

    it('of a CronJob are made from its template by whoever asks, also tried without being kept', async () => {
      const jobTemplate = { metadata: { labels: { app: 'dump' } }, spec: { template: ending } };
      const cronJob = await post('cronjobs', {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: { name: 'dump' },
        spec: { schedule: '0 3 * * *', suspend: true, jobTemplate },
      });
      expect(cronJob.code).toBe(201);
      expect(cronJob.body.spec).toMatchObject({ concurrencyPolicy: 'Allow', suspend: true });
      const { uid } = cronJob.body.metadata;
      const job = jobOf('dump-by-hand', ending);
      const owner = {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        name: 'dump',
        uid,
        controller: true,
      };
      const annotations = { 'cronjob.kubernetes.io/instantiate': 'manual' };
      const whole = {
        ...job,
        metadata: { ...job.metadata, annotations, ownerReferences: [owner] },
      };
      expect((await post('jobs', whole, '?dryRun=All')).code).toBe(201);
      const none = await cluster().request('GET', pathOf(cluster(), 'jobs', 'dump-by-hand'));
      expect(none.code).toBe(404);
      expect((await post('jobs', whole)).code).toBe(201);
      const made = await ended('dump-by-hand', 'Complete');
      expect(made.metadata).toMatchObject({ annotations, ownerReferences: [owner] });
    });

    it('a CronJob is not called so long that its Jobs could not be', async () => {
      const jobTemplate = { spec: { template: ending } };
      const refused = await post('cronjobs', {
        metadata: { name: 'c'.repeat(53) },
        spec: { schedule: '0 3 * * *', jobTemplate },
      });
      expect(refused.code).toBe(422);
      expect(refused.body.message).toContain('must be no more than 52');
    });
  });
}
