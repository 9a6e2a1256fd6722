import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { TargetRef } from '../../../src/core/ports/step.ts';
import { openCredential } from '../../../src/integrations/kubernetes/credentials.ts';
import { exchange } from '../../../src/integrations/kubernetes/http.ts';
import { connect } from '../../../src/integrations/kubernetes/index.ts';
import type {
  CredentialConfig,
  KubernetesConfig,
} from '../../../src/integrations/kubernetes/schema.ts';
import { startSandbox, virtualClock } from '../../../src/sandbox/index.ts';
import type { Raw, WorkloadChange, WorkloadCluster } from '../../contracts/workload.ts';
import { digestKey, writerOf } from './world.ts';

const name = 'contract';

interface Place {
  readonly namespace: string;
  readonly admin: CredentialConfig;
  readonly read: CredentialConfig;
  readonly write: CredentialConfig;
  readonly images: WorkloadCluster['images'];
  now(): number;
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

export async function emulatedCluster(): Promise<WorkloadCluster> {
  const clock = virtualClock();
  const sandbox = await startSandbox({ clock });
  const as = (role: 'read' | 'write' | 'admin'): CredentialConfig => ({
    kind: 'server',
    server: sandbox.url,
    token: sandbox.token(role),
  });
  sandbox.seed.namespace('contracts');
  return clusterAt({
    namespace: 'contracts',
    admin: as('admin'),
    read: as('read'),
    write: as('write'),
    images: { good: 'shop/pause:1', other: 'shop/pause:2', unpullable: 'shop/pause:missing' },
    now: () => clock.now(),
    pass: (ms) => clock.advanceAsync(ms),
    close: () => sandbox.close(),
  });
}

export function kubeconfigOfTests(): string | undefined {
  return process.env['TOCSIN_TEST_KUBECONFIG'] || undefined;
}

/** Whatever the kubeconfig's current context is. Takes a namespace of its own, and takes it away at the end. */
export async function realCluster(path: string): Promise<WorkloadCluster> {
  const all: CredentialConfig = { kind: 'kubeconfig', path };
  const namespace = `tocsin-contract-${randomBytes(4).toString('hex')}`;
  const ask = asker(all);
  await ask('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
  return clusterAt({
    namespace,
    admin: all,
    read: all,
    write: all,
    images: {
      good: 'registry.k8s.io/pause:3.9',
      other: 'registry.k8s.io/pause:3.10',
      unpullable: 'registry.k8s.io/pause:not-there',
    },
    now: () => Date.now(),
    pass: (ms) => delay(ms),
    close: async () => void (await ask('DELETE', `/api/v1/namespaces/${namespace}`)),
  });
}

function clusterAt(place: Place): WorkloadCluster {
  const { namespace, read, write, images, now, pass } = place;
  const ask = asker(place.admin);
  const all = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const one = `${all}/${name}`;
  const config: KubernetesConfig = {
    target: 'contract',
    read,
    write,
    timeoutMs: 10_000,
    bytesMax: 8_000_000,
    landsWithinMs: 90_000,
  };
  const cluster = connect(config, { clock: { now }, digestKey, log: { warn: () => undefined } });
  const writer = writerOf(cluster);
  const target: TargetRef = {
    integration: 'kubernetes',
    target: 'contract',
    locator: { namespace, deployment: name },
    bounds: {},
    show: [],
  };
  return {
    cluster,
    writer,
    target,
    images,
    now,
    pass,
    async deploy(change) {
      const live = await ask('GET', one);
      if (live.status === 404) await ask('POST', all, deploymentOf(change));
      else await ask('PUT', one, { ...deploymentOf(change), metadata: live.body['metadata'] });
      await pass(500);
    },
    live: async () => (await ask('GET', one)).body as unknown as Raw,
    async clear() {
      await ask('DELETE', one, { propagationPolicy: 'Background' });
      for (let turn = 0; turn < 240; turn += 1) {
        await pass(500);
        const left = await ask('GET', `/api/v1/namespaces/${namespace}/pods`);
        if ((left.body['items'] as unknown[]).length === 0) return;
      }
      throw new Error('pods are left');
    },
    async close() {
      writer.close();
      cluster.close();
      await place.close();
    },
  };
}

function deploymentOf({ image, podLabels, podSpec, replicas = 2 }: WorkloadChange): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name, ...podLabels } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'main', image }],
          ...podSpec,
        },
      },
    },
  };
}

type Ask = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;

function asker(config: CredentialConfig): Ask {
  const credential = openCredential(config, 'contract');
  return async (method, path, body) => {
    const { server, headers, options } = await credential.authority();
    const reply = await exchange({
      method,
      url: new URL(path, server),
      headers: { ...headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      options,
      timeoutMs: 20_000,
      bytesMax: 8_000_000,
    });
    if (reply.status >= 400 && reply.status !== 404)
      throw new Error(`${reply.status} ${reply.body}`);
    return { status: reply.status, body: JSON.parse(reply.body) as Record<string, unknown> };
  };
}
