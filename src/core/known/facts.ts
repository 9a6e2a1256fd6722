import type { Incident } from '../incident/incident.ts';
import { mask } from '../masker.ts';
import type { OperationState } from '../operation/operation.ts';
import type { OnCall, PagedChange } from '../ports/pager.ts';
import type { WorkloadLogs, WorkloadRevision, WorkloadStatus } from '../ports/workload.ts';
import type { Problem } from '../problem.ts';
import { webAddress } from '../web-address.ts';
import type {
  KnownInstance,
  KnownLevel,
  KnownLink,
  KnownOf,
  KnownOperation,
  KnownPast,
  KnownRollout,
} from './known.ts';

/** How far back a change may lie and still be told. */
export const CHANGES_WITHIN_MS = 24 * 3_600_000;
export const PAST_SHOWN = 3;
/** What is read of the logs, to have a few lines of each that is not well. */
export const LOG_LINES_READ = 100;

const operationsShown = 5;
const rolloutsShown = 3;
const instancesShown = 3;
const linesShown = 5;
const lineMax = 160;
const textMax = 200;
const pageChangesShown = 5;
const levelsShown = 6;
const linksShown = 8;
const linkNameMax = 40;

export function knownOperation({ id, asked, status, startedAt = 0, endedAt }: OperationState) {
  return {
    operation: id,
    line: cut(asked?.line ?? ''),
    person: asked?.requester.person ?? '',
    status,
    at: endedAt ?? startedAt,
  } satisfies KnownOperation;
}

export function knownOperations(found: readonly OperationState[]): KnownOf<'operations'> {
  const shown = found.slice(0, operationsShown).map(knownOperation);
  return { part: 'operations', operations: shown, more: found.length - shown.length };
}

/** Of a history, newest first: what was made within a day, and what runs now although it was made before. */
/** Those of the last 24 h that did not come from us: ours are told whole from the record. */
export function knownPageChanges(
  changes: readonly PagedChange[],
  now: number,
): KnownOf<'page-changes'> {
  const found = changes.filter(
    ({ at, source }) => at >= now - CHANGES_WITHIN_MS && at <= now && source !== 'tocsin',
  );
  const shown = found.slice(0, pageChangesShown).map(({ summary, source, at }) => ({
    summary: cut(mask(summary)),
    source: cut(source, 60),
    at,
  }));
  return { part: 'page-changes', changes: shown, more: found.length - shown.length };
}

/** Who is woken and when, one line a person and level, the first who is woken first. */
export function knownLevels(calls: readonly OnCall[], now: number): readonly KnownLevel[] {
  const found = new Map<string, KnownLevel>();
  for (const { level, person, from, until } of calls) {
    if ((from ?? 0) > now || (until ?? now + 1) <= now) continue;
    const each = { level, person, ...(until !== undefined && { until }) };
    if (!found.has(`${level} ${person}`)) found.set(`${level} ${person}`, each);
  }
  return [...found.values()].sort((one, other) => one.level - other.level).slice(0, levelsShown);
}

export function knownRollouts(
  history: readonly WorkloadRevision[],
  now: number,
): KnownOf<'rollouts'> {
  const all = history.flatMap((revision, index): KnownRollout[] => {
    const before = history[index + 1];
    // A rollback gives an old template a new number, and leaves it the time at which it was made.
    const again = before !== undefined && before.createdAt > revision.createdAt;
    const isNew = revision.createdAt >= now - CHANGES_WITHIN_MS;
    // The first of all is no change.
    if (before === undefined || !(isNew || (again && revision.current))) return [];
    return [
      {
        number: revision.number,
        at: revision.createdAt,
        images: imagesChanged(before.images, revision.images),
        cause: cut(revision.cause ?? ''),
        current: revision.current,
        again,
      },
    ];
  });
  const shown = all.slice(0, rolloutsShown);
  return { part: 'rollouts', rollouts: shown, more: all.length - shown.length };
}

