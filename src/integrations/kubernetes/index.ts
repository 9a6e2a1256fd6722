import type { Fence } from '../../core/ports/fence.ts';
import type { OwnCopies } from '../../core/ports/own-copies.ts';
import type { Planner, StepDriver, TargetRef } from '../../core/ports/step.ts';
import type { Finding } from '../../core/ports/target.ts';
import type { Traffic } from '../../core/ports/traffic.ts';
import type { WorkloadReader } from '../../core/ports/workload.ts';
import { type Problem, type ProblemBook, problem } from '../../core/problem.ts';
import { readClient, simulator, type WriteClient, writeClient } from './client.ts';
import type { Cluster } from './cluster.ts';
import { type Clock, type Connection, type Log, openConnection } from './connection.ts';
import { createCopies } from './copies.ts';
import { openCredential } from './credentials.ts';
import { examine } from './doctor.ts';
import { type FencedPlace, workloadFence } from './fence.ts';
import { createPlanner } from './planner.ts';
import { restartKind } from './plans/restart.ts';
import { setTemplate } from './plans/rollback.ts';
import { runJobKind } from './plans/run-job.ts';
import { setReplicas } from './plans/scale.ts';
import { startKind, stopKind } from './plans/stand.ts';
import { problems } from './problems.ts';
import { createReader } from './reader.ts';
import type { CredentialConfig, KubernetesConfig } from './schema.ts';
import type { ServicePlace } from './service.ts';
import { serviceTraffic } from './service-traffic.ts';
import { restartDriver } from './steps/restart.ts';
import { runJobDriver } from './steps/run-job.ts';
import { setReplicasDriver } from './steps/set-replicas.ts';
import { setTemplateDriver } from './steps/set-template.ts';
import { startDriver, stopDriver } from './steps/stand.ts';
import { keyedDigest } from './template.ts';

export { problems } from './problems.ts';
export type { KubernetesConfig } from './schema.ts';
export type { ServicePlace } from './service.ts';

export interface Integration {
  /** For scale, restart and rollback. */
  readonly planner: Planner;
  readonly readers: { readonly workload: WorkloadReader };
  /** What CronJobs make. */
  readonly copies: OwnCopies;
  readonly problems: ProblemBook;
  /** As the cluster answered last: said by `/ready`, which it never changes. */
  health(): 'ok' | 'degraded' | 'down';
  /** What `tocsin doctor` says of this cluster and the workloads in it. */
  doctor(targets: readonly TargetRef[]): Promise<readonly Finding[]>;
  /** The only way to change the cluster; for the loop that runs operations. */
  openWriter(): Writer | Problem;
  /** Keeps the server that a workload is from running, for whoever promotes another one. */
  fence(place: FencedPlace): Fence;
  /** A Service, for whoever turns its clients. */
  traffic(place: ServicePlace): Traffic;
  close(): void;
}

export interface Writer {
  readonly steps: Readonly<Record<string, StepDriver>>;
  close(): void;
}

export interface Deps {
  readonly clock: Clock;
  /** Of the keyring: names hidden values without telling them. Another key makes waiting plans stale. */
  readonly digestKey: Uint8Array;
  readonly log: Log;
}

/** One cluster. Nothing is loaded or connected before the first request. */
export function connect(config: KubernetesConfig, deps: Deps): Integration {
  const open = (credential: CredentialConfig): Connection =>
    openConnection(config, openCredential(credential, config.target), deps);
  const reading = open(config.read);
  let simulating: Connection | undefined;
  let handing: Connection | undefined;
  const serviced = new Set<string>();

  const cluster: Cluster = {
    config,
    digest: keyedDigest(deps.digestKey),
    clock: deps.clock,
    reader: readClient(reading, config),
    simulator() {
      if (config.write === undefined) return readOnly(config);
      simulating ??= open(config.write);
      return simulator(simulating);
    },
  };

  /** For steps of another integration. */
  function handed(): WriteClient | Problem {
    if (config.write === undefined) return readOnly(config);
    handing ??= open(config.write);
    return writeClient(handing);
  }

  return {
    planner: createPlanner(cluster),
    readers: { workload: createReader(cluster) },
    copies: createCopies(cluster),
    problems,
    health: () => worst(reading.health(), simulating?.health()),
    doctor: (targets) => {
      if (config.write !== undefined) simulating ??= open(config.write);
      const patient = { read: reading, clock: deps.clock, serviced: [...serviced] };
      return examine(simulating ? { ...patient, write: simulating } : patient, targets);
    },
    openWriter() {
      if (config.write === undefined) return readOnly(config);
      const writing = open(config.write);
      const writable = { ...cluster, writer: writeClient(writing) };
      return {
        steps: {
          [setTemplate]: setTemplateDriver(writable),
          [setReplicas]: setReplicasDriver(writable),
          [restartKind]: restartDriver(writable),
          [runJobKind]: runJobDriver(writable),
          [stopKind]: stopDriver(writable),
          [startKind]: startDriver(writable),
        },
        close: () => writing.close(),
      };
    },
    fence: (place) => workloadFence(cluster, place, handed),
    traffic(place) {
      serviced.add(place.namespace);
      return serviceTraffic(cluster, place, handed);
    },
    close() {
      reading.close();
      simulating?.close();
      handing?.close();
    },
  };
}

function worst(...seen: readonly (ReturnType<Connection['health']> | undefined)[]) {
  return (['down', 'degraded'] as const).find((state) => seen.includes(state)) ?? 'ok';
}

function readOnly(config: KubernetesConfig): Problem {
  return problem('K8S_NO_WRITE_CREDENTIAL', { cluster: config.target });
}
