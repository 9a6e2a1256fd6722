import { correlateKey } from '../alert/correlate.ts';
import type { CorrelationIndex } from '../alert/correlation-index.ts';
import type { Severity } from '../alert/severity.ts';
import type { Sha256 } from '../event.ts';
import type { Facts } from '../problem.ts';
import type { Settings } from '../settings.ts';
import type { IncidentEvent } from './event.ts';
import type { IncidentState } from './incident.ts';
import type { Correlated } from './intent.ts';
import { pagedForNotice } from './page-deeds.ts';
import { opened } from './receive.ts';

/**
 * What Tocsin says of itself where those look who answer for its security. Facts are our own words, counts and ids of
 * the configuration, and what people of the configuration wrote: never a stranger's text. The sentences stand in
 * `view/security-words.ts`, one entry for each kind; the severity decides whether the route's group is called and whether `page:` wakes anybody.
 */
export const securityKinds = {
  /** Requests that claim to be a platform's or a source's, and cannot prove it. */
  'forged-requests': { alertname: 'TocsinForgedRequests', severity: 'warning' },
  /** Links into the console that do not open it, and too many tries. */
  'sign-ins-failed': { alertname: 'TocsinSignInsFailed', severity: 'warning' },
  /** A press that decides, on a message that we did not post. */
  'buttons-forged': { alertname: 'TocsinButtonsForged', severity: 'warning' },
  /** Guests, bots and accounts that are nobody's of ours. */
  'strangers-refused': { alertname: 'TocsinStrangersRefused', severity: 'info' },
  /** A program that asked for what only people may do. */
  'tokens-overreached': { alertname: 'TocsinTokenOverreached', severity: 'warning' },
  /** Somebody, or some source, that does not stop. */
  'floods-limited': { alertname: 'TocsinFloodLimited', severity: 'warning' },
  /** One person who is told no again and again. */
  'denials-repeated': { alertname: 'TocsinDenialsRepeated', severity: 'warning' },
  /** Tocsin was started with other rules, people, groups or settings than before. */
  'configuration-changed': { alertname: 'TocsinConfigurationChanged', severity: 'info' },
  /** Somebody did without the approvals of a plan. */
  'glass-broken': { alertname: 'TocsinGlassBroken', severity: 'critical' },
  /** So much was dangerous within an hour that nothing begins any more. */
  'fuse-blown': { alertname: 'TocsinFuseBlown', severity: 'critical' },
  /** Second factors of somebody were enrolled, confirmed, removed, or recovered from. */
  'factor-changed': { alertname: 'TocsinFactorChanged', severity: 'info' },
  /** An account of somebody was proposed, linked, taken away, or is back. */
  'account-changed': { alertname: 'TocsinAccountChanged', severity: 'info' },
  /** Wrong factors in somebody's name, or a passkey that may have a copy. */
  'step-up-abused': { alertname: 'TocsinStepUpAbused', severity: 'warning' },
} as const satisfies Readonly<Record<string, SecurityAlert>>;

export type SecurityKind = keyof typeof securityKinds;

interface SecurityAlert {
  readonly alertname: string;
  readonly severity: Severity;
}

export interface SecurityNotice {
  readonly kind: SecurityKind;
  readonly facts: Facts;
}

export interface NoticeSecurity extends Correlated, SecurityNotice {
  readonly type: 'NoticeSecurity';
  readonly at: number;
}

/** One notice, on the incident of its kind. */
export interface SecurityNoticed {
  readonly type: 'SecurityNoticed';
  readonly v: 1;
  readonly kind: SecurityKind;
  readonly facts: Facts;
}

export interface SecurityState {
  readonly kind: SecurityKind;
  readonly count: number;
  readonly lastAt: number;
}

/** Who raised it, as cards say it. */
export const ownSource = 'tocsin';

interface Noticing {
  readonly settings: Pick<Settings, 'routes' | 'security'>;
  readonly index: CorrelationIndex;
  readonly now: number;
  readonly sha256: Sha256;
}

/** The intent that a notice means: one incident for each kind, shown where `security:` says. */
export function securityIntent(
  { kind, facts }: SecurityNotice,
  noticing: Noticing,
): NoticeSecurity {
  const { settings, index, now, sha256 } = noticing;
  const key = sha256(JSON.stringify([ownSource, 'security', kind])).slice(0, 24);
  const { incident, ordinal } = correlateKey(index, key, noticing);
  const { places, notify = '', page } = settings.security ?? settings.routes.otherwise;
  const correlated = { incident, key, ordinal, source: ownSource, sourceAnswers: false };
  const about = { service: '', environment: '', places, notify, ...(page && { page }) };
  return { type: 'NoticeSecurity', at: now, ...correlated, ...about, kind, facts };
}

export function noticeSecurity(
  intent: NoticeSecurity,
  state: IncidentState,
): readonly IncidentEvent[] {
  const { kind, facts } = intent;
  const noticed = { type: 'SecurityNoticed', v: 1, kind, facts } as const;
  const { alertname, severity } = securityKinds[kind];
  const paged = severity === 'critical' ? pagedForNotice(intent.page, state) : [];
  if (state.status === 'none') {
    return [opened(intent, { origin: 'security', title: alertname, severity }), noticed, ...paged];
  }
  if (state.status === 'resolved') {
    return [{ type: 'IncidentReopened', v: 1, why: 'noticed-again' }, noticed, ...paged];
  }
  return [noticed, ...paged];
}

export function securityNoticed(
  before: SecurityState | undefined,
  { kind }: SecurityNoticed,
  at: number,
): SecurityState {
  return { kind, count: (before?.count ?? 0) + 1, lastAt: at };
}
