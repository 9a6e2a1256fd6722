import type { RuleUsed } from '../alert/rule.ts';
import type { Problem } from '../problem.ts';
import type {
  AlertsTruncated,
  IncidentOpened,
  SourceReachable,
  SourceUnreachable,
} from './event.ts';
import type { Incident } from './incident.ts';

/** Something that its own source calls otherwise turned out to be this incident: who says it, about what, and why. */
export interface PartJoined {
  readonly type: 'PartJoined';
  readonly v: 1;
  readonly what: 'alerts' | 'page';
  readonly source: string;
  readonly sourceAnswers: boolean;
  readonly service: string;
  readonly environment: string;
  readonly rule: RuleUsed;
}

export function partOf(
  { source, sourceAnswers, service, environment }: Omit<PartJoined, 'type' | 'v' | 'what' | 'rule'>,
  rule: RuleUsed,
  what: PartJoined['what'],
): PartJoined {
  return { type: 'PartJoined', v: 1, what, source, sourceAnswers, service, environment, rule };
}

export interface PartState extends Pick<PartJoined, 'source' | 'service' | 'environment'> {
  /** The rule that says so, or the incident that was merged. */
  readonly rule?: RuleUsed;
  readonly from?: string;
  readonly at: number;
}

/** How a further source of an incident stands; its own is in the incident itself. */
export interface FurtherSource {
  readonly answers: boolean;
  /** Alerts that it cut off. */
  readonly cut: number;
  readonly unreachable: Incident['unreachable'];
}

export type FurtherSources = Readonly<Record<string, FurtherSource>>;

export function partJoined(state: Incident, event: PartJoined, at: number): Incident {
  const { source, service, environment, rule } = event;
  const parts = [...state.parts, { source, service, environment, rule, at }];
  if (event.what === 'page') return { ...state, parts };
  const further = withSource(state, event.source, { answers: event.sourceAnswers });
  return { ...state, parts, further };
}

export function alertsTruncated(state: Incident, { source, cut }: AlertsTruncated): Incident {
  if (source === undefined) return { ...state, cut };
  return { ...state, further: withSource(state, source, { cut }) };
}

export function sourceAnswered(
  state: Incident,
  { source, ...event }: SourceReachable | SourceUnreachable,
  at: number,
): Incident {
  const unreachable =
    event.type === 'SourceReachable' ? undefined : { since: at, code: event.problem.code };
  if (source === undefined) return { ...state, unreachable };
  return { ...state, further: withSource(state, source, { unreachable }) };
}

function withSource(
  { opened, further }: Incident,
  source: string,
  what: Partial<FurtherSource>,
): FurtherSources {
  if (source === opened.source) return further;
  const known = further[source] ?? { answers: false, cut: 0, unreachable: undefined };
  return { ...further, [source]: { ...known, ...what } };
}

/** A part of it by its source and what it is about, so that it is told once. */
export function isKnownPart(
  { opened, parts }: Incident,
  { source, service, environment }: Pick<PartJoined, 'source' | 'service' | 'environment'>,
): boolean {
  const isSame = (one: Pick<IncidentOpened, 'source' | 'service' | 'environment'>) =>
    one.source === source && one.service === service && one.environment === environment;
  return isSame(opened) || parts.some(isSame);
}

/** The name of a source in events and alerts of an incident: none for its own. */
export function furtherSource({ opened }: Incident, source: string): string | undefined {
  return source === opened.source ? undefined : source;
}

/** By which an incident keeps an alert: a fingerprint is a name within its source, and no source's name holds a space. */
export function nameOfAlert(fingerprint: string, source: string | undefined): string {
  return source === undefined ? fingerprint : `${source} ${fingerprint}`;
}

/** All alerts that were cut off, by whichever source. */
export function cutOff({ cut, further }: Pick<Incident, 'cut' | 'further'>): number {
  let all = cut;
  for (const name in further) all += further[name]?.cut ?? 0;
  return all;
}

/** Whether a source can be asked what fires there. */
export function canBeAsked({ opened, further }: Incident, source: string): boolean {
  return source === opened.source ? opened.sourceAnswers : further[source]?.answers === true;
}

/** All sources that speak of it, its own first; none of a declared one that nothing came to. */
export function sourcesOf({
  opened,
  further,
}: Pick<Incident, 'opened' | 'further'>): readonly string[] {
  return [...(opened.source === '' ? [] : [opened.source]), ...Object.keys(further)];
}

/** What is told of a source that could not be asked. */
export function unreachableOf(
  { opened, unreachable, further }: Incident,
  source: string,
): { readonly since: number; readonly code: Problem['code'] } | undefined {
  return source === opened.source ? unreachable : further[source]?.unreachable;
}
