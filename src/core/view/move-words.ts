import type { IncidentOpened } from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';
import type { AlertsLeft, IncidentMerged, IncidentTook } from '../incident/move.ts';
import { isDeclared } from '../incident/moved.ts';
import type { Text } from './card.ts';
import { code, personSpan, time, type Words } from './words.ts';

type Fact = { readonly label: string; readonly value: Text };

/** How many of the others a card names. */
const SHOWN_MAX = 5;

/** What it took in, the newest first, and what that keeps open. */
export function tookFacts(incident: Incident, words: Words, publicUrl?: string): readonly Fact[] {
  const { took = [], opened, status } = incident;
  const facts = took
    .slice(-SHOWN_MAX)
    .toReversed()
    .map(({ incident: other, title, person, at }): Fact => {
      const by: Text = [', by ', personSpan(person, words), ' at ', time(at)];
      return { label: 'merged in', value: [incidentLink(other, publicUrl), ` ${title}`, ...by] };
    });
  const more = took.length - facts.length;
  const all = more > 0 ? [...facts, { label: 'merged in', value: [`${more} more`] }] : facts;
  const isHeldOpen = status === 'open' && opened.origin !== 'person' && isDeclared(incident);
  const value = ['until a person resolves it: a part of it was declared'];
  return isHeldOpen ? [...all, { label: 'stays open', value }] : all;
}

/** Where it goes on. */
export function mergedFacts(
  { merged, resolved }: Incident,
  words: Words,
  publicUrl?: string,
): readonly Fact[] {
  if (!merged || !resolved) return [];
  const reason = resolved.reason === '' ? '' : `: ${resolved.reason}`;
  const by: Text = [' by ', personSpan(resolved.person, words), ' at ', time(resolved.at), reason];
  const into = incidentLink(merged.into, publicUrl);
  return [
    { label: 'merged', value: ['into ', into, ...by] },
    {
      label: 'goes on',
      value: ['there, with its alerts and pages; what is pressed here is refused'],
    },
  ];
}

/** The id, as a way to it where the console has an address. */
export function incidentLink(incident: string, publicUrl: string | undefined): Text[number] {
  if (!publicUrl) return code(incident);
  return { kind: 'link', text: incident, url: incidentUrl(incident, publicUrl) };
}

/** Its page in the console. */
export function incidentUrl(incident: string, publicUrl: string): string {
  return `${publicUrl.replace(/\/$/, '')}/incidents/${encodeURIComponent(incident)}`;
}

export function moveText(event: IncidentTook | IncidentMerged | AlertsLeft, words: Words): Text {
  switch (event.type) {
    case 'IncidentTook':
      return tookText(event, words);
    case 'IncidentMerged':
      return mergedText(event, words);
    case 'AlertsLeft':
      return leftText(event, words);
  }
}

function tookText({ person, from, title, reason }: IncidentTook, words: Words): Text {
  return [
    personSpan(person, words),
    ' merged ',
    code(from),
    ` ${title} into this`,
    because(reason),
  ];
}

function mergedText({ person, into, reason }: IncidentMerged, words: Words): Text {
  return [personSpan(person, words), ' merged it into ', code(into), because(reason)];
}

function leftText({ person, to, alerts, reason, returned }: AlertsLeft, words: Words): Text {
  const many = alerts.length === 1 ? '1 alert' : `${alerts.length} alerts`;
  const what = returned ? `took the merge back, with ${many}: ` : `split ${many} off: `;
  return [personSpan(person, words), ` ${what}`, code(to), because(reason)];
}

export function splitText({ splitFrom = '', title }: IncidentOpened): Text {
  return ['Split off ', code(splitFrom), `: ${title}`];
}

function because(reason: string): string {
  return reason === '' ? '' : `: ${reason}`;
}
