import type { Planner, StepDriver } from '../../core/ports/step.ts';
import { type Problem, problem } from '../../core/problem.ts';
import {
  type Clock,
  type Connection,
  type Log,
  openConnection,
  readClient,
  simulator,
  writeClient,
} from './client.ts';
import type { Cluster } from './cluster.ts';
import { openCredential } from './credentials.ts';
import { createPlanner } from './planner.ts';
import { restartKind } from './plans/restart.ts';
import { setTemplate } from './plans/rollback.ts';
import { setReplicas } from './plans/scale.ts';
import type { CredentialConfig, KubernetesConfig } from './schema.ts';
import { restartDriver } from './steps/restart.ts';
import { setReplicasDriver } from './steps/set-replicas.ts';
import { setTemplateDriver } from './steps/set-template.ts';
import { keyedDigest } from './template.ts';

export { problems } from './problems.ts';
export { type KubernetesConfig, parseLocator, parseTarget } from './schema.ts';

export interface Integration {
  readonly planner: Planner;
  /** The only way to change the cluster; for the loop that runs operations. */
  openWriter(): Writer | Problem;
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

  const cluster: Cluster = {
    config,
    digest: keyedDigest(deps.digestKey),
    clock: deps.clock,
    log: deps.log,
    reader: readClient(reading, config),
    simulator() {
      if (config.write === undefined) return readOnly(config);
      simulating ??= open(config.write);
      return simulator(simulating);
    },
  };

  return {
    planner: createPlanner(cluster),
    openWriter() {
      if (config.write === undefined) return readOnly(config);
      const writing = open(config.write);
      const writable = { ...cluster, writer: writeClient(writing) };
      return {
        steps: {
          [setTemplate]: setTemplateDriver(writable),
          [setReplicas]: setReplicasDriver(writable),
          [restartKind]: restartDriver(writable),
        },
        close: () => writing.close(),
      };
    },
    close() {
      reading.close();
      simulating?.close();
    },
  };
}

function readOnly(config: KubernetesConfig): Problem {
  return problem('K8S_NO_WRITE_CREDENTIAL', { cluster: config.target });
}
