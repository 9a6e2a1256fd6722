import type { Problem } from '../../core/problem.ts';
import type { ReadClient, Simulator, WriteClient } from './client.ts';
import type { Clock } from './connection.ts';
import type { KubernetesConfig } from './schema.ts';
import type { Digest } from './template.ts';

/** What planning and reading work with: it can look and simulate, and has nothing to change the world with. */
export interface Cluster {
  readonly config: KubernetesConfig;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly reader: ReadClient;
  /** Opened on first need; the problem when there is no write credential. */
  simulator(): Simulator | Problem;
}

/** What step drivers work with. */
export interface WritableCluster extends Cluster {
  readonly writer: WriteClient;
}

export function isProblem(value: Simulator | Problem): value is Problem {
  return 'code' in value;
}
