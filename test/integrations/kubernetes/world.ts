import { createHash } from 'node:crypto';
import type { Step } from '../../../src/core/operation/plan.ts';
import type {
  Applied,
  ApplyContext,
  Draft,
  Observed,
  StepContext,
  StepDriver,
  TargetRef,
} from '../../../src/core/ports/step.ts';
import type { Facts, Problem } from '../../../src/core/problem.ts';
import {
  connect,
  type Integration,
  problems,
  type Writer,
} from '../../../src/integrations/kubernetes/index.ts';
import type { KubernetesConfig } from '../../../src/integrations/kubernetes/schema.ts';
import {
  type Sandbox,
  startSandbox,
  type VirtualClock,
  virtualClock,
} from '../../../src/sandbox/index.ts';
import type { WorkloadSeed } from '../../../src/sandbox/seed.ts';

export interface World {
  readonly clock: VirtualClock;
  readonly sandbox: Sandbox;
  readonly cluster: Integration;
  readonly writer: Writer;
  /** Another connection to the same cluster, as a process started anew would have. */
  reconnect(config?: Partial<KubernetesConfig>): Integration;
  draft(verb: string, args?: Facts, more?: Partial<TargetRef>): Promise<Draft>;
  /** Another person with every right: kubectl, a pipeline, a controller. */
  admin(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export const statefulSet: TargetRef['locator'] = { namespace: 'shop', statefulset: 'cart' };
export const daemonSet: TargetRef['locator'] = { namespace: 'shop', daemonset: 'agent' };

export const digestKey = createHash('sha256').update('a key of the tests').digest();

/** A sandbox whose time only passes when told, and the integration connected to it. */
export async function createWorld(config: Partial<KubernetesConfig> = {}): Promise<World> {
  const clock = virtualClock();
  const sandbox = await startSandbox({ clock, seed: 7 });
  const silent = { warn: () => undefined };
  const opened: { close(): void }[] = [];

  function reconnect(more: Partial<KubernetesConfig> = {}): Integration {
    const server = { kind: 'server', server: sandbox.url } as const;
    const cluster = connect(
      {
        target: 'eu-1',
        read: { ...server, token: sandbox.token('read') },
        write: { ...server, token: sandbox.token('write') },
        timeoutMs: 2_000,
        bytesMax: 8 * 1024 * 1024,
        landsWithinMs: 90_000,
        ...config,
        ...more,
      },
      { clock, digestKey, log: silent },
    );
    opened.push(cluster);
    return cluster;
  }

  const cluster = reconnect();
  const writer = writerOf(cluster);
  opened.push(writer);
  return {
    clock,
    sandbox,
    cluster,
    writer,
    reconnect,
    async draft(verb, args = {}, more = {}) {
      const target = { ...checkout, ...more };
      const request = { verb, operation: 'op-1', service: 'checkout', target, args };
      const draft = await cluster.planner.draft(request);
      for (const said of draft.ok ? draft.warnings : [draft.problem]) sayable(said);
      return draft;
    },
    async admin(method, path, body) {
      const reply = await fetch(`${sandbox.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${sandbox.token('admin')}`,
          'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
      return (await reply.json()) as Record<string, unknown>;
    },
    async close() {
      for (const one of opened) one.close();
      await sandbox.close();
    },
  };
}

export const checkout: TargetRef = {
  integration: 'kubernetes',
  target: 'eu-1',
  locator: { namespace: 'shop', deployment: 'checkout' },
  bounds: {},
  show: [],
};

export function writerOf(cluster: Integration): Writer {
  const writer = cluster.openWriter();
  if ('code' in writer) throw new Error(writer.code);
  return writer;
}

export function driverOf(writer: Writer, step: Step): StepDriver {
  const driver = writer.steps[step.kind];
  if (!driver) throw new Error(`no driver for ${step.kind}`);
  return driver;
}

/** The one step of a draft that was accepted. */
export function stepOf(draft: Draft): Step {
  if (!draft.ok) throw new Error(JSON.stringify(draft.problem));
  const [step] = draft.steps;
  if (!step) throw new Error('no step');
  return step;
}

export function codeOf(draft: Draft): string {
  return draft.ok ? 'accepted' : draft.problem.code;
}

export function contextOf(world: World, more: Partial<StepContext> = {}): StepContext {
  return { operation: 'op-1', outputs: {}, startedAt: world.clock.now(), ...more };
}

/** What the loop does: check, write, and check again while the object moves under it. */
export async function run(world: World, step: Step, operation = 'op-1'): Promise<Ran> {
  const driver = driverOf(world.writer, step);
  const context = contextOf(world, { operation });
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    const checked = await driver.check(step, context);
    if (!checked.ok) return { checked: checked.problem.code, facts: checked.problem.facts };
    const applying: ApplyContext = { ...context, token: checked.token, attempt };
    const applied = await driver.apply(step, applying);
    if (applied.outcome !== 'moved') return { applied, applying };
  }
  throw new Error('moved five times');
}

export interface Ran {
  readonly checked?: string;
  readonly facts?: Facts;
  readonly applied?: Applied;
  readonly applying?: ApplyContext;
}

/** Looks until there is an end to see, letting the cluster's time pass. */
export async function follow(world: World, step: Step, ran: Ran): Promise<Observed> {
  if (ran.applied?.outcome !== 'applied' || !ran.applying) throw new Error(JSON.stringify(ran));
  const context = { ...ran.applying, outputs: ran.applied.outputs ?? {} };
  let seen: Observed = { state: 'progress', progress: { done: 0, of: 0, what: '' } };
  for (let turn = 0; turn < 60 && seen.state === 'progress'; turn += 1) {
    await world.clock.advanceAsync(1_000);
    seen = await driverOf(world.writer, step).observe(step, context);
  }
  if (seen.state === 'failed') sayable(seen.problem);
  return seen;
}

/** Its words are in the book, and every fact they name is there. */
export function sayable({ code, facts }: Problem): void {
  const words = problems[code];
  if (!words) throw new Error(`${code} has no words`);
  const named = Object.values(words).flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)]);
  const missing = named.map(([, name]) => name ?? '').filter((name) => facts[name] === undefined);
  if (missing.length > 0) throw new Error(`${code} lacks ${missing.join(', ')}`);
}

