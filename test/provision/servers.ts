export type ServerName =
  | 'prometheus'
  | 'alertmanager'
  | 'chromium'
  | 'strace'
  | 'postgres'
  | 'patroni'
  | 'etcd'
  | 'redis'
  | 'redis-sentinel'
  | 'haproxy'
  | 'age';

/** A real program that the suites drive. One row here is all that a new one needs. */
export type Server = {
  readonly name: ServerName;
  readonly title: string;
  /** Names under which it may be installed, the first found wins. */
  readonly commands: readonly string[];
  /** Folders outside PATH, as globs, where a distribution keeps it. */
  readonly directories?: readonly string[];
  /** What apt installs on Debian and Ubuntu. */
  readonly packages: readonly string[];
  /** Services that the packages enable at boot, which a test machine does not want. */
  readonly services?: readonly string[];
  /** What Docker runs in its place; absent where a container cannot stand in for the program. */
  readonly image?: string;
};

export const servers: readonly Server[] = [
  {
    name: 'prometheus',
    title: 'Prometheus',
    commands: ['prometheus'],
    packages: ['prometheus'],
    services: ['prometheus'],
    image: 'prom/prometheus:v2.55.1',
  },
  {
    name: 'alertmanager',
    title: 'Alertmanager',
    commands: ['prometheus-alertmanager', 'alertmanager'],
    packages: ['prometheus-alertmanager'],
    services: ['prometheus-alertmanager'],
    image: 'prom/alertmanager:v0.28.1',
  },
  {
    // No image: the browser is driven over pipes that a container does not pass on.
    name: 'chromium',
    title: 'Chromium',
    commands: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    packages: ['chromium'],
  },
  {
    // No image: it traces processes of this machine. The power-loss suite records with it what really reaches the disk.
    name: 'strace',
    title: 'strace',
    commands: ['strace'],
    packages: ['strace'],
  },
  {
    // No image: the suites end its processes as a power cut does, and Patroni starts it by itself.
    name: 'postgres',
    title: 'PostgreSQL',
    commands: ['postgres'],
    directories: ['/usr/lib/postgresql/*/bin'],
    packages: ['postgresql'],
    services: ['postgresql'],
  },
  {
    // No image: it is the parent of a PostgreSQL on this machine.
    name: 'patroni',
    title: 'Patroni',
    commands: ['patroni'],
    packages: ['patroni', 'python3-etcd'],
    services: ['patroni'],
  },
  {
    name: 'etcd',
    title: 'etcd',
    commands: ['etcd'],
    packages: ['etcd-server'],
    services: ['etcd'],
  },
  {
    // No image: Sentinels rewrite their configuration and name each server by its address on this machine.
    name: 'redis',
    title: 'Redis',
    commands: ['redis-server'],
    packages: ['redis-server'],
    services: ['redis-server'],
  },
  {
    name: 'redis-sentinel',
    title: 'Redis Sentinel',
    commands: ['redis-sentinel'],
    packages: ['redis-sentinel'],
    services: ['redis-sentinel'],
  },
  {
    // No image: the suites speak to it over a socket in a folder of theirs.
    name: 'haproxy',
    title: 'HAProxy',
    commands: ['haproxy'],
    directories: ['/usr/sbin'],
    packages: ['haproxy'],
    services: ['haproxy'],
  },
  {
    // No image: it opens files of this machine, and is opened by.
    name: 'age',
    title: 'age',
    commands: ['age'],
    packages: ['age'],
  },
];

export function serverNamed(name: ServerName): Server {
  const found = servers.find((server) => server.name === name);
  if (!found) throw new Error(`no row in test/provision/servers.ts is named ${name}`);
  return found;
}
