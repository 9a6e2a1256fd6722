import { type Facts, type Problem, problem } from '../problem.ts';
import { triggerKey } from './agreement.ts';
import type { IncidentEvent, IncidentOpened, RequestRefused } from './event.ts';
import type { Incident, IncidentState } from './incident.ts';
import type { AskPageDeed, RecordPageDeed } from './intent.ts';
import type { Page, PageState } from './page.ts';

/** What is to be done at the pager. */
export type PageDeed =
  /** Wakes whoever the name stands for there. Sent twice with one key it is one page. */
  | { readonly kind: 'trigger' }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'resolve'; readonly reason: string }
  /** `to`: an id of ours. */
  | { readonly kind: 'reassign'; readonly to: string }
  /** 0: one level further. */
  | { readonly kind: 'escalate'; readonly level: number }
  | { readonly kind: 'snooze'; readonly ms: number }
  | { readonly kind: 'note'; readonly text: string }
  /** As it is called there: `P1`. */
  | { readonly kind: 'priority'; readonly priority: string }
  | { readonly kind: 'update'; readonly text: string }
  /** Another page becomes part of this one, and is over. */
  | { readonly kind: 'merge'; readonly other: string }
  | { readonly kind: 'responder'; readonly to: string; readonly message: string };

/** Somebody wants something done at the pager, or it follows from what was done here. The loop of that name does it. */
export interface PageDeedAsked {
  readonly type: 'PageDeedAsked';
  readonly v: 1;
  /** Counts within the incident, from 1. */
  readonly deed: number;
  readonly pager: string;
  /** Empty: whatever was triggered for the incident. */
  readonly page: string;
  /** The name under which the configuration keeps the way to page; empty for a page that we did not trigger. */
  readonly via: string;
  readonly does: PageDeed;
  /** Whose page it is, where that incident was merged; absent for its own. */
  readonly incident?: string;
  /** Empty where a rule wants it. */
  readonly person: string;
  readonly surface: string;
}

/** On disk before anything is sent: what has no end after a crash may have been done. */
export interface PageDeedBegun {
  readonly type: 'PageDeedBegun';
  readonly v: 1;
  readonly deed: number;
}

export interface PageDeedDone {
  readonly type: 'PageDeedDone';
  readonly v: 1;
  readonly deed: number;
  /** It was so already. */
  readonly already: boolean;
}

export interface PageDeedFailed {
  readonly type: 'PageDeedFailed';
  readonly v: 1;
  readonly deed: number;
  readonly problem: Problem;
}

export type PageDeedEvent = PageDeedAsked | PageDeedBegun | PageDeedDone | PageDeedFailed;

export interface PageDeedState extends Omit<PageDeedAsked, 'type' | 'v'> {
  readonly status: 'asked' | 'begun' | 'done' | 'failed';
  readonly askedAt: number;
  readonly begunAt: number;
}

export interface PageDeeds {
  readonly count: number;
  /** The last ones, and all that wait. */
  readonly list: readonly PageDeedState[];
  /** The way by which the incident itself was paged last, and whether its page was heard of since. */
  readonly paged: Paged | undefined;
  /** The same of incidents that were merged into it: pages that nobody has heard of yet. */
  readonly others?: readonly (Pick<Paged, 'pager' | 'via'> & { readonly incident: string })[];
}

interface Paged {
  readonly pager: string;
  readonly via: string;
  readonly seen: boolean;
}

export const NO_DEEDS: PageDeeds = { count: 0, list: [], paged: undefined };

const KEPT_MAX = 20;
/** So many may wait: whoever asks for more reads that the pager is behind. */
export const WAITING_MAX = 20;
const TEXT_MAX = 2000;
export const SNOOZE_MAX_MS = 7 * 24 * 3_600_000;

/** The deeds of an incident, one event further. */
export function deedsAfter(deeds: PageDeeds, event: PageDeedEvent, at: number): PageDeeds {
  if (event.type === 'PageDeedAsked') {
    const { type: _type, v: _v, ...asked } = event;
    const next: PageDeedState = { ...asked, status: 'asked', askedAt: at, begunAt: 0 };
    return {
      count: event.deed,
      list: kept([...deeds.list, next]),
      paged: pagedAfter(deeds, event),
      ...othersAfter(deeds, event),
    };
  }
  const list = deeds.list.map((each) =>
    each.deed === event.deed ? further(each, event, at) : each,
  );
  const failed = event.type === 'PageDeedFailed' && isTrigger(deeds, event.deed);
  return { ...deeds, list, paged: failed ? undefined : deeds.paged };
}

