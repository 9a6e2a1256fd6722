import { SEVERITIES, type Severity } from '../../../core/alert/severity.ts';
import { type Incident, severity } from '../../../core/incident/incident.ts';
import { isPrivate, sees } from '../../../core/incident/privacy.ts';
import type { OperationState } from '../../../core/operation/operation.ts';
import type { Evidence, StepUp } from '../../../core/person.ts';
import type { Problem } from '../../../core/problem.ts';
import type { RecordFormat } from '../../../core/record/format.ts';
import type { TrailRow } from '../../../core/record/row.ts';
import type { Answer, Press, Thread } from '../../../core/view/card.ts';
import { incidentCard } from '../../../core/view/incident-card.ts';
import type { Words } from '../../../core/view/words.ts';
import { refused } from '../../../handlers/answer.ts';
import type { Form } from '../../../handlers/form.ts';
import type { Waits } from '../../../handlers/home.ts';
import type {
  BoardRow,
  ConsoleActor,
  ConsoleDesk,
  ConsoleProposals,
  ConsoleRecords,
  ShownPlan,
  Suggestion,
  WaitingLink,
} from './ports.ts';

/** What the console asks of the bot, in the bot's own words. */
export interface DeskSources {
  readonly say: (said: {
    readonly line: string;
    readonly actor: Account;
    readonly incident: string;
    readonly cause: string;
    readonly stepUp?: StepUp;
  }) => Promise<Answer>;
  readonly press: (pressed: {
    readonly press: Press;
    readonly actor: Account;
    readonly incident: string;
    readonly cause: string;
    readonly shown: { readonly digest: string; readonly fresh: boolean };
    readonly stepUp?: StepUp;
  }) => Promise<Answer>;
  readonly form: (line: string, incident: Incident | undefined) => Form | undefined;
  readonly complete: (line: string, incident: Incident | undefined) => readonly Suggestion[];
  readonly incidents: () => readonly Incident[];
  readonly incident: (id: string) => Promise<Incident | undefined>;
  readonly operations: (incident: string) => readonly OperationState[];
  readonly operation: (id: string) => Promise<OperationState | undefined>;
  /** Accounts that people took on; nothing where there are none. */
  readonly links?: () => readonly (Omit<WaitingLink, 'name'> & {
    readonly linkedAt?: number;
  })[];
  /** What is known of somebody now; undefined for a program, and for nobody of ours. */
  readonly known: (actor: Account) => Promise<Evidence | undefined>;
  /** Somebody looked for what they may not see. */
  readonly hid: (surface: string) => void;
  readonly thread: (id: string) => Promise<Thread | undefined>;
  /** What waits for a person; nothing where it is left out. */
  readonly waits?: (actor: Account) => Promise<readonly Waits[]>;
  readonly words: Words;
  readonly records?: RecordSources;
  readonly proposals?: ConsoleProposals;
  readonly picture?: (digest: string) => Promise<Uint8Array | undefined>;
}

export interface RecordSources {
  readonly mayExport: (actor: Account) => Promise<boolean>;
  readonly export: (asked: {
    readonly thread: string;
    readonly format: RecordFormat;
    readonly actor: Account;
    readonly cause: string;
  }) => Promise<string | Problem>;
  readonly trail: (asked: {
    readonly thread: string;
    readonly actor: Account;
  }) => Promise<readonly TrailRow[]>;
}

export interface Account {
  readonly surface: string;
  readonly account: string;
  readonly session?: string;
  readonly ip?: string;
}

/** More rows than anybody reads; the count above the list says how many there are. */
const rowsMax = 250;

export function createConsoleDesk(sources: DeskSources): ConsoleDesk {
  const made: MadeRows = new WeakMap();
  async function mayLook(page: string, actor: ConsoleActor): Promise<boolean> {
    const operation = page.startsWith('op-') ? await sources.operation(page) : undefined;
    const incident = operation ? (operation.asked?.incident ?? '') : threadOf(page);
    const found = incident === '' ? undefined : await sources.incident(incident);
    if (!found || !isPrivate(found)) return true;
    const account = accountOf(actor);
    if (sees(await sources.known(account), found)) return true;
    sources.hid(account.surface);
    return false;
  }
  const incidentOf = async (page: string, actor: ConsoleActor) => {
    const incident = threadOf(page);
    if (incident === '' || !(await mayLook(page, actor))) return undefined;
    return sources.incident(incident);
  };
  const open = () => sources.incidents().filter((incident) => !isPrivate(incident));
  return {
    say: ({ line, actor, incident = '', cause, stepUp }) =>
      sources.say({
        line,
        actor: accountOf(actor),
        incident: threadOf(incident),
        cause,
        ...(stepUp && { stepUp }),
      }),
    press: ({ press, actor, incident, cause, shown, stepUp }) =>
      sources.press({
        press,
        actor: accountOf(actor),
        incident: threadOf(incident),
        cause,
        // The page lives: what it shows is what the record says.
        shown: { ...shown, fresh: true },
        ...(stepUp && { stepUp }),
      }),
    form: async (line, incident, actor) => sources.form(line, await incidentOf(incident, actor)),
    complete: async ({ line, actor, incident = '' }) =>
      sources.complete(line, await incidentOf(incident, actor)),
    board: () => [...incidentRows(open(), sources, made), ...operationRows(sources)],
    async privately(actor) {
      const by = await sources.known(accountOf(actor));
      const own = sources.incidents().filter((each) => isPrivate(each) && sees(by, each));
      return incidentRows(own, sources, made);
    },
    sees: mayLook,
    openTotal: () =>
      open().filter(({ status }) => status === 'open').length +
      operationRows(sources).filter(({ closedAt }) => closedAt === undefined).length,
    plan: async (operation, actor) =>
      (await mayLook(operation, actor)) ? shownPlan(operation, sources) : undefined,
    links: () => waitingLinks(sources),
    refusal: (because) => refused(because, sources).card,
    thread: async (incident, by) =>
      by === 'followers' || (await mayLook(incident, by)) ? sources.thread(incident) : undefined,
    waits: async (actor) => (await sources.waits?.(accountOf(actor))) ?? [],
    ...(sources.picture && { picture: sources.picture }),
    ...(sources.proposals && { proposals: sources.proposals }),
    ...(sources.records && { records: recordsOf(sources.records) }),
  };
}