/** Lives in namespace shop; each call with another template is another revision. */
export const checkoutPath = '/apis/apps/v1/namespaces/shop/deployments/checkout';

export async function deploy(world: World, seed: Partial<WorkloadSeed> = {}): Promise<void> {
  const whole = {
    namespace: 'shop',
    name: 'checkout',
    image: 'shop/checkout:1',
    replicas: 3,
    ...seed,
  };
  world.sandbox.seed.deployment(whole);
  await world.clock.advanceAsync(5_000);
}

/** A Deployment whose second revision crashes, as it stands when somebody asks for a rollback. */
export async function withBadDeploy(world: World): Promise<void> {
  await deploy(world);
  await deploy(world, { image: 'shop/checkout:2-crash' });
}

export function liveImage(world: World): string | undefined {
  const live = world.sandbox.get('deployments', 'shop', 'checkout');
  return live?.spec.template.spec.containers[0]?.image;
}

/** Writes of ours that changed a workload. */
export function ourWrites(world: World): number {
  return world.sandbox.ledger.applied({ fieldManager: 'tocsin' }).length;
}

/** An autoscaler that keeps the Deployment between 2 and 8. */
export async function autoscale(world: World): Promise<void> {
  await world.admin('POST', '/apis/autoscaling/v2/namespaces/shop/horizontalpodautoscalers', {
    metadata: { name: 'checkout-hpa' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'checkout' },
      minReplicas: 2,
      maxReplicas: 8,
    },
  });
}
