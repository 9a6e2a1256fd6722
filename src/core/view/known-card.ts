import type { Incident } from '../incident/incident.ts';
import type {
  Known,
  KnownInstance,
  KnownOf,
  KnownOperation,
  KnownPart,
  KnownPast,
  KnownRollout,
} from '../known/known.ts';
import { gather } from './alert-lines.ts';
import type { Block, Card, Text } from './card.ts';
import { code, duration, personSpan, problemLine, strong, time, type Words } from './words.ts';

export interface KnownCardContext extends Words {
  /** Where the console answers; past incidents are then links. */
  readonly publicUrl?: string | undefined;
}

/** The key of its entry. */
export const KNOWN = 'known';

/** What was found beside the alerts, the likeliest cause in its first line. Undefined while nothing is known. */
export function knownCard(incident: Incident, context: KnownCardContext): Card | undefined {
  if (!incident.known) return undefined;
  const { parts } = incident.known;
  const since = gather(incident).since;
  return {
    key: KNOWN,
    tone: 'neutral',
    mark: 'KNOWN',
    title: headline(parts, since),
    blocks: [
      ...changes(parts, since, context),
      ...instances(parts, context),
      ...past(parts, context),
      ...facts(parts, context),
      ...lacks(parts, context),
    ],
    actions: [],
    footnote: [],
  };
}

/** One part, where it could be had. */
function partOf<P extends KnownPart>(parts: readonly Known[], part: P): KnownOf<P> | undefined {
  return parts.find(
    (each): each is Known & KnownOf<P> => each.part === part && !('problem' in each),
  );
}

interface Change {
  /** ms; when nobody knows, 0. */
  readonly at: number;
  readonly text: Text;
  readonly brief: string;
}

function changesOf(parts: readonly Known[], words: Words): readonly Change[] {
  const { rollouts = [] } = partOf(parts, 'rollouts') ?? {};
  const { operations = [] } = partOf(parts, 'operations') ?? {};
  const { changes: told = [] } = partOf(parts, 'page-changes') ?? {};
  return [
    ...rollouts.map(rolloutChange),
    ...operations.map((operation) => ({
      at: operation.at,
      text: operationText(operation, words),
      brief: operation.line,
    })),
    ...told.map(({ at, summary, source }) => ({
      at,
      text: [strong(summary), source === '' ? '' : `, told by ${source}`],
      brief: summary,
    })),
  ].sort((one, other) => other.at - one.at);
}

function rolloutChange({ number, at, images, cause, again }: KnownRollout): Change {
  const what = images.length > 0 ? images.join(', ') : 'same images, other settings';
  const why = cause === '' ? '' : ` (${cause})`;
  const brief = `revision ${number}, ${what}`;
  if (!again) return { at, text: ['rolled out ', strong(brief), why], brief };
  const back = ': what ran before runs again; nobody keeps since when';
  return { at: 0, text: ['went back to ', strong(brief), why, back], brief };
}

function operationText({ operation, line, person, status }: KnownOperation, words: Words): Text {
  return [personSpan(person, words), ': ', code(line), ` ${status} `, code(operation)];
}

/** What changed shortly before is what broke it more often than anything else. */
const suspectWithinMs = 3_600_000;

function headline(parts: readonly Known[], since: number): Text {
  const none: Words = { names: new Map(), book: {} };
  const before = changesOf(parts, none).find(({ at }) => at > 0 && at <= since);
  if (before && since - before.at <= suspectWithinMs) {
    return [strong(before.brief), ` ${apart(since - before.at)} before it began`];
  }
  const found = partOf(parts, 'instances');
  if (found && found.ready < found.desired) return [`only ${unwell(found)}`];
  const looked = partOf(parts, 'rollouts') ?? partOf(parts, 'operations');
  return [looked ? 'No change is known in the hour before it began' : 'What is known beside it'];
}

function changes(parts: readonly Known[], since: number, words: Words): readonly Block[] {
  const all = changesOf(parts, words);
  const more = (['rollouts', 'operations', 'page-changes'] as const).reduce(
    (sum, part) => sum + (partOf(parts, part)?.more ?? 0),
    0,
  );
  if (all.length > 0) {
    const items = all.map(({ at, text }): Text => [...whenText(at, since), ...text]);
    return [{ kind: 'list', title: 'Changed in the last 24 h', items, more }];
  }
  const looked = [
    ...(partOf(parts, 'rollouts') ? ['nothing was rolled out'] : []),
    ...(partOf(parts, 'operations') ? ['nothing was changed through Tocsin'] : []),
    ...(partOf(parts, 'page-changes') ? ['the pager was told of no change'] : []),
  ];
  return looked.length === 0
    ? []
    : [{ kind: 'text', text: [`In the 24 h before, ${looked.join(', ')}.`] }];
}

function whenText(at: number, since: number): Text {
  if (at === 0) return [];
  const long = apart(Math.abs(since - at));
  return [time(at), `, ${long} ${at <= since ? 'before' : 'after it began'}: `];
}

/** Nobody counts seconds once there are minutes. */
function apart(ms: number): string {
  return duration(ms < 60_000 ? ms : Math.round(ms / 60_000) * 60_000);
}

function unwell({ ready, desired }: KnownOf<'instances'>): string {
  return `${ready} of ${desired} instances are ready`;
}