/** The page that we triggered was heard of: from here on it is named by its own name. */
export function pageHeard(before: PageDeeds, pager: string, key: string): PageDeeds {
  const { paged, others } = before;
  const unheard = others?.filter(({ incident }) => key !== triggerKey(incident));
  const deeds = unheard ? { ...before, others: unheard } : before;
  return paged && paged.pager === pager && !paged.seen
    ? { ...deeds, paged: { ...paged, seen: true } }
    : deeds;
}

function pagedAfter({ paged }: PageDeeds, { does, pager, via, page }: PageDeedAsked) {
  if (does.kind === 'trigger') return { pager, via, seen: false };
  // Ended by our key, before anybody heard its name.
  return does.kind === 'resolve' && page === '' ? undefined : paged;
}

/** Ended by their keys, before anybody heard their names. */
function othersAfter({ others }: PageDeeds, { does, incident }: PageDeedAsked) {
  if (!others) return {};
  const isOver = does.kind === 'resolve' && incident !== undefined;
  return { others: isOver ? others.filter((each) => each.incident !== incident) : others };
}

function isTrigger({ list }: PageDeeds, deed: number): boolean {
  return list.some((each) => each.deed === deed && each.does.kind === 'trigger');
}

function further(
  deed: PageDeedState,
  event: Exclude<PageDeedEvent, PageDeedAsked>,
  at: number,
): PageDeedState {
  switch (event.type) {
    case 'PageDeedBegun':
      return { ...deed, status: 'begun', begunAt: at };
    case 'PageDeedDone':
      return { ...deed, status: 'done' };
    case 'PageDeedFailed':
      return { ...deed, status: 'failed' };
  }
}

function kept(list: readonly PageDeedState[]): readonly PageDeedState[] {
  const over = list.length - KEPT_MAX;
  if (over <= 0) return list;
  let dropped = 0;
  return list.filter((deed) => isPending(deed) || ++dropped > over);
}

function isPending({ status }: PageDeedState): boolean {
  return status === 'asked' || status === 'begun';
}

/** What the loop has to do yet, in order. */
export function pendingDeeds({ deeds }: Incident): readonly PageDeedState[] {
  return deeds.list.filter(isPending);
}

/** What a person wants done. The page is the incident's own, the newest that is open before others. */
export function askPageDeed(intent: AskPageDeed, state: IncidentState): readonly IncidentEvent[] {
  const { by, does } = intent;
  const refuse = (code: string, facts: Facts = {}): readonly [RequestRefused] => [
    {
      type: 'RequestRefused',
      v: 1,
      person: by.person,
      surface: by.surface,
      what: intent.what,
      problem: problem(code, facts),
    },
  ];
  if (state.status === 'none') return refuse('INCIDENT_UNKNOWN');
  if (pendingDeeds(state).length >= WAITING_MAX)
    return refuse('PAGER_BEHIND', { waiting: WAITING_MAX });
  const who = { person: by.person, surface: by.surface };
  if (does.kind === 'trigger') {
    if (state.status === 'resolved') return refuse('NOTHING_TO_PAGE');
    if (isPaged(state))
      return refuse('PAGED_ALREADY', { pager: intent.pager || state.opened.source });
    if (intent.pager === '') return refuse('PAGE_WAY_UNKNOWN');
    const { pager, via } = intent;
    return [asked(state, { pager, page: '', via, does, ...who })];
  }
  const target = livePage(state);
  if (!target) return refuse('NOT_PAGED');
  if (target.status === 'resolved' && !AFTER_THE_END.has(does.kind)) return refuse('PAGE_OVER');
  const { pager, page } = target;
  return [asked(state, { pager, page, via: '', does, ...who })];
}

const AFTER_THE_END: ReadonlySet<PageDeed['kind']> = new Set(['note', 'update', 'priority']);

/** What is critical about Tocsin itself wakes somebody, unless somebody is awake for it: no rule of an alert's labels decides. */
export function pagedForNotice(
  way: { readonly pager: string; readonly via: string } | undefined,
  state: IncidentState,
): readonly PageDeedAsked[] {
  if (way === undefined || (state.status !== 'none' && isPaged(state))) return [];
  const { pager, via } = way;
  return [
    asked(state, { pager, page: '', via, does: { kind: 'trigger' }, person: '', surface: '' }),
  ];
}

/** Somebody is being woken for it, or is about to be. */
function isPaged(state: Incident): boolean {
  const isUnheard = state.deeds.paged?.seen === false;
  return isUnheard || state.pages.some(({ status }) => status !== 'resolved');
}

function livePage({ pages }: Incident): PageState | undefined {
  return pages.findLast(({ status }) => status !== 'resolved') ?? pages.at(-1);
}

export type Wanted = Omit<PageDeedAsked, 'type' | 'v' | 'deed'>;

