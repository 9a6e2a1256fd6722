// The sandbox: an emulated Kubernetes API server with controllers, kubelet and metrics, in memory,
// on 127.0.0.1. The demo, tests and game days run against it.
//
//   const sandbox = await startSandbox({ clock, users, images, timing, seed, … });
//   sandbox.url                        http://127.0.0.1:PORT, the API server; /metrics beside it
//   sandbox.token('read'|'write'|'admin')   bearer tokens; `admin` may do everything
//   sandbox.kubeconfig('read'|'write') an object; sandbox.kubeconfigText(…) the same as text
//   sandbox.seed.deployment({ namespace, name, image, replicas, history: [{ image }] })
//   sandbox.seed.statefulSet / daemonSet / autoscaler / cronJob / service / namespace
//   sandbox.shop.seed(); sandbox.shop.breakCheckout()   the world of the demo; see shop.ts
//   sandbox.images.set('shop/checkout:9', { crash: … })   what an image does; see images.ts
//   sandbox.faults.add({ act: { kind: 'apply-late', ms: 10_000 }, method: 'PUT' })   see faults.ts
//   sandbox.webhooks.add({ name, deny, sideEffects, … })   see admission.ts
//   sandbox.ledger.applied({ name })   the writes that changed something; .writes, .requests
//   sandbox.setRules('write', rules)   changes RBAC from now on
//   sandbox.setLoad(namespace, name, percent)   what an autoscaler measures
//   sandbox.setTraffic(namespace, name, perSecond)   requests to a workload, 20 a second at first
//   sandbox.get / list                 the state of the world, read without HTTP
//   await sandbox.close()

import type { AdmissionWebhook } from './admission.ts';
import { realClock, type SandboxClock } from './clock.ts';
import { autoscalerController } from './controllers/autoscaler.ts';
import {
  type ControllerContext,
  defaultTiming,
  runControllers,
  type Timing,
} from './controllers/context.ts';
import { daemonSetController } from './controllers/daemonset.ts';
import { deploymentController } from './controllers/deployment.ts';
import { startEndpointSlices } from './controllers/endpoint-slices.ts';
import { createEventRecorder } from './controllers/events.ts';
import { startGarbageCollector } from './controllers/garbage.ts';
import { jobController } from './controllers/job.ts';
import { startKubelet } from './controllers/kubelet.ts';
import { replicaSetController } from './controllers/replicaset.ts';
import { statefulSetController } from './controllers/statefulset.ts';
import { createFaults, type Faults } from './faults.ts';
import { listen } from './http.ts';
import { createImages, type ImageRule, type ImageTable } from './images.ts';
import { type Kubeconfig, kubeconfigOf } from './kubeconfig.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { renderMetrics } from './metrics.ts';
import type { Kinds, ResourceName } from './objects.ts';
import { defaultUsers, type RbacRule, type SandboxRole, type SandboxUser } from './rbac.ts';
import { createSeeds, type Seeds } from './seed.ts';
import { createShop, type Shop } from './shop.ts';
import { createStore } from './store.ts';
import { startTraffic } from './traffic.ts';

export type { AdmissionWebhook } from './admission.ts';
export { realClock, type SandboxClock, type VirtualClock, virtualClock } from './clock.ts';
export type { Timing } from './controllers/context.ts';
export type { Fault, FaultAct, FaultHandle } from './faults.ts';
export type { ImageBehaviour, ImageRule } from './images.ts';
export type { Kubeconfig } from './kubeconfig.ts';
export type { AppliedWrite, SeenRequest } from './ledger.ts';
export type { RbacRule, SandboxRole, SandboxUser } from './rbac.ts';
export type {
  AutoscalerSeed,
  CronJobSeed,
  RevisionSeed,
  ServiceSeed,
  WorkloadSeed,
} from './seed.ts';
export { shop } from './shop.ts';

