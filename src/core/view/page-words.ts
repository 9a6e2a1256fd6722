import { othersPage } from '../incident/agreement.ts';
import type { Incident } from '../incident/incident.ts';
import type { PageSeen, PageState, PageTold } from '../incident/page.ts';
import { type PageDeedAsked, pendingDeeds } from '../incident/page-deeds.ts';
import type { Text } from './card.ts';
import { duration, personSpan, strong, type Words } from './words.ts';

type Fact = { readonly label: string; readonly value: Text };

/** How each page of the incident stands, with the way to it. */
export function pageFacts(incident: Incident, words: Words): readonly Fact[] {
  const facts = incident.pages.slice(-PAGES_SHOWN).map((page) => ({
    label: 'page',
    value: [nameOf(page), ` ${page.status} at ${page.pager}`, ...woken(page, words)],
  }));
  const waiting = [
    ...new Set(pendingDeeds(incident).map(({ pager, does }) => `${DEEDS[does.kind]} at ${pager}`)),
  ];
  const said = [...facts, ...disagreement(incident)];
  return waiting.length === 0
    ? said
    : [...said, { label: 'on its way', value: [waiting.join(', ')] }];
}

/** Who says what, where those who speak of it do not say the same. It stays open for as long as one of them wants it so. */
function disagreement(incident: Incident): readonly Fact[] {
  const { status, firing, alerts, pages } = incident;
  if (status === 'resolved' || alerts.size === 0) return [];
  const over = pages.findLast((page) => page.status === 'resolved');
  const isPaged = pages.some((page) => page.status !== 'resolved');
  if (firing > 0 && over && !isPaged) {
    const still = firing === 1 ? '1 alert fires' : `${firing} alerts fire`;
    return [{ label: 'disagree', value: [`${over.pager} says resolved, ${still}`] }];
  }
  const open = firing === 0 ? othersPage(incident) : undefined;
  if (!open) return [];
  const value = ['every alert has stopped, ', nameOf(open), ` is open at ${open.pager}`];
  return [{ label: 'disagree', value }];
}

const PAGES_SHOWN = 3;

/** What moved a page: to whom, how urgent. */
export function pageSeen({ what, by, pager, stands }: PageSeen, words: Words): Text {
  const who: Text = by === '' ? [] : [' by ', personSpan(by, words)];
  const did = MOVED[what];
  if (did === undefined) {
    return [`${pager} pages: `, nameOf(stands), ` ${stands.title}`, ...woken(stands, words)];
  }
  const now: Text =
    what === 'priority_updated'
      ? [`: ${stands.priority === '' ? 'none' : stands.priority}`]
      : what === 'service_updated'
        ? [`: ${stands.service}`]
        : woken(stands, words);
  return ['Page ', nameOf(stands), ` ${did}`, ...who, ` at ${pager}`, ...now];
}

const MOVED: Readonly<Record<string, string>> = {
  escalated: 'escalated',
  reassigned: 'reassigned',
  delegated: 'handed to another policy',
  priority_updated: 'given another priority',
  service_updated: 'moved to another service',
};

/** What was said about a page, in the pager's word for it: `responder added`. */
export function pageTold({ what, by, pager, text }: PageTold, words: Words): Text {
  const who: Text = by === '' ? [pager] : [personSpan(by, words), ` at ${pager}`];
  const said = text === '' ? '' : `: ${text}`;
  return [...who, ' · ', strong(what.replaceAll(/[._]/g, ' ')), said];
}

function nameOf({ number, page, url }: Pick<PageState, 'number' | 'page' | 'url'>): Text[number] {
  const text = number > 0 ? `#${number}` : page;
  return url === '' ? text : { kind: 'link', text, url };
}

function woken({ assignees, policy }: Pick<PageState, 'assignees' | 'policy'>, words: Words): Text {
  if (assignees.length > 0) {
    const people = assignees.flatMap((person): Text => [', ', personSpan(person, words)]);
    return [', with ', ...people.slice(1)];
  }
  return policy === '' ? [] : [`, policy ${policy}`];
}

/** What somebody wants done there; that it was done shows in the page itself. */
export function pageDeedAsked({ does, person, pager, via }: PageDeedAsked, words: Words): Text {
  if (does.kind === 'trigger') {
    const way = ` ${pager} ${via}`;
    return person === '' ? ['Its route pages', way] : [personSpan(person, words), ' pages', way];
  }
  return [personSpan(person, words), ` asks ${pager} to `, ...wantedOf(does, words)];
}

function wantedOf(does: PageDeedAsked['does'], words: Words): Text {
  switch (does.kind) {
    case 'escalate':
      return [does.level === 0 ? 'escalate it' : `escalate it to level ${does.level}`];
    case 'snooze':
      return [`snooze it for ${duration(does.ms)}`];
    case 'priority':
      return ['make its priority ', strong(does.priority)];
    case 'update':
      return [`tell its subscribers: ${does.text}`];
    case 'merge':
      return [`merge ${does.other} into it`];
    case 'responder':
      return ['call ', personSpan(does.to, words), does.message === '' ? '' : `: ${does.message}`];
    default:
      return [DEEDS[does.kind]];
  }
}

const DEEDS: Readonly<Record<PageDeedAsked['does']['kind'], string>> = {
  trigger: 'page',
  acknowledge: 'acknowledge',
  resolve: 'resolve',
  reassign: 'reassign',
  escalate: 'escalate',
  snooze: 'snooze',
  note: 'note',
  priority: 'priority',
  update: 'status update',
  merge: 'merge',
  responder: 'responder',
};
