import type { Secret } from '../../core/secret.ts';

/** One cluster that Patroni looks after: `targets: { pg-main: { patroni: { endpoints: […] } } }`. */
export interface PatroniConfig {
  /** The name under `targets:`. */
  readonly target: string;
  /** Base addresses of the REST API of its members. */
  readonly endpoints: readonly string[];
  /** Sent with changes only: https://patroni.readthedocs.io/en/latest/rest_api.html */
  readonly basic?: { readonly username: string; readonly password: Secret };
  /** PEM texts. */
  readonly ca?: string;
  readonly certificate?: string;
  readonly key?: string;
  /** Of one question. */
  readonly timeoutMs: number;
  /** Of one switchover: Patroni answers once it is done, or after twice its loop. */
  readonly actionTimeoutMs: number;
}

/** What GET /cluster says, as any of the members knows it from the store that they share. */
export interface Cluster {
  readonly members: readonly Member[];
  readonly paused: boolean;
  /** A switchover that somebody scheduled, in their words; '' for none. */
  readonly scheduled: string;
}

export interface Member {
  readonly name: string;
  readonly role: Role;
  /** `running`, `streaming`, `stopped`, `creating replica`, … as Patroni says it. */
  readonly state: string;
  /** Undefined where it does not say. */
  readonly timeline: number | undefined;
  /** Bytes that it lacks, some seconds old; undefined where Patroni does not know. */
  readonly lag: number | undefined;
  /** Tagged so that it is never promoted. */
  readonly barred: boolean;
  readonly apiUrl: string;
  /** Where its PostgreSQL is reached; undefined where it does not say. */
  readonly address: Address | undefined;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export type Role = 'leader' | 'standby_leader' | 'sync_standby' | 'replica';

/** What GET /patroni says: one member of itself. */
export interface Node {
  /** '' before Patroni 4. */
  readonly name: string;
  readonly scope: string;
  /** Of the PostgreSQL cluster; '' while it does not run. */
  readonly system: string;
  readonly isPrimary: boolean;
  readonly isRunning: boolean;
  readonly timeline: number | undefined;
  /** Bytes written by a primary, received by a replica; undefined where it does not say. */
  readonly position: number | undefined;
  /** Names of those that stream from it. */
  readonly streaming: readonly string[];
}

/** What GET /config says of how it decides. */
export interface Rules {
  /** Bytes that a member may lack and still be promoted. */
  readonly lagMax: number;
  readonly synchronous: boolean;
  /** Seconds until a leader that is silent is replaced. */
  readonly ttl: number;
  readonly loopWait: number;
}

const membersMax = 100;
const textMax = 200;

/** Undefined for anything that is no answer of /cluster. */
export function parseCluster(answer: unknown): Cluster | undefined {
  const fields = asFields(answer);
  const rows = fields?.['members'];
  if (!fields || !Array.isArray(rows) || rows.length > membersMax) return undefined;
  const members = rows.map(parseMember);
  if (members.some((member) => member === undefined)) return undefined;
  const scheduled = asFields(fields['scheduled_switchover']);
  return {
    members: members.flatMap((member) => member ?? []),
    paused: fields['pause'] === true,
    scheduled: scheduled ? textOf(scheduled['at']) || 'a time that it does not say' : '',
  };
}

function parseMember(row: unknown): Member | undefined {
  const fields = asFields(row);
  const name = textOf(fields?.['name']);
  if (!fields || name === '') return undefined;
  const tags = asFields(fields['tags']);
  return {
    name,
    role: roleOf(fields['role']),
    state: textOf(fields['state']),
    timeline: numberOf(fields['timeline']),
    // A number, the word "unknown", or absent: https://patroni.readthedocs.io/en/latest/rest_api.html#cluster-status-endpoints
    lag: numberOf(fields['lag']),
    barred: tags?.['nofailover'] === true || numberOf(tags?.['failover_priority']) === 0,
    apiUrl: textOf(fields['api_url']),
    address: addressIn(fields),
  };
}

function addressIn(fields: Readonly<Record<string, unknown>>): Address | undefined {
  const [host, port] = [textOf(fields['host']), numberOf(fields['port'])];
  return host === '' || port === undefined ? undefined : { host, port };
}

/** `master` up to Patroni 3, `primary` from 4 on. */
export function parseNode(answer: unknown): Node | undefined {
  const fields = asFields(answer);
  const patroni = asFields(fields?.['patroni']);
  if (!fields || !patroni) return undefined;
  const xlog = asFields(fields['xlog']);
  const replication = Array.isArray(fields['replication']) ? fields['replication'] : [];
  const isRunning = fields['state'] === 'running';
  return {
    name: textOf(patroni['name']),
    scope: textOf(patroni['scope']),
    system: textOf(fields['database_system_identifier']),
    isPrimary: isRunning && (fields['role'] === 'master' || fields['role'] === 'primary'),
    isRunning,
    timeline: numberOf(fields['timeline']),
    position: numberOf(xlog?.['location']) ?? numberOf(xlog?.['received_location']),
    streaming: replication
      .slice(0, membersMax)
      .map(asFields)
      .flatMap((row) => (row?.['state'] === 'streaming' ? [textOf(row['application_name'])] : [])),
  };
}

/** Defaults as Patroni has them: https://patroni.readthedocs.io/en/latest/dynamic_configuration.html */
export function parseRules(answer: unknown): Rules | undefined {
  const fields = asFields(answer);
  if (!fields) return undefined;
  const mode = fields['synchronous_mode'];
  return {
    lagMax: numberOf(fields['maximum_lag_on_failover']) ?? 1_048_576,
    synchronous: mode === true || mode === 'on' || mode === 'quorum',
    ttl: numberOf(fields['ttl']) ?? 30,
    loopWait: numberOf(fields['loop_wait']) ?? 10,
  };
}

/** Replies to changes are texts, and pages of HTML where the body was not understood. */
export function parseReply(body: string): string {
  const isPage = /^\s*<(!doctype|html)/i.test(body);
  const message = isPage ? /Message: ([^<]*)/.exec(body)?.[1] : body;
  return (message ?? 'a page of HTML')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim()
    .slice(0, textMax)
    .toWellFormed();
}

function roleOf(role: unknown): Role {
  if (role === 'leader' || role === 'master' || role === 'primary') return 'leader';
  if (role === 'standby_leader') return role;
  return role === 'sync_standby' || role === 'quorum_standby' ? 'sync_standby' : 'replica';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, textMax).toWellFormed() : '';
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function asFields(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
