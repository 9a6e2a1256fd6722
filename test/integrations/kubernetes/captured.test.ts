import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ReadClient } from '../../../src/integrations/kubernetes/client.ts';
import { at, type Json, list, record } from '../../../src/integrations/kubernetes/json.ts';
import { containersOf, podTrouble } from '../../../src/integrations/kubernetes/pods.ts';
import { replyProblem } from '../../../src/integrations/kubernetes/replies.ts';
import { readRevisions } from '../../../src/integrations/kubernetes/revisions.ts';
import { rolledBackPatch } from '../../../src/integrations/kubernetes/rollback-body.ts';
import { rolloutOf } from '../../../src/integrations/kubernetes/rollout.ts';
import { bareTemplate, keyedDigest } from '../../../src/integrations/kubernetes/template.ts';
import { parseWorkload, type Workload } from '../../../src/integrations/kubernetes/workload.ts';
import { digestKey } from './world.ts';

const captured = '../shared/fixtures/k8s-captured';
const digest = keyedDigest(digestKey);

// Bodies of real API servers, where they are at hand.
describe.skipIf(!existsSync(captured)).each(['1.20', '1.34'])('as a real %s answers', (version) => {
  const file = (name: string): string => readFileSync(`${captured}/${version}/${name}`, 'utf8');
  const json = (name: string): Json => record(JSON.parse(file(name)));
  /** The body of a transcript, without the status that stands behind it. */
  const said = (name: string, status: number) => ({
    status,
    headers: {},
    body: file(name).replace(/\d{3}\s*$/, ''),
  });
  const call = {
    cluster: 'eu-1',
    verb: 'get',
    path: '/apis/apps/v1/namespaces/default/deployments/web',
  };

  it('a refusal names user, right and rule', () => {
    expect(replyProblem(said('rbac-403.txt', 403), call)).toMatchObject({
      code: 'K8S_FORBIDDEN',
      facts: { user: 'chatops-bot', verb: 'get', resource: 'deployments', namespace: 'default' },
    });
  });

  it.each([
    ['notfound-404.txt', 404, 'K8S_NOT_FOUND'],
    ['stale-mergepatch-409.txt', 409, 'K8S_CONFLICT'],
    ['scale-negative-422.txt', 422, 'K8S_INVALID'],
    ['eviction-429.txt', 429, 'K8S_THROTTLED'],
  ])('%s is %i in our words', (name, status, code) => {
    expect(replyProblem(said(name, status), call).code).toBe(code);
  });

  it('a rollout that timed out is not done', () => {
    const locator = { namespace: 'default', kind: 'deployment', name: 'web' } as const;
    const live = parseWorkload(json('deployment-progress-deadline.json'), locator, digest);
    expect(live.generation).toBe(live.observedGeneration);
    expect(rolloutOf(live).done).toBe(false);
    expect(rolloutOf(live).progress.done).toBeLessThan(live.replicas);
  });

  it('a pod that cannot get its image is found among well ones', () => {
    const pods = list(json('pods-imagepullbackoff.json')['items']).map(record);
    const locator = { namespace: 'default', kind: 'deployment', name: 'web' } as const;
    const live = { locator } as Workload;
    const context = { operation: 'op-1', outputs: {}, startedAt: 0 };
    expect(podTrouble(pods, live, context)).toMatchObject({
      code: 'K8S_IMAGE_PULL',
      facts: { image: 'bad:9' },
    });
    expect(pods.flatMap(containersOf).filter(({ ready }) => ready).length).toBeGreaterThan(0);
  });

  it('a ControllerRevision is the patch that brings its template back', async () => {
    const revisions = list(json('controllerrevisions.json')['items']).map(record);
    const owner = at(list(at(revisions[0], 'metadata', 'ownerReferences'))[0], 'uid');
    const locator = { namespace: 'default', kind: 'statefulset', name: 'db' } as const;
    const live = { locator, uid: String(owner), selector: 'app=db' } as Workload;
    const client = { listAll: async () => revisions } as unknown as ReadClient;
    const found = await readRevisions(client, live, digest);
    expect(found.map(({ number }) => number)).toEqual(
      [...found.map(({ number }) => number)].sort((one, other) => other - one),
    );
    const [newest] = found;
    if (!newest) throw new Error('none');
    const patch = rolledBackPatch(newest.raw, { resourceVersion: '7', mark: 'op-1/s1/1' });
    expect(patch.body['metadata']).toEqual({
      resourceVersion: '7',
      annotations: { 'tocsin.dev/operation': 'op-1/s1/1' },
    });
    expect(at(patch.body, 'spec', 'template', '$patch')).toBe('replace');
    expect(digest(bareTemplate(at(patch.body, 'spec', 'template')))).toBe(newest.digest);
  });
});
