import type { Sandbox } from '../sandbox/index.ts';

/** What the people of the demo may do. */
export const demoPolicies = `policies:
  - { match: { risk: incident }, requesters: [sre, guests], approvals: [] }
  - { match: { risk: read }, requesters: [sre, guests], approvals: [] }
  - { match: { risk: danger }, requesters: [sre], reason: required, approvals: [ { count: 1, from: sre }, { count: 1, from: guests } ], expires: 15m }
  - { match: { risk: change }, requesters: [sre], approvals: [ { count: 1, from: sre } ], expires: 30m }
`;

/** The configuration of the demo, as an operator would write it: the demo reads it like any other. */
export function demoConfig(sandboxUrl: string, journal: string): string {
  return `# The demo's own configuration: a shop on an emulated cluster.
version: 1
server:  { listen: 127.0.0.1:0 }
console: { listen: 127.0.0.1:0 }
metrics: { listen: 127.0.0.1:0 }
journal: { store: sqlite, path: ${JSON.stringify(journal)} }
people:
  - { id: ana, name: Ana }
  - { id: ben, name: Ben }
  - { id: cleo, name: Cleo }
groups:
  sre: { members: [ana, ben] }
  guests: { members: [cleo] }
sources:
  alertmanager: { main: { bearers: [ \${env:TOCSIN_DEMO_BEARER} ] } }
default_route: { notify: sre }
services:
  checkout:
    match: { namespace: shop, container: checkout }
    environments:
      production:
        workload: { kubernetes: sandbox, namespace: shop, deployment: checkout, min: 2, max: 8 }
  storefront:
    match: { namespace: shop, container: storefront }
    environments:
      production:
        workload: { kubernetes: sandbox, namespace: shop, deployment: storefront, min: 2, max: 8 }
${demoPolicies}targets:
  sandbox:
    kubernetes:
      read:  { server: ${sandboxUrl}, token: \${env:TOCSIN_DEMO_READ} }
      write: { server: ${sandboxUrl}, token: \${env:TOCSIN_DEMO_WRITE} }
`;
}

export interface Watch {
  /** Tells what it has to tell at once, and stops. */
  stop(): void;
}

/**
 * Stands in for Prometheus and Alertmanager: looks at the emulated pods every second and sends what their alert rule
 * would have Alertmanager send, in Alertmanager's own shape.
 */
export function watchCheckout(sandbox: Sandbox, send: (body: string) => Promise<void>): Watch {
  const firing = new Map<string, number>();
  let busy = false;
  // A look that fails is looked again: what it did not send is still fresh then.
  const timer = setInterval(() => void look().catch(() => undefined), 500);

  async function look(): Promise<void> {
    if (busy) return;
    busy = true;
    try {
      const { looping, healthy } = checkoutPods(sandbox);
      const now = Date.now();
      const fresh = looping.filter((pod) => !firing.has(pod));
      // Between two crashes a container runs for a moment: as with a rule over some minutes, that ends nothing.
      const gone = [...firing.keys()].filter((pod) => healthy(pod));
      if (fresh.length + gone.length === 0) return;
      const known = [...firing].filter(([pod]) => !gone.includes(pod));
      const alerts = [
        ...known.map(([pod, at]) => alert(pod, at)),
        ...fresh.map((pod) => alert(pod, now)),
        ...gone.map((pod) => alert(pod, firing.get(pod) ?? now, now)),
      ];
      await send(webhookBody(alerts));
      for (const pod of fresh) firing.set(pod, now);
      for (const pod of gone) firing.delete(pod);
    } finally {
      busy = false;
    }
  }

  return {
    stop: () => clearInterval(timer),
  };
}

/** Pods that wait to be started again, and which of a name is ready or gone. */
function checkoutPods(sandbox: Sandbox) {
  const pods = sandbox.list('pods', 'shop');
  const statusesOf = (name: string) =>
    pods.find(({ metadata }) => metadata.name === name)?.status?.containerStatuses;
  const looping = pods
    .map(({ metadata }) => metadata.name)
    .filter((name) =>
      statusesOf(name)?.some(({ state }) => state?.waiting?.reason === 'CrashLoopBackOff'),
    );
  return {
    looping,
    healthy: (name: string) => statusesOf(name)?.every(({ ready }) => ready) ?? true,
  };
}

const commonLabels = {
  alertname: 'KubePodCrashLooping',
  container: 'checkout',
  namespace: 'shop',
  severity: 'critical',
};

function alert(pod: string, startsAt: number, endsAt?: number) {
  return {
    status: endsAt === undefined ? 'firing' : 'resolved',
    labels: { ...commonLabels, pod },
    annotations: {
      description: `Pod shop/${pod} (checkout) is in waiting state (reason: "CrashLoopBackOff").`,
      summary: 'Pod is crash looping.',
    },
    startsAt: new Date(startsAt).toISOString(),
    endsAt: endsAt === undefined ? '0001-01-01T00:00:00Z' : new Date(endsAt).toISOString(),
    generatorURL:
      'http://prometheus.example.com/graph?g0.expr=kube_pod_container_status_waiting_reason',
    fingerprint: fingerprintOf(pod),
  };
}

function webhookBody(alerts: readonly ReturnType<typeof alert>[]): string {
  const groupLabels = { alertname: commonLabels.alertname, namespace: commonLabels.namespace };
  return JSON.stringify({
    receiver: 'tocsin',
    status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    alerts,
    groupLabels,
    commonLabels,
    commonAnnotations: { summary: 'Pod is crash looping.' },
    externalURL: 'http://alertmanager.example.com',
    version: '4',
    groupKey: '{}:{alertname="KubePodCrashLooping", namespace="shop"}',
    truncatedAlerts: 0,
  });
}

/** Sixteen hex digits of the label set, as Alertmanager gives them (FNV-1a there, and here). */
function fingerprintOf(pod: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(JSON.stringify({ ...commonLabels, pod }))) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return hash.toString(16).padStart(16, '0');
}
