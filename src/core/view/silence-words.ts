import { shownAll } from '../alert/matcher.ts';
import { mutedBy } from '../incident/held.ts';
import type { Incident } from '../incident/incident.ts';
import type {
  SilenceEnded,
  SilenceEnding,
  SilenceEvent,
  SilenceFound,
  SilenceLost,
} from '../incident/silence-event.ts';
import { ownOf, type SilenceState, sourceOfSilence } from '../incident/silences.ts';
import type { Action, Card, Text } from './card.ts';
import { code, counted, personSpan, problemLine, time, type Words } from './words.ts';

/** How much longer the button lets it last, from when it is pressed. */
const PROLONG = '1h';
/** Names of alerts that a fact lists. */
const NAMES_MAX = 3;

interface Told {
  readonly words: Words;
  readonly incident: Incident;
  /** ` · slack` where it was said elsewhere. */
  readonly where: string;
}

/** One line of the story. What others wrote at the source is theirs: a surface escapes it. */
export function silenceText(
  event: SilenceEvent | SilenceFound | SilenceLost,
  { words, incident, where }: Told,
): Text {
  const source = whereOf(incident, event);
  switch (event.type) {
    case 'SilenceAsked':
      return [
        personSpan(event.person, words),
        event.operation ? ' had it silenced until ' : ' asked to silence it until ',
        time(event.until),
        ...(event.operation ? [' by ', code(event.operation)] : []),
        `${where}: ${event.reason} · `,
        code(shownAll(event.matchers)),
      ];
    case 'SilenceMade':
      return event.until === undefined
        ? [`It is silenced at ${source}`]
        : [`The silence was changed at ${source}: it ends `, time(event.until)];
    case 'SilenceFailed':
      return problemLine(event.problem, words);
    case 'SilenceEndAsked':
      return [personSpan(event.person, words), ' asked to end the silence', where];
    case 'SilenceEnding':
      return ['The silence ends ', time(event.until)];
    case 'SilenceMissed':
      return [`${source} has forgotten the silence: it is made again`];
    case 'SilenceEnded':
      return [ENDED[event.why]];
    case 'SilenceFound':
      return [
        `${event.by || 'Somebody'} silenced alerts of it at ${source} until `,
        time(event.until),
        event.comment === '' ? '' : `: ${event.comment}`,
      ];
    case 'SilenceLost':
      return [`The silence that ${event.by || 'somebody'} made at ${source} is over`];
  }
}

function whereOf(incident: Incident, event: SilenceEvent | SilenceFound | SilenceLost): string {
  const silence = 'silence' in event ? event.silence : '';
  const known = incident.silences.find((each) => each.silence === silence);
  return known ? sourceOfSilence(incident, known) : incident.opened.source;
}

const ENDED: Readonly<Record<SilenceEnded['why'], string>> = {
  asked: 'The silence is over',
  lapsed: 'The silence is over: its time was up',
  gone: 'The silence is over: it was ended at its source',
};

/** That it ends soon, with what may be done about it until then. */
export function endingCard(
  { silence, until }: SilenceEnding,
  {
    key,
    incident,
    words,
  }: { readonly key: string; readonly incident: Incident; readonly words: Words },
): Card {
  const state = incident.silences.find((each) => each.silence === silence);
  const isNow = state?.status === 'made' && state.until === until;
  const by: Text = state ? [personSpan(state.person, words), `: ${state.reason}`] : [];
  const muted = state ? mutedBy(incident, state.ref).count : 0;
  // Until the source was asked again nobody knows which it mutes.
  const fires = counted(muted || incident.firing, 'alert');
  return {
    key,
    tone: isNow ? 'warning' : 'neutral',
    mark: isNow ? 'ENDS SOON' : '',
    title: isNow
      ? ['The silence ends ', time(until), `; ${fires} would be heard again`]
      : ['The silence was to end ', time(until), ...afterwards(state)],
    blocks: isNow ? [{ kind: 'text', text: by }] : [],
    actions: isNow ? endingActions(incident) : [],
    footnote: [],
  };
}

function afterwards(state: SilenceState | undefined): Text {
  if (state?.status === 'ended' || state === undefined) return ['; it is over'];
  if (state.status === 'ending') return ['; it is being ended'];
  return ['; now it ends ', time(state.until)];
}

function endingActions({ opened: { incident } }: Incident): readonly Action[] {
  const press = (line: string) => ({ kind: 'line', line, incident }) as const;
  return [
    {
      key: 'prolong',
      label: 'Extend to 1 h from now',
      style: 'plain',
      press: press(`silence ${PROLONG}`),
    },
    { key: 'expire', label: 'End it now', style: 'plain', press: press('unsilence') },
  ];
}

type Fact = { readonly label: string; readonly value: Text };

/** Asked for here, and made by others: until when, by whom, and how far it is. What is over is in the story. */
export function silenceFacts(incident: Incident, words: Words): readonly Fact[] {
  return [...ours(incident, words), ...elsewhere(incident)];
}

function ours({ silences }: Incident, words: Words): readonly Fact[] {
  const last = ownOf(silences).at(-1);
  const live = silences.filter(({ status }) => LIVE.has(status));
  // That it failed is said until something else is asked for.
  const shown = live.length > 0 || last?.status !== 'failed' ? live : [last];
  return shown.map(({ status, until, person, reason, from, code: failure }) => {
    const by: Text = ['until ', time(until), ' by ', personSpan(person, words)];
    const failed: Text = failure === '' ? [] : [' ', code(failure)];
    const asked: Text = from?.[0] === undefined ? [] : [' · asked in ', code(from[0])];
    return { label: LABELS[status], value: [...by, `: ${reason}`, ...asked, ...failed] };
  });
}

const LIVE: ReadonlySet<SilenceState['status']> = new Set(['asked', 'made', 'ending']);

const LABELS: Readonly<Record<SilenceState['status'], string>> = {
  asked: 'silence asked',
  made: 'silenced',
  ending: 'silence ending',
  failed: 'not silenced',
  ended: '',
};

function elsewhere(incident: Incident): readonly Fact[] {
  return incident.elsewhere.map(({ ref, by, comment, until }) => {
    const { count, names } = mutedBy(incident, ref);
    const more = names.length > NAMES_MAX ? ', …' : '';
    const which = names.length === 0 ? '' : ` (${names.slice(0, NAMES_MAX).join(', ')}${more})`;
    const said = comment === '' ? '' : `: ${comment}`;
    const value = [`${counted(count, 'alert')}${which} until `, time(until), ` by ${by}${said}`];
    return { label: 'silenced there', value };
  });
}
