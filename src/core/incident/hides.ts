import type { Labels } from '../alert/alert.ts';
import { fixedValue, type Matcher, matchersOf } from '../alert/matcher.ts';
import { severityOf } from '../alert/severity.ts';
import type { MatchingAlert } from '../ports/silences.ts';
import { type Problem, problem } from '../problem.ts';
import type { Incident } from './incident.ts';

/** What a silence hides of the alerts that fire now and are not muted. */
export interface Hides {
  readonly firing: number;
  readonly critical: number;
}

/** One that hides more is dangerous. */
export const SILENCE_HIDES_MAX = 10;

/** Those that wake somebody unless it is made: they fire, or nothing but `ours`, which it is to replace, mutes them now. */
export function wouldHide(
  matching: readonly MatchingAlert[],
  ours: readonly string[],
): readonly MatchingAlert[] {
  return matching.filter(
    ({ state, silencedBy }) =>
      state === 'firing' || (state === 'silenced' && silencedBy.every((ref) => ours.includes(ref))),
  );
}

export function hiddenOf(firing: readonly { readonly labels: Labels }[]): Hides {
  const critical = firing.filter(({ labels }) => severityOf(labels).severity === 'critical');
  return { firing: firing.length, critical: critical.length };
}

/** Judged when it is asked for, and again before it is made, both times by what the source says then. */
export function hidesTooMuch({ firing, critical }: Hides): Problem | undefined {
  if (critical > 0) return problem('SILENCE_HIDES_CRITICAL', { critical });
  const most = SILENCE_HIDES_MAX;
  return firing > most ? problem('SILENCE_HIDES_MANY', { firing, most }) : undefined;
}

/**
 * Why a silence is dangerous: what it hides now, or what it could hide later. One that pins neither the alert nor a
 * severity that is not critical hides alerts that nobody has seen yet, however few fire now.
 */
export function dangerOf(matchers: readonly Matcher[], hides: Hides): Problem | undefined {
  return hidesTooMuch(hides) ?? (isNarrow(matchers) ? undefined : problem('SILENCE_TOO_VAGUE'));
}

function isNarrow(matchers: readonly Matcher[]): boolean {
  const severity = fixedValue(matchers, 'severity');
  const isMild = severity !== undefined && severityOf({ severity }).severity !== 'critical';
  return isMild && (fixedValue(matchers, 'alertname') ?? '') !== '';
}

/**
 * What all alerts that fire have in common: of one alert all that it has. A severity that none of them names is one of
 * its labels too (empty, as sources match it): what is critical later must not fall under the silence of what is not.
 */
export function commonMatchers(incident: Incident): readonly Matcher[] {
  let common: readonly (readonly [string, string])[] | undefined;
  for (const { status, labels, source } of incident.alerts.values()) {
    // It is made at the incident's own source, of what that source knows.
    if (status !== 'firing' || source !== undefined) continue;
    common = common
      ? common.filter(([name, value]) => labels[name] === value)
      : Object.entries(labels);
  }
  const isUnnamed = common !== undefined && !namesSeverity(incident);
  return matchersOf({
    ...Object.fromEntries(common ?? []),
    ...(isUnnamed ? { severity: '' } : {}),
  });
}

function namesSeverity({ alerts }: Incident): boolean {
  for (const { status, labels, source } of alerts.values()) {
    if (status === 'firing' && source === undefined && (labels['severity'] ?? '') !== '')
      return true;
  }
  return false;
}
