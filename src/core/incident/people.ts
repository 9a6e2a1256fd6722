import { parseSeverity } from '../alert/severity.ts';
import type { Evidence } from '../person.ts';
import { type Facts, problem } from '../problem.ts';
import type { IncidentEvent, IncidentOpened, MessagePinned, RequestRefused } from './event.ts';
import { type Incident, type IncidentState, severity } from './incident.ts';
import type {
  Acknowledge,
  AddNote,
  Assign,
  Declare,
  PinMessage,
  Resolve,
  SetSeverity,
  Unacknowledge,
  WantThread,
} from './intent.ts';

/** Longer titles, notes and reasons are cut, visibly. */
export const TITLE_MAX = 200;
export const TEXT_MAX = 2000;
export const PIN_MAX = 3000;
const PIN_IMAGES_MAX = 10;
const NAME_MAX = 80;

type Decided = readonly IncidentEvent[];

export function acknowledge({ by }: Acknowledge, state: IncidentState): Decided {
  if (state.status !== 'open') return [notOpen(by, 'ack', state)];
  const { person, surface } = by;
  if (!state.acknowledged) return [{ type: 'IncidentAcknowledged', v: 1, person, surface }];
  // A second press of the same thumb is no news; somebody else should hear who was first.
  if (state.acknowledged.person === person) return [];
  return [refused(by, 'ack', 'ALREADY_ACKNOWLEDGED', { person: state.acknowledged.person })];
}

export function unacknowledge({ by }: Unacknowledge, state: IncidentState): Decided {
  if (state.status !== 'open') return [notOpen(by, 'unack', state)];
  const { person, surface } = by;
  return state.acknowledged ? [{ type: 'IncidentUnacknowledged', v: 1, person, surface }] : [];
}

export function resolve({ by, reason }: Resolve, state: IncidentState): Decided {
  if (state.status === 'none') return [notOpen(by, 'resolve', state)];
  if (state.status === 'resolved') return [];
  const said = bounded(reason, TEXT_MAX);
  const { firing } = state;
  if (firing > 0 && said === '') {
    return [refused(by, 'resolve', 'REASON_REQUIRED_WHILE_FIRING', { firing })];
  }
  const who = { person: by.person, surface: by.surface };
  return [{ type: 'IncidentResolved', v: 1, how: 'person', ...who, reason: said, firing }];
}

export function setSeverity({ by, severity: word }: SetSeverity, state: IncidentState): Decided {
  if (state.status !== 'open') return [notOpen(by, 'severity', state)];
  const wanted = parseSeverity(word);
  if (!wanted) return [refused(by, 'severity', 'SEVERITY_UNKNOWN', { word: bounded(word, 40) })];
  // What the alerts happen to say now may change with them; what a person says stays. A second person's word counts:
  // a policy may rest on a severity that somebody other than the requester stands for.
  if (state.setSeverity === wanted && state.severityBy.includes(by.person)) return [];
  return [{ type: 'SeveritySet', v: 1, person: by.person, surface: by.surface, severity: wanted }];
}

export function assign({ by, to }: Assign, state: IncidentState): Decided {
  if (state.status !== 'open') return [notOpen(by, 'assign', state)];
  if (state.assignee === to) return [];
  return [{ type: 'IncidentAssigned', v: 1, person: by.person, surface: by.surface, to }];
}

/** Notes are welcome after the end too: that is when people remember. */
export function addNote({ by, text }: AddNote, state: IncidentState): Decided {
  if (state.status === 'none') return [notOpen(by, 'note', state)];
  const note = bounded(text, TEXT_MAX);
  if (note === '') return [refused(by, 'note', 'NOTE_EMPTY')];
  if (isLastSaid(state, by.person, note)) return [];
  return [{ type: 'NoteAdded', v: 1, person: by.person, surface: by.surface, text: note }];
}

/** One that somebody has acted on has its thread, or is next to get it. A resolved one needs none. */
export function wantThread({ by }: WantThread, state: IncidentState): Decided {
  if (state.status === 'none') return [notOpen(by, 'want', state)];
  if (state.status === 'resolved' || state.actedOn) return [];
  return [{ type: 'ThreadWanted', v: 1, person: by.person, surface: by.surface }];
}

/** A message is pinned once, whoever presses next; after the end too. One that was edited since is another one. */
export function pinMessage(intent: PinMessage, state: IncidentState): Decided {
  const { by, writtenAt } = intent;
  if (state.status === 'none') return [notOpen(by, 'pin', state)];
  const text = bounded(intent.text, PIN_MAX);
  const images = intent.images.slice(0, PIN_IMAGES_MAX);
  if (text === '' && images.length === 0) return [refused(by, 'pin', 'PIN_EMPTY')];
  const { person, surface } = by;
  const author = { ...intent.author, name: bounded(intent.author.name, NAME_MAX) };
  const link = /^https?:\/\/\S+$/i.test(intent.link) ? intent.link : '';
  const pinned = { author, writtenAt, text, link, images } as const;
  if (isPinned(state, pinned)) return [];
  return [{ type: 'MessagePinned', v: 1, person, surface, ...pinned }];
}

export function declare(intent: Declare, state: IncidentState): Decided {
  if (state.status !== 'none') return [];
  const { by } = intent;
  const title = bounded(intent.title, TITLE_MAX);
  if (title === '') return [refused(by, 'declare', 'TITLE_REQUIRED')];
  const word = intent.severity.trim() === '' ? 'warning' : intent.severity;
  const wanted = parseSeverity(word);
  if (!wanted) return [refused(by, 'declare', 'SEVERITY_UNKNOWN', { word: bounded(word, 40) })];
  const { incident, key, ordinal, service, environment, places, notify } = intent;
  const said: Pick<IncidentOpened, 'origin' | 'title' | 'severity'> = {
    origin: 'person',
    title,
    severity: wanted,
  };
  const sourceless = { source: '', sourceAnswers: false, groupLabels: {}, externalUrl: '' };
  const { members } = intent;
  const where = {
    ...{ service, environment, places, notify, surface: by.surface },
    ...(members && { members }),
  };
  return [
    { type: 'IncidentOpened', v: 1, incident, key, ordinal, ...said, ...sourceless, ...where },
  ];
}

/** Trimmed, and cut visibly where it is too long. */
function bounded(text: string, max: number): string {
  const trimmed = text.trim();
  return trimmed.length <= max ? trimmed : `${trimmed.slice(0, max - 1).toWellFormed()}…`;
}

function isLastSaid(state: Incident, person: string, text: string): boolean {
  const last = state.lines.at(-1)?.event;
  return last?.type === 'NoteAdded' && last.person === person && last.text === text;
}

/** Of the lines at hand: what was pinned hundreds of lines ago may be pinned again. */
function isPinned(
  { lines }: Incident,
  { author, writtenAt, text }: Pick<MessagePinned, 'author' | 'writtenAt' | 'text'>,
): boolean {
  return lines.some(
    ({ event }) =>
      event.type === 'MessagePinned' &&
      event.author.account === author.account &&
      event.writtenAt === writtenAt &&
      event.text === text,
  );
}

function notOpen(by: Evidence, what: string, state: IncidentState): RequestRefused {
  if (state.status === 'none') return refused(by, what, 'INCIDENT_UNKNOWN');
  const facts = { incident: state.opened.incident, severity: severity(state) };
  return refused(by, what, 'INCIDENT_RESOLVED', facts);
}

function refused(by: Evidence, what: string, code: string, facts: Facts = {}): RequestRefused {
  const { person, surface } = by;
  return { type: 'RequestRefused', v: 1, person, surface, what, problem: problem(code, facts) };
}
