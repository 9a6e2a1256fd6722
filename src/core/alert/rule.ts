import type { Sha256 } from '../event.ts';
import type { Members } from '../incident/privacy.ts';
import type { Labels } from './alert.ts';

/**
 * What belongs together although its sources give it different names. Rules compare labels for equality, and nothing
 * else: two texts that read alike are two things.
 */
export interface CorrelationRule {
  /** `tocsin.yaml:12`. */
  readonly where: string;
  /** Labels that must all hold; empty for every alert. */
  readonly match: Labels;
  /** `alertmanager/main`; absent for all. */
  readonly sources?: readonly string[];
  /** Labels whose values are equal in everything that is one incident. `service` and `environment` are the catalog's. */
  readonly same: readonly string[];
  /** What began further than that from all that is there is another incident, ms; absent: however long it lasts. */
  readonly withinMs?: number;
}

/** Which rule put something into an incident, as it was when it did. */
export interface RuleUsed {
  readonly where: string;
  readonly same: Labels;
}

export interface Ruled {
  readonly key: string;
  readonly used: RuleUsed;
  readonly withinMs: number | undefined;
}

export interface RuleSubject {
  readonly source: string;
  /** With service and environment as the catalog names them. */
  readonly labels: Labels;
  /** Of a private route. What different members may see never meets. */
  readonly members?: Members;
}

/** The first rule that speaks of it, and the key of all that this rule puts together with it. */
export function ruleOf(
  rules: readonly CorrelationRule[],
  subject: RuleSubject,
  sha256: Sha256,
): Ruled | undefined {
  for (const rule of rules) {
    if (!speaksOf(rule, subject)) continue;
    const same: Record<string, string> = {};
    for (const name of rule.same) same[name] = subject.labels[name] ?? '';
    const key = keyOf(rule, same, subject.members, sha256);
    return { key, used: { where: rule.where, same }, withinMs: rule.withinMs };
  }
  return undefined;
}

function speaksOf({ match, sources, same }: CorrelationRule, { source, labels }: RuleSubject) {
  if (sources && !sources.includes(source)) return false;
  for (const name in match) if (labels[name] !== match[name]) return false;
  return same.every((name) => (labels[name] ?? '') !== '');
}

/** By what the rule says and not by where it stands: an empty line above it changes nothing. */
function keyOf(
  { match, sources = [] }: CorrelationRule,
  same: Labels,
  members: Members | undefined,
  sha256: Sha256,
): string {
  const rule = [sorted(match), [...sources].sort()];
  const seenBy = members ? [[...members.people].sort(), [...members.groups].sort()] : [];
  return sha256(JSON.stringify(['rule', rule, sorted(same), seenBy])).slice(0, 24);
}

function sorted(labels: Labels): readonly (readonly [string, string])[] {
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}
