import type { Traffic } from '../../../src/core/ports/traffic.ts';
import { connect } from '../../../src/integrations/kubernetes/index.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/index.ts';
import { eventually } from '../../support/eventually.ts';

const label = 'statefulset.kubernetes.io/pod-name';

export interface ServiceOfNodes {
  readonly sandbox: Sandbox;
  /** As the program hands it over: the postgres integration does not know Kubernetes. */
  readonly traffic: Traffic;
  /** Nodes of the ready pods that its clients reach. */
  reached(): readonly string[];
}

/** A Service of the sandbox in front of one pod for each node; it selects the first one's. */
export async function startService(nodes: readonly string[]): Promise<ServiceOfNodes> {
  const sandbox = await startSandbox();
  const servers = Object.fromEntries(nodes.map((node, index) => [node, `pg-${index}`]));
  const many = { replicas: nodes.length, spec: { podManagementPolicy: 'Parallel' } };
  sandbox.seed.statefulSet({ namespace: 'db', name: 'pg', image: 'postgres:15', ...many });
  const selector = { app: 'pg', [label]: 'pg-0' };
  sandbox.seed.service({ namespace: 'db', name: 'pg-write', selector });
  const server = { kind: 'server', server: sandbox.url } as const;
  const cluster = connect(
    {
      target: 'eu-1',
      read: { ...server, token: sandbox.token('read') },
      write: { ...server, token: sandbox.token('write') },
      timeoutMs: 2_000,
      bytesMax: 1024 ** 2,
      landsWithinMs: 90_000,
    },
    { clock: Date, digestKey: new Uint8Array(32), log: { warn: () => undefined } },
  );
  const reached = () =>
    sandbox
      .list('endpointslices', 'db')
      .flatMap(({ endpoints }) => endpoints)
      .filter(({ conditions }) => conditions.ready)
      .map(({ targetRef: { name } }) => nodes.find((node) => servers[node] === name) ?? name);
  await eventually(
    'all pods are ready',
    () => reached().length === 1 && readyPods(sandbox) === nodes.length,
  );
  return {
    sandbox,
    traffic: cluster.traffic({ namespace: 'db', service: 'pg-write', label, servers }),
    reached,
  };
}

function readyPods(sandbox: Sandbox): number {
  const pods = sandbox.list('pods', 'db');
  return pods.filter(({ status }) =>
    (status.conditions ?? []).some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  ).length;
}