function instances(parts: readonly Known[], words: Words): readonly Block[] {
  const found = partOf(parts, 'instances');
  if (!found) return [];
  if (found.unhealthy.length === 0) return [{ kind: 'text', text: [`${unwell(found)}.`] }];
  const items = found.unhealthy.map(instanceText);
  return [
    { kind: 'list', title: `Not running well; ${unwell(found)}`, items, more: found.more },
    ...found.unhealthy.flatMap(printed),
    ...(found.noLines
      ? [{ kind: 'text', text: ['No log lines: ', ...problemLine(found.noLines, words)] } as const]
      : []),
  ];
}

function instanceText({ instance, reason, restarts, last }: KnownInstance): Text {
  return [
    code(instance),
    ` ${reason}`,
    restarts > 0 ? ` · ${restarts} ${restarts === 1 ? 'restart' : 'restarts'}` : '',
    last === '' ? '' : ` · ended with ${last}`,
  ];
}

function printed({ instance, lines }: KnownInstance): readonly Block[] {
  if (lines.length === 0) return [];
  return [{ kind: 'code', title: `${instance} printed last`, text: lines.join('\n') }];
}

function past(parts: readonly Known[], context: KnownCardContext): readonly Block[] {
  const found = partOf(parts, 'past');
  if (!found) return [];
  if (found.past.length === 0) {
    return [{ kind: 'text', text: ['This alert is new here, as far as the record goes back.'] }];
  }
  const items = found.past.map((each) => pastText(each, context));
  return [{ kind: 'list', title: 'The same alert before', items, more: found.more }];
}

function pastText(each: KnownPast, context: KnownCardContext): Text {
  return [
    `${day(each.openedAt)} `,
    time(each.openedAt),
    `, for ${apart(each.endedAt - each.openedAt)}: `,
    ...endText(each, context),
    ' · ',
    ...incidentText(each.incident, context),
  ];
}

/** In whose hands it ended; what was done before its end is told as that, and not as its cause. */
function endText({ how, person, reason, after, endedAt }: KnownPast, words: Words): Text {
  const why = reason === '' ? '' : `: ${reason}`;
  const done: Text = after
    ? [
        'over ',
        apart(endedAt - after.at),
        ' after ',
        personSpan(after.person, words),
        ' did ',
        code(after.line),
      ]
    : [];
  if (how === 'person') {
    const by: Text = [personSpan(person, words), ` resolved it${why}`];
    return after ? [...by, ', ', ...done] : by;
  }
  if (after) return done;
  if (how === 'page') return [`resolved where people are paged${why}`];
  if (how === 'watch') return ['what is watched answered again'];
  return how === 'alerts' ? ['it went away by itself'] : ['its source stopped reporting it'];
}

function incidentText(incident: string, { publicUrl = '' }: KnownCardContext): Text {
  const base = publicUrl.replace(/\/$/, '');
  if (base === '') return [code(incident)];
  const url = `${base}/incidents/${encodeURIComponent(incident)}`;
  return [{ kind: 'link', text: incident, url }];
}

/** `Thu 19 Nov`, UTC: an hour alone does not say it for what is days ago. */
function day(at: number): string {
  const [name = '', date = '', month = ''] = new Date(at).toUTCString().split(' ');
  return `${name.replace(',', '')} ${Number(date)} ${month}`;
}

function facts(parts: readonly Known[], words: Words): readonly Block[] {
  const links = partOf(parts, 'links')?.links ?? [];
  const calls = partOf(parts, 'on-call');
  const told = [
    ...(calls ? [{ label: 'on call', value: onCallText(calls, words) }] : []),
    ...(links.length > 0
      ? [
          {
            label: 'look at',
            value: links.flatMap(
              ({ name, url }, index): Text => [
                index > 0 ? ' · ' : '',
                { kind: 'link', text: name, url },
              ],
            ),
          },
        ]
      : []),
  ];
  return told.length === 0 ? [] : [{ kind: 'facts', facts: told }];
}

function onCallText(calls: KnownOf<'on-call'>, words: Words): Text {
  const { people, more, unknown, group, levels = [] } = calls;
  if (levels.length > 0) {
    return levels.flatMap(
      ({ level, person, until }, index): Text => [
        index > 0 ? ' · ' : '',
        personSpan(person, words),
        ` level ${level}`,
        ...(until === undefined ? [] : [', until ', time(until)]),
      ],
    );
  }
  const named = people.flatMap(
    (person, index): Text => [index > 0 ? ', ' : '', personSpan(person, words)],
  );
  return [
    ...(named.length === 0 ? [`nobody is known in ${group}`] : named),
    more > 0 ? ` and ${more} more` : '',
    ...unknown.map((directory) => `; ${directory} has not said who`),
  ];
}

const names: Readonly<Record<KnownPart, string>> = {
  operations: 'changes through Tocsin',
  rollouts: 'rollouts',
  instances: 'instances',
  past: 'the same alert before',
  links: 'links',
  'on-call': 'who is on call',
  'page-changes': 'changes that the pager was told of',
};

function lacks(parts: readonly Known[], words: Words): readonly Block[] {
  return parts.flatMap((each): Block[] =>
    'problem' in each
      ? [
          {
            kind: 'text',
            text: [`Not known, ${names[each.part]}: `, ...problemLine(each.problem, words)],
          },
        ]
      : [],
  );
}
