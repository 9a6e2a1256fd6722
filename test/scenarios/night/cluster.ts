import { expect } from 'vitest';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import type { TurningClock } from '../../fakes/turning-clock.ts';
import { eventually } from '../../support/eventually.ts';

export const good = 'registry.example.com/shop/checkout:1.8.2';
export const before = 'registry.example.com/shop/checkout:1.8.1';
export const bad = 'registry.example.com/shop/checkout:1.9.0';

export interface Cluster {
  readonly sandbox: Sandbox;
  /** Rolls out what crashes at its start. */
  breaks(service: string): void;
  /** Rolls out an image, and what else differs in its pods. */
  deploys(service: string, image: string, env?: Readonly<Record<string, string>>): void;
  /** Waits until the workload is told to run that. */
  runs(service: string, wanted: { image?: string; replicas?: number }): Promise<void>;
  /** Every pod is ready, and as many of them as are wanted. */
  isWell(service: string): Promise<void>;
  image(service: string): string;
  replicas(service: string): number;
  /** How many writes of Tocsin changed the workload. */
  writes(service: string): number;
  pods(service: string): readonly string[];
  resourceVersion(service: string): string;
  /** Waits until its status was written so often. */
  statusMoved(service: string, times: number): Promise<void>;
  /** Waits until a write was struck by a fault and its sender has begun to look what became of it. */
  gaveUp(): Promise<void>;
  /** Somebody writes the object and changes nothing of its spec. */
  touches(service: string): void;
  /** From now on an image takes so long to be ready. */
  slows(image: string, readyMs: number): void;
}

export async function startCluster(clock: TurningClock): Promise<Cluster> {
  const sandbox = await startSandbox({
    clock,
    seed: 7,
    timing: {
      syncMs: 1,
      scheduleMs: 1,
      pullMs: 2,
      readyMs: 5,
      terminateMs: 2,
      pullErrorMs: 20,
      autoscalerMs: 50,
    },
  });
  sandbox.images.set(bad, {
    crash: { afterMs: 10, backoffMs: 1000, backoffMaxMs: 60_000, exitCode: 1 },
    readyMs: false,
  });
  seed(sandbox);

  const deployment = (name: string) => sandbox.get('deployments', 'shop', name);
  const image = (name: string) => deployment(name)?.spec.template.spec.containers[0]?.image ?? '';
  const replicas = (name: string) => deployment(name)?.spec.replicas ?? -1;
  const resourceVersion = (name: string) => deployment(name)?.metadata.resourceVersion ?? '';

  return {
    sandbox,
    breaks: (service) => roll(sandbox, service, { image: bad }),
    deploys: (service, next, env) => roll(sandbox, service, { image: next, env: { ...env } }),
    image,
    replicas,
    async runs(service, wanted) {
      await eventually(`${service} runs ${JSON.stringify(wanted)}`, () => {
        const isImage = wanted.image === undefined || image(service) === wanted.image;
        return isImage && (wanted.replicas === undefined || replicas(service) === wanted.replicas);
      });
    },
    async isWell(service) {
      await eventually(`${service} is well`, () => {
        const status = deployment(service)?.status;
        const wanted = replicas(service);
        return (status?.readyReplicas ?? 0) === wanted && (status?.updatedReplicas ?? 0) === wanted;
      });
      expect(deployment(service)?.status.replicas ?? 0).toBe(replicas(service));
    },
    writes: (service) =>
      sandbox.ledger.applied({ name: service, resource: 'deployments', fieldManager: 'tocsin' })
        .length,
    pods: (service) =>
      sandbox
        .list('pods', 'shop')
        .filter(({ metadata }) => metadata.labels?.['app'] === service)
        .map(({ metadata }) => metadata.name),
    resourceVersion,
    async statusMoved(service, times) {
      const seen = new Set<string>();
      await eventually(`the status of ${service} moves`, () => {
        seen.add(resourceVersion(service));
        return seen.size > times;
      });
    },
    async gaveUp() {
      await eventually('a write is given up', () => {
        const { requests } = sandbox.ledger;
        const struck = requests.findLastIndex(({ fault }) => fault !== undefined);
        const { path } = requests[struck] ?? { path: '' };
        const after = struck < 0 ? [] : requests.slice(struck + 1);
        return after.some((each) => each.method === 'GET' && each.path === path);
      });
    },
    touches: (service) =>
      sandbox.seed.deployment({
        ...named(service),
        image: image(service),
        labels: { touched: 'yes' },
      }),
    slows: (name, readyMs) => sandbox.images.set(name, { readyMs }),
  };
}

function seed(sandbox: Sandbox): void {
  sandbox.seed.namespace('shop');
  sandbox.seed.deployment({
    ...named('checkout'),
    image: good,
    history: [{ image: before }],
  });
  sandbox.seed.deployment({ ...named('worker'), image: 'registry.example.com/shop/worker:3.0.0' });
}

function roll(
  sandbox: Sandbox,
  service: string,
  what: { readonly image: string; readonly env?: Record<string, string> },
): void {
  sandbox.seed.deployment({ ...named(service), ...what });
}

function named(name: string) {
  return { namespace: 'shop', name, replicas: 3, spec: { progressDeadlineSeconds: 60 } };
}
