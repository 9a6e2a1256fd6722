import { sameMatchers } from '../alert/matcher.ts';
import type { HeldSilence } from '../ports/silences.ts';
import type { IncidentEvent } from './event.ts';
import type { Incident, IncidentState } from './incident.ts';
import type { SilenceFound, SilenceLost, SilenceNews } from './silence-event.ts';
import { type SilenceState, silencesAfter, sourceOfSilence } from './silences.ts';

/** A silence that somebody made at the source, and that mutes alerts of the incident. */
export type ElsewhereSilence = Omit<SilenceFound, 'type' | 'v'>;

/** What a source says of all its silences, made ready for many incidents. */
export interface SilencesAnswer {
  /** When the question went out, ms. What changed since may be missing. */
  readonly askedAt: number;
  readonly byRef: ReadonlyMap<string, HeldSilence>;
  /** Of ours, by our id. */
  readonly bySilence: ReadonlyMap<string, readonly HeldSilence[]>;
  /** Refs of those that are over. */
  readonly over: ReadonlySet<string>;
  readonly isWhole: boolean;
}

export interface CompareSilences {
  readonly type: 'CompareSilences';
  readonly at: number;
  /** Who answered; the source of the incident when absent. */
  readonly source?: string;
  readonly answer: SilencesAnswer;
}

/** A silence made this shortly before the question may be missing from the answer, or be there as it was. */
export const SILENCE_LAG_MS = 5000;
/** Of those that others made at once. */
const ELSEWHERE_MAX = 10;
const TEXT_MAX = 300;

export function silencesAnswer(
  askedAt: number,
  listed: {
    readonly held: readonly HeldSilence[];
    readonly over: readonly HeldSilence[];
    readonly isWhole: boolean;
  },
): SilencesAnswer {
  const ours = listed.held.filter(({ silence }) => silence !== '');
  return {
    askedAt,
    byRef: new Map(listed.held.map((each) => [each.ref, each])),
    bySilence: Map.groupBy(ours, ({ silence }) => silence),
    over: new Set(listed.over.map(({ ref }) => ref)),
    isWhole: listed.isWhole,
  };
}

/** Whether its source has anything to be asked about it. Cheap: it is asked of every open incident. */
export function concernsSilences({ silences, silenced, elsewhere, status }: Incident): boolean {
  if (status !== 'open') return false;
  return silenced > 0 || elsewhere.length > 0 || silences.some((each) => each.status === 'made');
}

/** Brings what is known of silences in line with their source: ours as they stand there, and those of others. */
export function compareSilences(
  { at, source, answer }: CompareSilences,
  state: IncidentState,
): readonly IncidentEvent[] {
  if (state.status === 'none' || !concernsSilences(state)) return [];
  const asked = source ?? state.opened.source;
  return [
    ...state.silences
      .filter((each) => sourceOfSilence(state, each) === asked)
      .flatMap((each) => ourDifference(each, answer, at)),
    ...(asked === state.opened.source ? elsewhereDifferences(state, answer, at) : []),
  ];
}

/** Whether this source in particular has anything to be asked about it. */
export function concernsSource(state: Incident, source: string): boolean {
  if (!concernsSilences(state)) return false;
  const isThere = (each: SilenceState) => sourceOfSilence(state, each) === source;
  return state.opened.source === source || state.silences.some(isThere);
}

function ourDifference(
  mine: SilenceState,
  answer: SilencesAnswer,
  at: number,
): readonly IncidentEvent[] {
  const { silence, status, until, ref, madeAt } = mine;
  const isOld = madeAt < answer.askedAt - SILENCE_LAG_MS;
  if (status !== 'made' || at >= until || !isOld) return [];
  const found = answer.bySilence.get(silence) ?? [];
  const held = found.find((each) => isAsWanted(each, mine)) ?? found[0];
  if (!held) {
    // Ended there by somebody, or forgotten with the peer that alone knew it.
    return answer.over.has(ref)
      ? [{ type: 'SilenceEnded', v: 1, silence, why: 'gone' }]
      : [{ type: 'SilenceMissed', v: 1, silence }];
  }
  if (held.ref === ref && isAsWanted(held, mine)) return [];
  const { endsAt, matchers } = held;
  return [{ type: 'SilenceMade', v: 1, silence, ref: held.ref, until: endsAt, matchers }];
}

