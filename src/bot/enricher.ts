import type { Incident, IncidentState } from '../core/incident/incident.ts';
import { isPrivate } from '../core/incident/privacy.ts';
import {
  CHANGES_WITHIN_MS,
  knownInstances,
  knownLevels,
  knownLinks,
  knownOperations,
  knownPageChanges,
  knownPast,
  knownRollouts,
  LOG_LINES_READ,
  PAST_SHOWN,
} from '../core/known/facts.ts';
import { changesOf, pastKeys, pastOf } from '../core/known/index.ts';
import type { Known, KnownPart } from '../core/known/known.ts';
import type { OperationState } from '../core/operation/operation.ts';
import type { OnCalls } from '../core/ports/pager.ts';
import type { TargetRef } from '../core/ports/step.ts';
import type { WorkloadReader } from '../core/ports/workload.ts';
import { problem, problemOf } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import { callsOf } from '../handlers/commands/who.ts';
import type { Desk, MembersTold } from '../handlers/desk.ts';
import type { Clock } from './clock.ts';
import type { Engine } from './engine.ts';

/** Finds out what is known beside the alerts of an incident. Reads only. */
export interface Enricher {
  /** The parts that can be asked for, those of our own record first; what nobody configured is none. */
  parts(incident: Incident): readonly KnownPart[];
  find(part: KnownPart, incident: Incident): Promise<Known>;
}

export interface EnricherOptions {
  readonly engine: Pick<Engine, 'readings' | 'incident' | 'operation'>;
  readonly settings: () => Settings;
  readonly clock: Clock;
  readonly workload: (integration: string, target: string) => WorkloadReader | undefined;
  readonly members: (group: string) => MembersTold;
  /** Who is on call, as each pager says it or said it last. */
  readonly onCalls?: Desk['onCalls'] | undefined;
  readonly pagers?: readonly OnCalls[] | undefined;
  readonly counts?: (() => EnrichmentCounts | undefined) | undefined;
}

export interface EnrichmentCounts {
  found(part: KnownPart, how: 'known' | 'failed'): void;
}

/** Longer nobody waits for one part; the others stand by then. */
const partWithinMs = 20_000;
const peopleShown = 5;

