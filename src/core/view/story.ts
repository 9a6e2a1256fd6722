import type {
  IncidentOpened,
  IncidentReopened,
  IncidentResolved,
  MessagePinned,
  PeopleNotified,
} from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';
import { isSilenceNews } from '../incident/silence-event.ts';
import { REOPENINGS_SAID, type StoryLine } from '../incident/story-lines.ts';
import { surfaceKind } from '../operation/policy.ts';
import type { Entry, Text } from './card.ts';
import { graphPicture, graphText } from './graph-words.ts';
import { moveText, splitText } from './move-words.ts';
import { pageDeedAsked, pageSeen, pageTold } from './page-words.ts';
import { groupJoined, partJoined } from './part-words.ts';
import { dismissed, withdrawn } from './proposal-card.ts';
import { securityLine } from './security-words.ts';
import { endingCard, silenceText } from './silence-words.ts';
import { endpointLine } from './watch-words.ts';
import { code, counted, personSpan, problemLine, strong, time, type Words } from './words.ts';

/**
 * What a person would say aloud of an incident, one entry for each fact. Keys are stable: a line once posted stays as it
 * is. Of a very long story only the last 200 lines are given; the older ones have long been posted.
 */
export function story(incident: Incident, words: Words): readonly Entry[] {
  const lines = incident.lines.map((line): Entry => {
    const { event, position, at } = line;
    const key = `line/${position}`;
    if (event.type === 'SilenceEnding') {
      return { kind: 'card', key, card: endingCard(event, { key, incident, words }) };
    }
    const picture = event.type === 'GraphDrawn' && { picture: graphPicture(event.graph) };
    return { kind: 'line', key, at, text: say(line, incident, words), ...picture };
  });
  return incident.reopened > REOPENINGS_SAID ? [...lines, flapping(incident)] : lines;
}

/** Coming and going is one card that counts, not a line each time. */
function flapping(incident: Incident): Entry {
  const now = incident.status === 'open' ? 'Now it fires.' : 'Now it is quiet.';
  return {
    kind: 'card',
    key: 'flapping',
    card: {
      key: 'flapping',
      tone: 'warning',
      mark: 'FLAPPING',
      title: [
        `It has stopped and fired again ${incident.reopened} times, last at `,
        time(incident.reopenedAt),
        `. ${now}`,
      ],
      blocks: [],
      actions: [],
      footnote: [],
    },
  };
}

function say({ event }: StoryLine, incident: Incident, words: Words): Text {
  if (isSilenceNews(event)) {
    const said = where({ surface: '', ...event }, incident);
    return silenceText(event, { words, incident, where: said });
  }
  switch (event.type) {
    case 'IncidentOpened':
      return opened(event, words, incident);
    case 'GroupJoined':
      return groupJoined(event, incident.opened.source);
    case 'PartJoined':
      return partJoined(event);
    case 'IncidentTook':
    case 'IncidentMerged':
    case 'AlertsLeft':
      return moveText(event, words);
    case 'IncidentAcknowledged':
      return [personSpan(event.person, words), ' acknowledged', where(event, incident)];
    case 'IncidentUnacknowledged':
      return [
        personSpan(event.person, words),
        ' took the acknowledgement back',
        where(event, incident),
      ];
    case 'IncidentResolved':
      return resolved(event, words, incident);
    case 'IncidentReopened':
      return [REOPENED[event.why]];
    case 'SeveritySet':
      return [
        personSpan(event.person, words),
        ' set the severity to ',
        strong(event.severity),
        where(event, incident),
      ];
    case 'IncidentAssigned': {
      const did =
        event.person === event.to
          ? [' took it']
          : [' assigned it to ', personSpan(event.to, words)];
      return [personSpan(event.person, words), ...did, where(event, incident)];
    }
    case 'NoteAdded':
      return [personSpan(event.person, words), `${where(event, incident)}: ${event.text}`];
    case 'MessagePinned':
      return pinned(event, words, incident);
    case 'PeopleNotified':
      return notified(event);
    case 'PageSeen':
      return pageSeen(event, words);
    case 'PageTold':
      return pageTold(event, words);
    case 'PageDeedAsked':
      return pageDeedAsked(event, words);
    case 'PageDeedFailed':
      return problemLine(event.problem, words);
    case 'SecurityNoticed':
      return securityLine(event, words);
    case 'EndpointDown':
    case 'EndpointUp':
      return endpointLine(event, words);
    case 'ProposalWithdrawn':
      return withdrawn(event);
    case 'ProposalDismissed':
      return dismissed(event, words, where(event, incident));
    case 'GraphDrawn':
      return graphText(event.graph);
    case 'GraphFailed':
      return ['No graph: ', ...problemLine(event.problem, words)];
    case 'SeverityRose':
      return [`Severity rose from ${event.from} to `, strong(event.to)];
  }
}

