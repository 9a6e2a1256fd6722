import { randomBytes } from 'node:crypto';
import type { Incident } from '../core/incident/incident.ts';
import { isReviewOpen } from '../core/operation/glass.ts';
import { type OperationState, terminal } from '../core/operation/operation.ts';
import type { Journal } from '../core/ports/journal.ts';
import type { OnCalls } from '../core/ports/pager.ts';
import type { Planner } from '../core/ports/step.ts';
import type { WorkloadReader } from '../core/ports/workload.ts';
import { standingOf } from '../core/post.ts';
import type { Settings } from '../core/settings.ts';
import type { Words } from '../core/view/words.ts';
import type { Desk, RunbookPage } from '../handlers/desk.ts';
import type { ChatConnection } from './chat.ts';
import type { Engine } from './engine.ts';
import { evidenceOf, membersTold, type Sources } from './evidence.ts';
import { createMutes } from './mutes.ts';
import { createOnCalls } from './on-calls.ts';
import type { PersonRecord } from './person-record.ts';
import type { Security } from './security/index.ts';
import type { Threads } from './threads.ts';

export interface DeskOptions {
  readonly engine: Engine;
  readonly recordPerson: PersonRecord;
  readonly journal: Pick<Journal, 'append'>;
  readonly security: Pick<Security, 'tell' | 'refused'>;
  readonly settings: () => Settings;
  readonly sources: () => Sources;
  readonly words: Words;
  readonly publicUrl: string;
  readonly threads: Threads;
  readonly now: () => number;
  readonly sha256: (text: string) => string;
  readonly planner: (integration: string, target: string) => Planner | undefined;
  readonly workload: (integration: string, target: string) => WorkloadReader | undefined;
  readonly silences: Desk['silences'];
  readonly standing?: Desk['standing'];
  readonly checks?: Desk['checks'];
  readonly runbook: (incident: Incident) => RunbookPage | undefined;
  readonly consoleLink?: Desk['consoleLink'];
  readonly identity?: Desk['identity'];
  readonly chats?: () => readonly Chat[];
  readonly onCalls?: readonly OnCalls[];
  readonly graph?: Desk['graph'] | undefined;
  readonly listBackups?: Desk['backups'];
}

/** A connected workspace or guild, as far as it matters whether somebody can be reached there. */
export type Chat = Pick<ChatConnection, 'home' | 'health'> & {
  readonly surface: Pick<ChatConnection['surface'], 'name'>;
};

/** What handlers can reach: readings, decisions to be appended, readers of the world. No writer. */
export function createDesk(options: DeskOptions): Desk {
  const { engine } = options;
  const onCalls = createOnCalls(options.onCalls ?? [], options.now);
  return {
    onCalls,
    get settings() {
      return options.settings();
    },
    words: options.words,
    publicUrl: options.publicUrl,
    now: options.now,
    journalNow: () => Math.max(options.now(), engine.readings.newestAt),
    sha256: options.sha256,
    nonce: () => randomBytes(16).toString('hex'),
    incident: async (id) => asIncident(await engine.incident(id)),
    incidentNow: (id) => asIncident(engine.readings.incidents.get(id)?.state),
    openIncidents: () => openIncidents(engine),
    allIncidents: () => openIncidents(engine),
    hid: (surface) => options.security.refused(surface, 'INCIDENT_PRIVATE'),
    operation: (id) => engine.operation(id),
    liveOperations: () => liveOperations(engine),
    openReviews: () => openReviews(engine),
    operationsOf: (incident) => options.threads.operationsOf(incident),
    target: (id) => engine.target(id),
    halts: () => engine.halts(),
    runs: (rule) => engine.readings.limits.get(rule)?.state ?? [],
    tellHalts: (intent, telling) => engine.tellHalts(intent, telling),
    runbook: options.runbook,
    timeline: async (incident) => (await options.threads.desired(incident))?.entries ?? [],
    shown: async (operation, surface) => ({
      surface,
      digest: await shownDigest(options, operation, surface),
    }),
    evidenceOf: (person, surface, account) =>
      evidenceOf(options.sources(), { person, surface, account }),
    reach: (person) => waysTo(options.settings(), person, options.chats?.() ?? []),
    members: (group) => membersTold(group, options.sources()),
    tellOperation: (id, intent, telling) => engine.tellOperation(id, intent, telling),
    move: (intent, telling) => engine.move(intent, telling),
    tellIncident: (id, intent, telling) => engine.tellIncident(id, intent, telling),
    recordPerson: options.recordPerson,
    tellMute: createMutes(options.journal),
    tellSecurity: options.security.tell,
    planner: options.planner,
    workload: options.workload,
    silences: options.silences,
    ...(options.standing ? { standing: options.standing } : {}),
    ...(options.checks ? { checks: options.checks } : {}),
    ...(options.graph ? { graph: options.graph } : {}),
    ...(options.listBackups ? { backups: options.listBackups } : {}),
    ...(options.consoleLink ? { consoleLink: options.consoleLink } : {}),
    ...(options.identity ? { identity: options.identity } : {}),
  };
}

/** A surface that remembers knows what it was sent last; the others show what the record says. */
async function shownDigest(
  { engine, threads, sha256 }: DeskOptions,
  { id, asked }: OperationState,
  surface: string,
): Promise<string> {
  const thread = asked?.incident || id;
  const key = thread === id ? 'root' : `operation/${id}`;
  const posted = standingOf(await engine.posts(thread), surface, key);
  if (posted.ref !== '') return posted.digest;
  const desired = await threads.desired(thread);
  const piece = key === 'root' ? desired?.root : desired?.entries.find((each) => each.key === key);
  return piece ? sha256(JSON.stringify(piece)) : '';
}

/** The console is there for everybody; a chat account is one of a workspace or guild, which may be down. */
function waysTo(
  { people }: Settings,
  person: string,
  chats: readonly Chat[],
): ReturnType<Desk['reach']> {
  const { accounts = {} } = people.find(({ id }) => id === person) ?? {};
  const ways = Object.entries(accounts).flatMap(([kind, all]) => {
    if (kind === 'console') return [{ kind, isUp: true }];
    const homes = chats.filter(({ surface }) => surface.name.startsWith(`${kind}/`));
    return all.flatMap((account) => {
      const chat = homes.find(({ home }) => account.startsWith(`${home}/`));
      return kind === 'pagerduty'
        ? []
        : [{ kind, isUp: chat === undefined || chat.health().state !== 'down' }];
    });
  });
  return ways.sort((a, b) => (a.kind < b.kind ? -1 : 1));
}

/** The most urgent first, then the newest. */
export function openIncidents(engine: Engine): readonly Incident[] {
  const open: Incident[] = [];
  for (const { state } of engine.readings.incidents.values()) {
    if (state.status === 'open') open.push(state);
  }
  return open;
}

export function liveOperations(engine: Engine): readonly OperationState[] {
  const live: OperationState[] = [];
  for (const { state } of engine.readings.operations.values()) {
    if (state.status !== 'none' && !terminal.has(state.status)) live.push(state);
  }
  return live;
}

function openReviews(engine: Engine): readonly OperationState[] {
  const open: OperationState[] = [];
  for (const { state } of engine.readings.operations.values()) {
    if (terminal.has(state.status) && isReviewOpen(state)) open.push(state);
  }
  return open;
}

function asIncident(state: Awaited<ReturnType<Engine['incident']>>): Incident | undefined {
  return state === undefined || state.status === 'none' ? undefined : state;
}
