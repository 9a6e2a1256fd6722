import { isOfAlerts, othersPage } from './agreement.ts';
import type { IncidentEvent, IncidentOpened } from './event.ts';
import type { Incident, IncidentState } from './incident.ts';
import type { ReceivePage } from './intent.ts';
import {
  deedMark,
  isSamePage,
  type Page,
  type PageNews,
  type PageState,
  pageSeverity,
} from './page.ts';
import { isKnownPart, partOf } from './part.ts';
import { opened } from './receive.ts';

type Decided = readonly IncidentEvent[];

const TITLE_MAX = 200;
const TEXT_MAX = 2000;

/**
 * What the pager says, in whatever order it comes. The state of a page follows the pager's own time of what it says and
 * nothing waits for news that may never come; what we did there ourselves comes back and changes nothing.
 */
export function receivePage(intent: ReceivePage, state: IncidentState): Decided {
  const { news } = intent;
  if (state.status === 'none') return opens(intent);
  return news.stands ? follows(intent, news.stands, state) : tells(intent, state);
}

/** Only a page that is still open opens an incident: of one that is over nobody has to hear. */
function opens(intent: ReceivePage): Decided {
  const { news } = intent;
  const { stands } = news;
  if (!stands || stands.status === 'resolved') return [];
  const seen = seenBy(intent, stands);
  if (stands.status !== 'acknowledged') return [openedBy(intent, stands), seen];
  return [openedBy(intent, stands), seen, acknowledgedBy(intent)];
}

function follows(intent: ReceivePage, stands: Page, state: Incident): Decided {
  const known = state.pages.find((each) => isSamePage(each, { ...stands, pager: intent.source }));
  if (known && (isOlder(intent.news, known) || isAsKnown(stands, known))) return [];
  const after = known?.status === stands.status ? [] : statusFollowed(intent, stands, state);
  const part = known ? [] : ruledPart(intent, state);
  return [...part, seenBy(intent, stands), ...after, ...assigneeFollowed(intent, stands, state)];
}

/** Why a page is here that nobody sent for it. */
function ruledPart(intent: ReceivePage, state: Incident): Decided {
  if (!intent.rule || isKnownPart(state, intent)) return [];
  return [partOf(intent, intent.rule, 'page')];
}

/** Of two things said at the same time the one that names another state is the later one. */
function isOlder({ at }: PageNews, { seenAt }: PageState): boolean {
  return at < seenAt;
}

function isAsKnown(stands: Page, known: PageState): boolean {
  const seen = (page: Page) =>
    JSON.stringify([
      page.status,
      page.title,
      page.urgency,
      page.priority,
      page.service,
      page.assignees,
      page.policy,
    ]);
  return seen(stands) === seen(known);
}

/** What the new state of a page means for the incident. */
function statusFollowed(intent: ReceivePage, page: Page, state: Incident): Decided {
  switch (page.status) {
    case 'triggered':
      return [...reopened(state, page), ...unacknowledged(intent, state)];
    case 'acknowledged':
      return [...reopened(state, page), ...(state.acknowledged ? [] : [acknowledgedBy(intent)])];
    case 'resolved':
      return resolved(intent, state);
  }
}

/** What a page kept open alone opens with it again; one whose page its alerts sent is judged by these. */
function reopened(state: Incident, page: Page): Decided {
  if (state.status !== 'resolved') return [];
  if (state.opened.origin !== 'page' && isKept(state, page)) return [];
  return [{ type: 'IncidentReopened', v: 1, why: 'page-reopened' }];
}

function acknowledgedBy({ news, source }: ReceivePage): IncidentEvent {
  return { type: 'IncidentAcknowledged', v: 1, person: news.by || source, surface: source };
}

/** An acknowledgement that ran out there is no acknowledgement here. One that was never known there stays. */
function unacknowledged(intent: ReceivePage, state: Incident): Decided {
  const { news, source } = intent;
  const known = state.pages.find(({ pager, page }) => pager === source && page === news.page);
  if (!state.acknowledged || known === undefined || known.status === 'triggered') return [];
  const person = news.by || source;
  return [{ type: 'IncidentUnacknowledged', v: 1, person, surface: source }];
}

/** Alerts that fire outlive the end of their page, unless a person ended it. */
function resolved({ news, source }: ReceivePage, state: Incident): Decided {
  if (state.status === 'resolved') return [];
  const others = state.pages.filter(({ pager, page }) => pager !== source || page !== news.page);
  if (others.some(({ status }) => status !== 'resolved')) return [];
  const { firing } = state;
  if (news.byPerson) {
    const who = { person: news.by, surface: source, reason: news.text };
    return [{ type: 'IncidentResolved', v: 1, how: 'person', ...who, firing }];
  }
  if (state.opened.origin !== 'page' && !waitsForPage(state, news.page)) return [];
  const nobody = { person: '', surface: source, reason: news.text };
  return [{ type: 'IncidentResolved', v: 1, how: 'page', ...nobody, firing }];
}

/** Its alerts sent the page, or it is none that alerts could keep open: the page alone does not open it. */
function isKept(state: Incident, page: Page): boolean {
  return state.opened.origin !== 'alerts' || isOfAlerts(page, state);
}

/** All its alerts have stopped, and a page that they did not send was what kept it open. */
function waitsForPage(state: Incident, page: string): boolean {
  const { opened: known, alerts, firing, cut } = state;
  if (known.origin !== 'alerts' || alerts.size === 0 || firing > 0 || cut > 0) return false;
  return othersPage(state)?.page === page;
}

/** One person who was given it there leads here too. */
function assigneeFollowed({ news, source }: ReceivePage, page: Page, state: Incident): Decided {
  const [to, ...others] = page.assignees;
  const isGiven = ['reassigned', 'delegated'].includes(news.what) && news.byPerson;
  if (!isGiven || to === undefined || others.length > 0 || state.assignee === to) return [];
  return [{ type: 'IncidentAssigned', v: 1, person: news.by || source, surface: source, to }];
}

function tells({ news, source }: ReceivePage, state: Incident): Decided {
  const text = bounded(news.text, TEXT_MAX);
  const { page, what, by } = news;
  if (what === 'annotated') {
    if (text === '' || isOurs(text, state)) return [];
    return [{ type: 'NoteAdded', v: 1, person: by || source, surface: source, text }];
  }
  return [{ type: 'PageTold', v: 1, pager: source, page, what, by, text }];
}

/** A note that we wrote there names the incident it comes from. */
function isOurs(text: string, { opened, took = [] }: Incident): boolean {
  return [opened, ...took].some(({ incident }) => text.includes(deedMark(incident)));
}

function seenBy({ news, source }: ReceivePage, stands: Page): IncidentEvent {
  const { what, by, at } = news;
  return { type: 'PageSeen', v: 1, pager: source, what, by, seenAt: at, stands };
}

function openedBy(intent: ReceivePage, stands: Page): IncidentOpened {
  const title = bounded(stands.title, TITLE_MAX) || `page ${stands.page}`;
  const severity = pageSeverity(stands);
  return opened({ ...intent, externalUrl: stands.url }, { origin: 'page', title, severity });
}

function bounded(text: string, max: number): string {
  const trimmed = text.trim();
  return trimmed.length <= max ? trimmed : `${trimmed.slice(0, max - 1).toWellFormed()}…`;
}
