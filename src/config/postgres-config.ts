import type { Secret } from '../core/secret.ts';
import type { Listen } from './field.ts';

/** One PostgreSQL with streaming replicas, as the integration wants it, and what stops its servers and turns its clients. */
export interface PostgresConfig {
  /** Name under `targets:`. */
  readonly target: string;
  readonly nodes: readonly {
    readonly name: string;
    readonly address: Listen;
    readonly replication?: Listen;
    readonly clients?: Listen;
  }[];
  readonly database: string;
  readonly username: string;
  readonly password?: Secret;
  readonly application: { readonly username: string; readonly password?: Secret };
  readonly fence?: FenceConfig;
  /** PEM text, `true` for the system's authorities; absent for a connection in the clear. */
  readonly tls?: string | true;
  readonly timeoutMs: number;
  readonly catchUpMs: number;
  readonly rejoin?: {
    readonly command: readonly string[];
    readonly env: Readonly<Record<string, Secret>>;
    readonly timeoutMs: number;
  };
  readonly repoint: readonly (RepointFile | RepointBackend | RepointService)[];
  /** Absolute. Folder of the programs of PostgreSQL. */
  readonly programs?: string;
  /** Another target, on which copies are tried. */
  readonly scratch?: string;
}

type FenceConfig =
  | {
      readonly by: 'command';
      readonly command: readonly string[];
      readonly undo: readonly string[];
      readonly status?: readonly string[];
      readonly env: Readonly<Record<string, Secret>>;
      readonly timeoutMs: number;
    }
  | {
      readonly by: 'kubernetes' | 'docker';
      /** Name of a target of that kind. */
      readonly target: string;
      /** Name of a node → what it runs in. */
      readonly nodes: Readonly<Record<string, FencedPlace>>;
      readonly timeoutMs: number;
    };

type FencedPlace =
  | { readonly container: string }
  | {
      readonly namespace: string;
      readonly kind: 'deployment' | 'statefulset';
      readonly workload: string;
    };

/** One Docker Engine. */
export interface DockerConfig {
  /** Name under `targets:`. */
  readonly target: string;
  readonly at: { readonly socket: string } | { readonly url: string };
  readonly timeoutMs: number;
}

interface RepointFile {
  /** Absolute. */
  readonly file: string;
  readonly line: string;
  readonly reload?: readonly string[];
  readonly through?: Listen;
  readonly timeoutMs: number;
}

interface RepointBackend {
  /** Name of a haproxy target. */
  readonly haproxy: string;
  readonly backend: string;
  /** Name of a node → its server in the backend. */
  readonly servers: Readonly<Record<string, string>>;
  readonly through?: Listen;
}

interface RepointService {
  /** Name of a kubernetes target. */
  readonly kubernetes: string;
  readonly namespace: string;
  readonly service: string;
  /** Key in its selector. */
  readonly label: string;
  /** Name of a node → the value of that label on its pods. */
  readonly servers: Readonly<Record<string, string>>;
  readonly through?: Listen;
}

/** One HAProxy, or several that are turned together. */
export interface HaproxyConfig {
  /** Name under `targets:`. */
  readonly target: string;
  readonly instances: readonly {
    readonly name: string;
    readonly at: { readonly socket: string } | Listen;
  }[];
  readonly timeoutMs: number;
}