const REOPENED: Readonly<Record<IncidentReopened['why'], string>> = {
  'firing-again': 'Opened again: it fires again',
  'still-firing': 'Opened again: its alerts never stopped',
  'unreadable-again': 'Opened again: more arrived that cannot be read',
  'noticed-again': 'Opened again: it was noticed again',
  'watch-again': 'Opened again: what is watched does not answer again',
  'page-reopened': 'Opened again: its page was opened again',
  parted: 'Opened again: it is an incident of its own after all',
};

function opened(event: IncidentOpened, words: Words, incident: Incident): Text {
  const by = incident.lines.find((line) => line.event === event)?.by ?? event.source;
  if (event.origin === 'person') {
    const { surface = '' } = event;
    return [personSpan(by, words), ` declared${where({ surface }, incident)}: ${event.title}`];
  }
  if (event.splitFrom !== undefined) return splitText(event);
  if (event.origin === 'unreadable') return [`${event.source} sent alerts that cannot be read`];
  if (event.origin === 'security') return ['Tocsin says of itself: ', strong(event.title)];
  return [`${event.source} opened it: `, strong(event.title)];
}

function resolved(event: IncidentResolved, words: Words, incident: Incident): Text {
  if (event.how === 'alerts') return ['Resolved: every alert has stopped'];
  if (event.how === 'watch') return ['Resolved: what is watched answers again'];
  if (event.how === 'page') {
    const reason = event.reason === '' ? '' : `: ${event.reason}`;
    return [`Resolved at ${event.surface || incident.opened.source}${reason}`];
  }
  if (event.how === 'source-stopped-reporting') {
    return [`Closed: ${incident.opened.source} stopped reporting its alerts`];
  }
  const over = event.firing > 0 ? ` over ${counted(event.firing, 'firing alert')}` : '';
  const reason = event.reason === '' ? '' : `: ${event.reason}`;
  return [personSpan(event.person, words), ` resolved it${over}${where(event, incident)}${reason}`];
}

/** Who pinned what whom wrote when: the time it had stays in sight. A name that is nobody's of ours is said with its account. */
function pinned(event: MessagePinned, words: Words, incident: Incident): Text {
  const { author, person, text, link, images, writtenAt } = event;
  const stranger = author.person === '' ? `${author.name} (${author.account})` : undefined;
  const writer = author.person === person ? 'they' : personSpan(author.person, words);
  return [
    personSpan(person, words),
    ' pinned what ',
    stranger ?? writer,
    ' wrote at ',
    time(writtenAt),
    where(event, incident),
    text === '' ? '' : `: ${text}`,
    ...images.flatMap((digest): Text => [' · picture ', code(digest.slice(0, 12))]),
    ...(link === '' ? [] : [' · ', { kind: 'link', text: 'message', url: link } as const]),
  ];
}

/**
 * Where it was said, once there is more than one place to say it. Before the words of a person, never behind them, so
 * that nobody can write it.
 */
function where(
  { surface }: { readonly surface: string },
  { opened: { places } }: Incident,
): string {
  const shown = Object.keys(places);
  if (surface === '' || (surface === 'console' && shown.length === 0)) return '';
  const kind = surfaceKind(surface);
  const alike = shown.filter((other) => surfaceKind(other) === kind);
  return ` · ${alike.length > 1 ? surface : kind}`;
}

function notified({ key, group, people }: PeopleNotified): Text {
  const whom = { kind: 'notify', group, people } as const;
  if (key.startsWith('unknown:')) {
    return [
      whom,
      ' nobody knows how ',
      code(key.slice('unknown:'.length)),
      ' ended: look and settle',
    ];
  }
  return [whom, key === 'critical' ? ' a critical incident' : ' nobody has acknowledged this yet'];
}

/** `1 alert`, `3 alerts`. */
