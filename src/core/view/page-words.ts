import type { Incident } from '../incident/incident.ts';
import type { PageSeen, PageState, PageTold } from '../incident/page.ts';
import type { Text } from './card.ts';
import { personSpan, strong, type Words } from './words.ts';

type Fact = { readonly label: string; readonly value: Text };

/** How each page of the incident stands, with the way to it. */
export function pageFacts({ pages }: Incident, words: Words): readonly Fact[] {
  return pages.slice(-PAGES_SHOWN).map((page) => ({
    label: 'page',
    value: [nameOf(page), ` ${page.status} at ${page.pager}`, ...woken(page, words)],
  }));
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
