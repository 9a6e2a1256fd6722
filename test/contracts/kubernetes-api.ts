// What a Kubernetes API server promises, written against what can be observed through it alone.
// The sandbox and a real cluster both have to keep it.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Body, Draft, Template } from './kubernetes-body.ts';
import { describeDeployments } from './kubernetes-deployments.ts';
import { describeErrors } from './kubernetes-errors.ts';
import { describeJobs } from './kubernetes-jobs.ts';
import { describePatches } from './kubernetes-patches.ts';
import { describeRevisions } from './kubernetes-revisions.ts';
import { describeScaling } from './kubernetes-scaling.ts';
import { describeServices } from './kubernetes-services.ts';

export type Answer = { code: number; body: Body; text: string };

export type KubernetesUnderTest = {
  /** Sends with a credential that may do everything, unless a header says otherwise. */
  request(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  /** A namespace that is empty and ours. */
  namespace: string;
  /** Lets time pass between two looks: a virtual clock moves, a real one is waited for. */
  pass(ms: number): Promise<void>;
  stop(): Promise<void>;
};

export const images = {
  one: 'registry.k8s.io/pause:3.8',
  two: 'registry.k8s.io/pause:3.9',
  three: 'registry.k8s.io/pause:3.10',
  unpullable: 'registry.invalid/bad:1',
};

export type Cluster = () => KubernetesUnderTest;

export function describeKubernetesApi(
  name: string,
  start: () => Promise<KubernetesUnderTest>,
): void {
  describe(name, () => {
    let started: KubernetesUnderTest | undefined;
    const cluster = (): KubernetesUnderTest => {
      if (!started) throw new Error('the cluster has not started');
      return started;
    };
    beforeAll(async () => {
      started = await start();
    });
    afterAll(async () => {
      await started?.stop();
    });

    it('says that it is ready', async () => {
      expect((await cluster().request('GET', '/readyz')).text).toBe('ok');
    });
    it('names the groups it serves', async () => {
      const { body } = await cluster().request('GET', '/apis');
      const groups = body.groups.map((group) => group.name);
      expect(groups).toEqual(expect.arrayContaining(['apps', 'autoscaling', 'batch']));
    });
    describeDeployments(cluster);
    describePatches(cluster);
    describeErrors(cluster);
    describeRevisions(cluster);
    describeScaling(cluster);
    describeJobs(cluster);
    describeServices(cluster);
  });
}

export function pathOf(cluster: KubernetesUnderTest, resource: string, name?: string): string {
  const group = groups[resource] ?? 'api/v1';
  const collection = `/${group}/namespaces/${cluster.namespace}/${resource}`;
  return name === undefined ? collection : `${collection}/${name}`;
}

export async function read(
  cluster: KubernetesUnderTest,
  resource: string,
  name: string,
): Promise<Body> {
  return (await cluster.request('GET', pathOf(cluster, resource, name))).body;
}

/** Looks until what is seen satisfies, and gives it back. */
export async function until<Seen>(
  cluster: KubernetesUnderTest,
  look: () => Promise<Seen>,
  satisfies: (seen: Seen) => boolean,
): Promise<Seen> {
  let seen: Seen | undefined;
  for (let attempt = 0; attempt < 300; attempt += 1) {
    seen = await look();
    if (satisfies(seen)) return seen;
    await cluster.pass(200);
  }
  throw new Error(`never seen; last: ${JSON.stringify(seen)}`);
}

/** The rule of `kubectl rollout status`. */
export function isRolledOut({ metadata, spec, status }: Body): boolean {
  return (
    status.observedGeneration >= metadata.generation &&
    (status.updatedReplicas ?? 0) === spec.replicas &&
    (status.replicas ?? 0) === spec.replicas &&
    (status.availableReplicas ?? 0) === spec.replicas
  );
}

export function rolledOut(cluster: KubernetesUnderTest, name: string): Promise<Body> {
  return until(cluster, () => read(cluster, 'deployments', name), isRolledOut);
}

export async function setsOf(cluster: KubernetesUnderTest, name: string): Promise<Body[]> {
  const query = `?labelSelector=${encodeURIComponent(`app=${name}`)}`;
  const { body } = await cluster.request('GET', `${pathOf(cluster, 'replicasets')}${query}`);
  return body.items;
}

export function deploymentOf(name: string, image: string, spec: object = {}): Draft {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: templateOf(name, image),
      ...spec,
    },
  };
}

export function templateOf(name: string, image: string): Template {
  return {
    metadata: { labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'web', image, ports: [{ containerPort: 80 }] }],
    },
  };
}

export function setImage(image: string): object {
  return { spec: { template: { spec: { containers: [{ name: 'web', image }] } } } };
}

export const strategic = { 'content-type': 'application/strategic-merge-patch+json' };
export const merge = { 'content-type': 'application/merge-patch+json' };
export const jsonPatch = { 'content-type': 'application/json-patch+json' };

const groups: Record<string, string> = {
  deployments: 'apis/apps/v1',
  replicasets: 'apis/apps/v1',
  statefulsets: 'apis/apps/v1',
  daemonsets: 'apis/apps/v1',
  controllerrevisions: 'apis/apps/v1',
  horizontalpodautoscalers: 'apis/autoscaling/v2',
  jobs: 'apis/batch/v1',
  cronjobs: 'apis/batch/v1',
  endpointslices: 'apis/discovery.k8s.io/v1',
};