export type SandboxOptions = {
  /** 127.0.0.1 unless said otherwise. */
  host?: string;
  /** A free port unless said otherwise. */
  port?: number;
  tls?: { key: string; cert: string };
  clock?: SandboxClock;
  /** Beside the three of its own. */
  users?: SandboxUser[];
  images?: ImageRule[];
  timing?: Partial<Timing>;
  /** How many nodes there are: 2. */
  nodes?: number;
  /** Makes uids and generated names the same in every run. */
  seed?: number;
};

export type Sandbox = {
  url: string;
  port: number;
  images: ImageTable;
  faults: Faults;
  webhooks: Set<AdmissionWebhook>;
  ledger: Ledger;
  seed: Seeds;
  shop: Shop;
  token(role: SandboxRole): string;
  kubeconfig(role: SandboxRole, namespace?: string): Kubeconfig;
  kubeconfigText(role: SandboxRole, namespace?: string): string;
  setRules(role: SandboxRole, rules: RbacRule[]): void;
  rules(role: SandboxRole): RbacRule[];
  setLoad(namespace: string, name: string, percent: number): void;
  setTraffic(namespace: string, name: string, perSecond: number): void;
  get<K extends ResourceName>(resource: K, namespace: string, name: string): Kinds[K] | undefined;
  list<K extends ResourceName>(resource: K, namespace?: string): Kinds[K][];
  metrics(): string;
  close(): Promise<void>;
};

export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const clock = options.clock ?? realClock;
  const store = createStore(clock, options.seed);
  const context: ControllerContext = {
    store,
    clock,
    events: createEventRecorder(store),
    images: createImages(options.images),
    timing: { ...defaultTiming, ...options.timing },
  };
  const seeds = createSeeds(context);
  seeds.nodes(options.nodes ?? 2);
  for (const namespace of ['default', 'kube-system']) seeds.namespace(namespace);
  const kubelet = startKubelet(context);
  const traffic = startTraffic(context);
  const loads = new Map<string, number>();
  const stops = [
    kubelet.stop,
    startGarbageCollector(context),
    startEndpointSlices(context),
    traffic.stop,
    runControllers(context, [
      deploymentController(context),
      replicaSetController(context),
      statefulSetController(context),
      daemonSetController(context),
      jobController(context),
      autoscalerController(context, { of: (namespace, name) => loads.get(`${namespace}/${name}`) }),
    ]),
  ];
  const roles = defaultUsers();
  const faults = createFaults();
  const webhooks = new Set<AdmissionWebhook>();
  const ledger = createLedger();
  const users = [...Object.values(roles), ...(options.users ?? [])];
  const metrics = () => renderMetrics(store, traffic);
  const listening = await listen(
    { store, clock, webhooks, logs: kubelet, users, faults, ledger, metrics },
    { host: options.host ?? '127.0.0.1', port: options.port ?? 0, tls: options.tls },
  );
  function kubeconfig(role: SandboxRole, namespace = 'default'): Kubeconfig {
    const { name: user, token } = roles[role];
    const certificate = options.tls?.cert;
    return kubeconfigOf({ server: listening.url, user, token, namespace, certificate });
  }
  return {
    url: listening.url,
    port: listening.port,
    images: context.images,
    faults,
    webhooks,
    ledger,
    seed: seeds,
    shop: createShop(seeds, context.images),
    setLoad: (namespace, name, percent) => loads.set(`${namespace}/${name}`, percent),
    setTraffic: (namespace, name, perSecond) => traffic.setRate(namespace, name, perSecond),
    token: (role) => roles[role].token,
    kubeconfig,
    kubeconfigText: (role, namespace) => JSON.stringify(kubeconfig(role, namespace), null, 2),
    setRules(role, rules) {
      roles[role].rules = rules;
    },
    rules: (role) => roles[role].rules,
    get: (resource, namespace, name) => store.get(resource, namespace, name),
    list: (resource, namespace) => store.list(resource, namespace),
    metrics,
    async close() {
      for (const stop of stops) stop();
      await listening.close();
    },
  };
}