export function createEnricher(options: EnricherOptions): Enricher {
  const { engine, settings, clock } = options;

  function placeOf({ opened }: Incident) {
    const service = settings().catalog.services.find(({ name }) => name === opened.service);
    const environment = service?.environments.find(({ name }) => name === opened.environment);
    const target = environment?.targets['workload'];
    const reader = target && options.workload(target.integration, target.target);
    return { service, environment, workload: target && reader ? { target, reader } : undefined };
  }

  function parts(incident: Incident): readonly KnownPart[] {
    const { service, environment, workload } = placeOf(incident);
    return [
      ...(environment ? (['operations'] as const) : []),
      ...(pastKeys(incident).length > 0 ? (['past'] as const) : []),
      ...(knownLinks(incident, service?.links ?? {}).length > 0 ? (['links'] as const) : []),
      ...(service?.onCall === undefined ? [] : (['on-call'] as const)),
      ...(workload ? (['rollouts', 'instances'] as const) : []),
      ...(pageOf(incident) ? (['page-changes'] as const) : []),
    ];
  }

  async function find(part: KnownPart, incident: Incident): Promise<Known> {
    const late = Promise.withResolvers<Known>();
    const cancel = clock.after(partWithinMs, () =>
      late.resolve({ part, problem: problem('ENRICHMENT_TOO_SLOW', { part }) }),
    );
    try {
      const known = await Promise.race([look(part, incident), late.promise]);
      options.counts?.()?.found(part, 'problem' in known ? 'failed' : 'known');
      return known;
    } finally {
      cancel();
    }
  }

  async function look(part: KnownPart, incident: Incident): Promise<Known> {
    const { service, workload } = placeOf(incident);
    switch (part) {
      case 'operations':
        return knownOperations(await changedBefore(incident));
      case 'past':
        return before(incident);
      case 'links':
        return { part, links: knownLinks(incident, service?.links ?? {}) };
      case 'on-call':
        return onCall(service?.name ?? '', service?.onCall ?? '');
      case 'page-changes':
        return pageChanges(incident);
      case 'rollouts':
        return workload ? rollouts(workload, clock.now()) : gone(part);
      case 'instances':
        return workload ? instances(workload) : gone(part);
      default:
        return part satisfies never;
    }
  }

  /** What was done in a private incident is told to nobody outside it. */
  async function changedBefore(incident: Incident): Promise<readonly OperationState[]> {
    const since = clock.now() - CHANGES_WITHIN_MS;
    const found: OperationState[] = [];
    for (const { id } of changesOf(engine.readings.known, incident.opened, since)) {
      const operation = await engine.operation(id);
      if (operation && !(await isHidden(operation, incident))) found.push(operation);
    }
    return found;
  }

  async function isHidden({ asked }: OperationState, { opened }: Incident): Promise<boolean> {
    if (!asked?.incident || asked.incident === opened.incident) return false;
    const other = asIncident(await engine.incident(asked.incident));
    return other !== undefined && isPrivate(other);
  }

  async function before(incident: Incident): Promise<Known> {
    const mentions = pastOf(engine.readings.known, incident);
    const past = [];
    for (const { id } of mentions.slice(0, PAST_SHOWN)) {
      const other = asIncident(await engine.incident(id));
      const told = other && knownPast(other, await operationsOf(id));
      if (told) past.push(told);
    }
    return { part: 'past', past, more: Math.max(0, mentions.length - PAST_SHOWN) };
  }

  async function operationsOf(incident: string): Promise<readonly OperationState[]> {
    const ids = engine.readings.operationsOf.get(incident) ?? [];
    const found = await Promise.all(ids.map((id) => engine.operation(id)));
    return found.filter((operation) => operation !== undefined);
  }

  /** The page that is asked about; one is enough, for what changed is the same. */
  function pageOf({ pages }: Incident) {
    for (const { pager: name, page } of pages) {
      const pager = options.pagers?.find((each) => each.name === name);
      if (pager?.changesBefore) return { ask: () => pager.changesBefore?.(page) };
    }
    return undefined;
  }

  async function pageChanges(incident: Incident): Promise<Known> {
    try {
      return knownPageChanges((await pageOf(incident)?.ask()) ?? [], clock.now());
    } catch (error) {
      const otherwise = problem('ENRICHMENT_TOO_SLOW', { part: 'page-changes' });
      return { part: 'page-changes', problem: problemOf(error, otherwise) };
    }
  }

  /** The group as far as it is known, and whom the pager wakes first, where it says so. */
  async function onCall(service: string, group: string): Promise<Known> {
    const { people, unknown } = options.members(group);
    const shown = people.slice(0, peopleShown);
    const told = (await options.onCalls?.()) ?? [];
    const calls = told.flatMap(({ calls: all }) => callsOf(all, settings(), service));
    const levels = knownLevels(calls, clock.now());
    return {
      part: 'on-call',
      ...(levels.length > 0 && { levels }),
      group,
      people: shown,
      more: people.length - shown.length,
      unknown: unknown.slice(0, peopleShown),
    };
  }

  return { parts, find };
}

interface Workload {
  readonly target: TargetRef;
  readonly reader: WorkloadReader;
}

async function rollouts({ target, reader }: Workload, now: number): Promise<Known> {
  const history = await reader.history(target);
  return history.ok
    ? knownRollouts(history.value, now)
    : { part: 'rollouts', problem: history.problem };
}

/** Logs are asked for only where somebody is unwell, and the instances are told without them too. */
async function instances({ target, reader }: Workload): Promise<Known> {
  const status = await reader.status(target);
  if (!status.ok) return { part: 'instances', problem: status.problem };
  if (status.value.unhealthy.length === 0) return knownInstances(status.value, undefined);
  const logs = await reader.logs(target, { lines: LOG_LINES_READ, errorsFirst: false });
  return knownInstances(status.value, logs.ok ? logs.value : logs.problem);
}

/** The configuration named one a moment ago. */
function gone(part: KnownPart): Known {
  return { part, problem: problem('ENRICHMENT_TOO_SLOW', { part }) };
}

function asIncident(state: IncidentState | undefined): Incident | undefined {
  return state === undefined || state.status === 'none' ? undefined : state;
}