function recordsOf({ mayExport, export: exported, trail }: RecordSources): ConsoleRecords {
  return {
    mayExport: (actor) => mayExport(accountOf(actor)),
    trail: (incident, actor) => trail({ thread: incident, actor: accountOf(actor) }),
    export: ({ incident, format, actor, cause }) =>
      exported({ thread: incident, format, actor: accountOf(actor), cause }),
  };
}

/**
 * A person is bound to the console by their id, or comes from a chat account and counts as that; a program is bound by
 * its name: no configuration binds one to a person.
 */
function accountOf(actor: ConsoleActor): Account {
  if (actor.kind === 'token') return { surface: 'console', account: `token:${actor.name}` };
  const { session, ip, account, person } = actor;
  const { surface, account: name } = account ?? { surface: 'console', account: person };
  return { surface, account: name, session, ...(ip === undefined ? {} : { ip }) };
}

/** An operation asked outside any incident has a page, and is no incident. */
function threadOf(page: string): string {
  return page.startsWith('op-') ? '' : page;
}

function waitingLinks({ links, words }: DeskSources): readonly WaitingLink[] {
  return (links?.() ?? [])
    .filter(({ linkedAt }) => linkedAt === undefined)
    .map((each) => ({ ...each, name: words.names.get(each.person) ?? each.person }));
}

/** What its thread shows of it now: the same card, and the same digest on the record. */
async function shownPlan(id: string, sources: DeskSources): Promise<ShownPlan | undefined> {
  const state = await sources.operation(id);
  if (state?.asked === undefined) return undefined;
  const thread = state.asked.incident || id;
  const shown = await sources.thread(thread);
  const entry = shown?.entries.find(({ key }) => key === `operation/${id}`);
  const card = thread === id ? shown?.root : entry?.kind === 'card' ? entry.card : undefined;
  if (card === undefined) return undefined;
  const breakable = state.rule?.breakGlass !== undefined;
  return { card, hash: state.hash ?? '', thread, waits: state.status === 'waiting', breakable };
}

/** Ten thousand are open on a bad night, and somebody looks: only the rows that are shown and have changed are made. */
function incidentRows(
  all: readonly Incident[],
  sources: DeskSources,
  made: MadeRows,
): readonly BoardRow[] {
  const closed = all
    .filter(({ status }) => status === 'resolved')
    .sort((a, b) => (b.resolved?.at ?? 0) - (a.resolved?.at ?? 0));
  return [...mostUrgent(all), ...closed.slice(0, rowsMax)].map((incident) =>
    rowOf(incident, sources, made),
  );
}

/** The row of each state that was shown: a state never changes, what changes an incident makes another. */
type MadeRows = WeakMap<Incident, BoardRow>;

function rowOf(incident: Incident, sources: DeskSources, made: MadeRows): BoardRow {
  const before = made.get(incident);
  const counts = countsOf(incident, sources);
  const isSame =
    before?.counts.operations === counts.operations && before.counts.waiting === counts.waiting;
  if (before && isSame) return before;
  const card = incidentCard(incident, sources.words);
  const row = {
    incident: incident.opened.incident,
    mark: card.mark,
    tone: card.tone,
    title: card.title,
    service: incident.opened.service,
    environment: incident.opened.environment,
    openedAt: incident.openedAt,
    ...(incident.resolved ? { closedAt: incident.resolved.at } : {}),
    counts,
  };
  made.set(incident, row);
  return row;
}

function countsOf(incident: Incident, sources: DeskSources): BoardRow['counts'] {
  const operations = sources.operations(incident.opened.incident);
  return {
    alerts: incident.firing,
    muted: incident.silenced,
    operations: operations.length,
    waiting: operations.filter(({ status }) => status === 'waiting').length,
  };
}

function operationRows(sources: DeskSources): readonly BoardRow[] {
  return sources.operations('').flatMap((operation): readonly BoardRow[] => {
    const { asked, endedAt, status } = operation;
    if (!asked) return [];
    return [
      {
        incident: operation.id,
        mark: status.toUpperCase(),
        tone: 'info',
        title: [asked.line],
        service: asked.service,
        environment: asked.environment,
        openedAt: asked.at,
        ...(endedAt === undefined ? {} : { closedAt: endedAt }),
        counts: { alerts: 0, muted: 0, operations: 1, waiting: status === 'waiting' ? 1 : 0 },
      },
    ];
  });
}

/** The open ones, the worst first and the newest of those; memory holds them by age, so each rank is nearly sorted. */
function mostUrgent(all: readonly Incident[]): readonly Incident[] {
  const ranks = new Map(SEVERITIES.map((each): [Severity, Incident[]] => [each, []]));
  for (const incident of all) {
    if (incident.status === 'open') ranks.get(severity(incident))?.push(incident);
  }
  const first: Incident[] = [];
  for (const rank of ranks.values()) {
    if (first.length >= rowsMax) break;
    first.push(...rank.sort((a, b) => b.openedAt - a.openedAt).slice(0, rowsMax - first.length));
  }
  return first;
}