/** `checkout 1.8.2 → 1.9.0` for each repository whose image is another one. */
export function imagesChanged(
  before: readonly string[],
  after: readonly string[],
): readonly string[] {
  const was = new Map(before.map((image) => [imageParts(image).repository, image]));
  return after.flatMap((image) => {
    const { repository, version } = imageParts(image);
    const old = was.get(repository);
    if (old === image) return [];
    const name = repository.split('/').at(-1) ?? repository;
    const from = old === undefined ? 'new' : imageParts(old).version;
    return [cut(`${name} ${from} → ${version}`)];
  });
}

function imageParts(image: string): { readonly repository: string; readonly version: string } {
  const [named = '', digest] = image.split('@');
  const colon = named.lastIndexOf(':');
  const isTagged = colon > named.lastIndexOf('/');
  const repository = isTagged ? named.slice(0, colon) : named;
  if (isTagged) return { repository, version: named.slice(colon + 1) };
  return { repository, version: digest === undefined ? 'latest' : digest.slice(0, 19) };
}

export function knownInstances(
  { replicas, unhealthy }: WorkloadStatus,
  logs: WorkloadLogs | Problem | undefined,
): KnownOf<'instances'> {
  const shown = unhealthy.slice(0, instancesShown);
  const lines = logs && 'lines' in logs ? logs.lines : [];
  return {
    part: 'instances',
    ready: replicas.ready,
    desired: replicas.desired,
    unhealthy: shown.map((each): KnownInstance => {
      const printed = lines.filter(({ instance }) => instance === each.instance);
      return {
        instance: each.instance,
        reason: each.reason,
        restarts: each.restarts,
        last: each.last === 'unknown' ? '' : each.last,
        lines: printed
          .toSorted((one, other) => one.at - other.at)
          .slice(-linesShown)
          // Masked once more: half a token no longer looks like one, so it is done before they are cut.
          .map(({ text }) => cut(mask(text), lineMax)),
      };
    }),
    more: unhealthy.length - shown.length,
    ...(logs && 'code' in logs && { noLines: logs }),
  };
}

/** What an incident that is over came to; undefined while it is open again. */
export function knownPast(
  incident: Incident,
  operations: readonly OperationState[],
): KnownPast | undefined {
  const { resolved, opened, openedAt } = incident;
  if (!resolved || resolved.how === 'merged') return undefined;
  const done = operations
    .filter(({ status, endedAt = 0 }) => status === 'done' && endedAt <= resolved.at)
    .toSorted((one, other) => (other.endedAt ?? 0) - (one.endedAt ?? 0));
  const [last] = done;
  return {
    incident: opened.incident,
    openedAt,
    endedAt: resolved.at,
    how: resolved.how,
    person: resolved.person,
    reason: cut(resolved.reason),
    ...(last && { after: knownOperation(last) }),
  };
}

/** Those that the alerts bring and those that the configuration knows, each address once. */
export function knownLinks(
  { alerts }: Incident,
  configured: Readonly<Record<string, string>>,
): readonly KnownLink[] {
  const found = new Map<string, string>();
  for (const [name, address] of Object.entries(configured)) {
    const url = webAddress(address);
    if (url !== undefined) found.set(url, name);
  }
  const foremost = [...alerts.values()].slice(0, linksShown);
  for (const { annotations } of foremost) {
    for (const [annotation, name] of carried) {
      const url = webAddress(annotations[annotation] ?? '');
      if (url !== undefined && !found.has(url)) found.set(url, name);
    }
  }
  return [...found]
    .slice(0, linksShown)
    .map(([url, name]) => ({ name: cut(name, linkNameMax), url }));
}

const carried = [
  ['runbook_url', 'runbook'],
  ['dashboard_url', 'dashboard'],
  ['panel_url', 'panel'],
] as const;

function cut(text: string, max = textMax): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > max ? `${line.slice(0, max - 1).toWellFormed()}…` : line;
}
