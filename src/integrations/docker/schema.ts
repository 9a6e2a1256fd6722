/** One Docker Engine: `targets: { host-1: { docker: { socket: /var/run/docker.sock } } }`. */
export interface DockerConfig {
  /** Name under `targets:`. */
  readonly target: string;
  readonly at: { readonly socket: string } | { readonly url: string };
  /** Of one question; stopping a container has its own time. */
  readonly timeoutMs: number;
}

/** The few fields we use of `GET /containers/NAME/json`: https://docs.docker.com/reference/api/engine/version/v1.41/ */
export interface Container {
  readonly id: string;
  readonly isRunning: boolean;
  readonly restart: RestartPolicy;
  /** It is deleted when it stops. */
  readonly isRemoved: boolean;
  /** Who looks after it and would start another one; empty for nobody. */
  readonly keeper: string;
}

export interface RestartPolicy {
  readonly name: string;
  readonly retries: number;
}

type Json = Readonly<Record<string, unknown>>;

export function parseContainer(written: unknown): Container | undefined {
  const id = at(written, 'Id');
  const running = at(written, 'State', 'Running');
  if (typeof id !== 'string' || id === '' || typeof running !== 'boolean') return undefined;
  const policy = ['HostConfig', 'RestartPolicy'];
  const labels = at(written, 'Config', 'Labels');
  const label = (name: string): string => String((isRecord(labels) && labels[name]) || '');
  const swarm = label('com.docker.swarm.service.name');
  const pod = label('io.kubernetes.pod.name');
  return {
    id,
    isRunning: running,
    restart: {
      // An empty name is what `no` was before it had one.
      name: String(at(written, ...policy, 'Name') || 'no'),
      retries: Number(at(written, ...policy, 'MaximumRetryCount') ?? 0),
    },
    isRemoved: at(written, 'HostConfig', 'AutoRemove') === true,
    keeper: swarm !== '' ? `the Swarm service ${swarm}` : pod !== '' ? `the kubelet of ${pod}` : '',
  };
}

export function sayPolicy({ name, retries }: RestartPolicy): string {
  return retries > 0 ? `${name}:${retries}` : name;
}

/** What `sayPolicy` said; undefined for anything else. */
export function readPolicy(text: string): RestartPolicy | undefined {
  const [, name, retries = '0'] =
    /^(no|always|unless-stopped|on-failure)(?::(\d{1,6}))?$/.exec(text) ?? [];
  return name === undefined ? undefined : { name, retries: Number(retries) };
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((found, key) => (isRecord(found) ? found[key] : undefined), value);
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