/** Sources write times to the second at least. */
export function isAsWanted(
  held: HeldSilence,
  { matchers, until }: Pick<SilenceState, 'matchers' | 'until'>,
): boolean {
  return Math.abs(held.endsAt - until) < 1000 && sameMatchers(held.matchers, matchers);
}

function elsewhereDifferences(
  state: Incident,
  { byRef, over, isWhole }: SilencesAnswer,
  at: number,
): readonly (SilenceFound | SilenceLost)[] {
  const isOver = ({ ref, until }: ElsewhereSilence) =>
    over.has(ref) || at >= until || (isWhole && !byRef.has(ref));
  const gone = state.elsewhere.filter((each) => !byRef.has(each.ref) && isOver(each));
  const lost = gone.map(({ ref, by }): SilenceLost => ({ type: 'SilenceLost', v: 1, ref, by }));
  const own = new Set(state.silences.map(({ silence }) => silence));
  let room = ELSEWHERE_MAX - state.elsewhere.length + gone.length;
  const found: SilenceFound[] = [];
  for (const ref of mutingRefs(state)) {
    const held = byRef.get(ref);
    if (!held || own.has(held.silence)) continue;
    const known = state.elsewhere.find((each) => each.ref === ref);
    const now = foundOf(held);
    if (known ? isSame(known, now) : room <= 0) continue;
    if (!known) room -= 1;
    found.push(now);
  }
  return [...lost, ...found];
}

function foundOf({ ref, createdBy, comment, endsAt }: HeldSilence): SilenceFound {
  const [by = '', said = ''] = [createdBy, comment].map((text) => {
    return text.trim().slice(0, TEXT_MAX).toWellFormed();
  });
  return { type: 'SilenceFound', v: 1, ref, by, comment: said, until: endsAt };
}

function isSame(known: ElsewhereSilence, now: SilenceFound): boolean {
  const isNear = Math.abs(known.until - now.until) < 1000;
  return isNear && known.by === now.by && known.comment === now.comment;
}

function mutingRefs({ alerts }: Incident): ReadonlySet<string> {
  const refs = new Set<string>();
  for (const { status, silencedBy } of alerts.values()) {
    if (status === 'firing') for (const ref of silencedBy) refs.add(ref);
  }
  return refs;
}

/** The silences of an incident, ours and those of others, one event further. */
export function silencesChanged(
  { silences, elsewhere }: Pick<Incident, 'silences' | 'elsewhere'>,
  event: SilenceNews,
  at: number,
): Pick<Incident, 'silences' | 'elsewhere'> {
  return event.type === 'SilenceFound' || event.type === 'SilenceLost'
    ? { silences, elsewhere: elsewhereAfter(elsewhere, event) }
    : { silences: silencesAfter(silences, event, at), elsewhere };
}

function elsewhereAfter(
  elsewhere: readonly ElsewhereSilence[],
  event: SilenceFound | SilenceLost,
): readonly ElsewhereSilence[] {
  const others = elsewhere.filter(({ ref }) => ref !== event.ref);
  if (event.type === 'SilenceLost') return others;
  const { type: _, v: __, ...found } = event;
  return [...others, found];
}

/** Names of the firing alerts that it mutes, each once, and how many alerts they are. */
export function mutedBy(
  { alerts }: Incident,
  ref: string,
): { readonly count: number; readonly names: readonly string[] } {
  const muted = [...alerts.values()].filter(
    ({ status, silencedBy }) => status === 'firing' && silencedBy.includes(ref),
  );
  const names = new Set(muted.map(({ labels }) => labels['alertname'] ?? ''));
  return { count: muted.length, names: [...names].filter((name) => name !== '') };
}
