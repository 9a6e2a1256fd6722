import { expect } from 'vitest';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import type { TurningClock } from '../../fakes/turning-clock.ts';
import { eventually } from '../../support/eventually.ts';

export const good = 'registry.example.com/shop/checkout:1.8.2';
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
        return status?.readyReplicas === wanted && status.updatedReplicas === wanted;
      });
      expect(deployment(service)?.status.replicas).toBe(replicas(service));
    },
    writes: (service) =>
      sandbox.ledger.applied({ name: service, resource: 'deployments', fieldManager: 'tocsin' })
        .length,
  };
}

function seed(sandbox: Sandbox): void {
  sandbox.seed.namespace('shop');
  sandbox.seed.deployment({
    ...named('checkout'),
    image: good,
    history: [{ image: 'registry.example.com/shop/checkout:1.8.1' }],
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