/** Deeds that follow from something else, in the order in which they are numbered. */
export function deedsAsked(
  state: IncidentState,
  wanted: readonly Wanted[],
): readonly PageDeedAsked[] {
  return wanted.map((each, index) => asked(state, each, index));
}

function asked(state: IncidentState, what: Wanted, after = 0): PageDeedAsked {
  const count = state.status === 'none' ? 0 : state.deeds.count;
  return { type: 'PageDeedAsked', v: 1, deed: count + 1 + after, ...what };
}

/** What became of it at the pager. Said once: a loop that looks again finds it so. */
export function recordPageDeed(
  { deed, became }: RecordPageDeed,
  state: IncidentState,
): readonly IncidentEvent[] {
  if (state.status === 'none') return [];
  const known = state.deeds.list.find((each) => each.deed === deed);
  if (!known || !isPending(known)) return [];
  switch (became.kind) {
    case 'begun':
      return known.status === 'begun' ? [] : [{ type: 'PageDeedBegun', v: 1, deed }];
    case 'done':
      return [{ type: 'PageDeedDone', v: 1, deed, already: became.already }];
    case 'failed':
      return [{ type: 'PageDeedFailed', v: 1, deed, problem: became.problem }];
  }
}

/**
 * What else has to be done at the pager once this was decided here. What was done there is not sent back: an event whose
 * surface is the pager asks for nothing, and neither does a page that stands so already.
 */
export function withPageDeeds(
  events: readonly IncidentEvent[],
  state: IncidentState,
): readonly IncidentEvent[] {
  const wanted = events.flatMap((event) => wantedBy(event, state));
  if (wanted.length === 0) return events;
  return [...events, ...wanted.map((each, index) => asked(state, each, index))];
}

function wantedBy(event: IncidentEvent, state: IncidentState): readonly Wanted[] {
  switch (event.type) {
    case 'IncidentOpened':
      return pagedBy(event);
    case 'IncidentReopened':
      return WITHOUT_PAGE.has(event.why) || state.status === 'none' ? [] : pagedBy(state.opened);
    case 'PageSeen':
      return catchUp(event.pager, event.stands, state);
    case 'IncidentAcknowledged':
      return everywhere(event, state, { kind: 'acknowledge' }, ['triggered']);
    case 'IncidentResolved':
      return everywhere(
        event,
        state,
        { kind: 'resolve', reason: event.reason.slice(0, TEXT_MAX) },
        OPEN,
      );
    case 'IncidentAssigned':
      return everywhere(event, state, { kind: 'reassign', to: event.to }, OPEN);
    case 'NoteAdded':
      return everywhere(event, state, { kind: 'note', text: event.text }, [...OPEN, 'resolved']);
    default:
      return [];
  }
}

/** Somebody is awake for it already, or was merely awake for it elsewhere. */
const WITHOUT_PAGE: ReadonlySet<string> = new Set(['page-reopened', 'parted']);

const OPEN: readonly Page['status'][] = ['triggered', 'acknowledged'];

/** The route says whom an incident wakes. */
function pagedBy({ page, origin }: IncidentOpened): readonly Wanted[] {
  if (page === undefined || (origin !== 'alerts' && origin !== 'watch')) return [];
  const { pager, via } = page;
  return [{ pager, page: '', via, does: { kind: 'trigger' }, person: '', surface: '' }];
}

/** A page that becomes known only now hears what was decided before. */
function catchUp(pager: string, stands: Page, state: IncidentState): readonly Wanted[] {
  if (state.status !== 'open' || !state.acknowledged || stands.status !== 'triggered') return [];
  const isKnown = state.pages.some((each) => each.pager === pager && each.page === stands.page);
  if (isKnown) return [];
  const { person } = state.acknowledged;
  const does = { kind: 'acknowledge' } as const;
  return [{ pager, page: stands.page, via: '', does, person, surface: '' }];
}

function everywhere(
  { person, surface }: { readonly person: string; readonly surface: string },
  state: IncidentState,
  does: PageDeed,
  where: readonly Page['status'][],
): readonly Wanted[] {
  if (state.status === 'none') return [];
  const known: Wanted[] = state.pages
    .filter((page) => page.pager !== surface && where.includes(page.status))
    .map(({ pager, page }) => ({ pager, page, via: '', does, person, surface }));
  // Triggered and not seen yet: it is named by our key.
  const { paged, others = [] } = state.deeds;
  const byKey = does.kind === 'acknowledge' || does.kind === 'resolve';
  if (!byKey) return known;
  for (const { pager, via, incident } of others) {
    known.push({ pager, page: '', via, does, incident, person, surface });
  }
  if (!paged || paged.seen) return known;
  return [...known, { pager: paged.pager, page: '', via: paged.via, does, person, surface }];
}
