import { canonical } from './hash.ts';
import { type AllowRule, type Place, silenceUsualMs, type Verdict } from './policy.ts';

/** What satisfies both verdicts: a refusal wins, and of two rules each has to be fulfilled. */
export function strictest(one: Verdict, other: Verdict): Verdict {
  if (!one.allowed) return one;
  if (!other.allowed) return other;
  if (one.rule.where === other.rule.where) {
    return one.rule.severityBy === undefined ? other : one;
  }
  return { allowed: true, rule: joined(one.rule, other.rule) };
}

/** Whether the same is wanted of people, whichever rule says so. */
export function wantsTheSame(one: Verdict, other: Verdict): boolean {
  return one.allowed && other.allowed && wanted(one.rule) === wanted(other.rule);
}

function joined(one: AllowRule, other: AllowRule): AllowRule {
  const surfaces = both(one.surfaces, other.surfaces);
  const severityBy = both(one.severityBy, other.severityBy);
  const tickets = [...(one.tickets ?? []), ...(other.tickets ?? [])];
  const tell = [...new Set([...(one.tell ?? []), ...(other.tell ?? [])])];
  const undo = bothUndos(one, other);
  const limits = [...(one.limits ?? []), ...(other.limits ?? [])];
  const breakGlass = bothGlasses(one, other);
  const silenceMaxMs = shorter(one.silenceMaxMs, other.silenceMaxMs);
  return {
    kind: 'allow',
    where: [...new Set([one, other].flatMap(({ where }) => where.split(' and ')))].join(' and '),
    match: one.match,
    requesters: both(one.requesters, other.requesters) ?? [],
    ...(surfaces && { surfaces }),
    reasonRequired: one.reasonRequired || other.reasonRequired,
    ...(tickets.length > 0 && { tickets }),
    ...((one.stepUp || other.stepUp) && { stepUp: true }),
    expiresMs: Math.min(one.expiresMs, other.expiresMs),
    places: joinedPlaces(one.places, other.places),
    ...(breakGlass && { breakGlass }),
    ...(severityBy && { severityBy }),
    ...(tell.length > 0 && { tell }),
    ...(silenceMaxMs !== undefined && { silenceMaxMs }),
    ...(undo && { undo }),
    ...(limits.length > 0 && { limits }),
  };
}

/** What a rule does not say is a day, which may be shorter than what the other one says. */
function shorter(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined && other === undefined) return undefined;
  return Math.min(one ?? silenceUsualMs, other ?? silenceUsualMs);
}

/** As long as the stricter one says; not at all where one of them says nothing of it. */
function bothUndos(one: AllowRule, other: AllowRule): AllowRule['undo'] {
  if (!one.undo || !other.undo) return undefined;
  return {
    withinMs: Math.min(one.undo.withinMs, other.undo.withinMs),
    danger: one.undo.danger && other.undo.danger,
  };
}

/** Whoever fills these fills the places of either rule. */
function joinedPlaces(one: readonly Place[], other: readonly Place[]): readonly Place[] {
  const groups = [...new Set([...one, ...other].map(({ from }) => from))];
  return groups.map((from) => ({
    from,
    count: Math.max(seatsOf(one, from), seatsOf(other, from)),
  }));
}

function seatsOf(places: readonly Place[], group: string): number {
  return places.reduce((sum, { count, from }) => (from === group ? sum + count : sum), 0);
}

/** Whoever both rules name, as often as the stricter one says; nobody where one of them has no glass to break. */
function bothGlasses({ breakGlass: one }: AllowRule, { breakGlass: other }: AllowRule) {
  if (!one || !other) return undefined;
  const from = one.from.filter((group) => other.from.includes(group));
  return from.length === 0 ? undefined : { from, perDay: Math.min(one.perDay, other.perDay) };
}

/** What stands in both lists; a list that is absent holds everything. */
function both(
  one: readonly string[] | undefined,
  other: readonly string[] | undefined,
): readonly string[] | undefined {
  if (!one || !other) return one ?? other;
  return one.filter((item) => other.includes(item));
}

/** Each rule counts its own: to be let through by the one is not to be let through by the other. */
function wanted(rule: AllowRule): string {
  const { kind: _, where: __, match: ___, severityBy: ____, tell: _____, ...wants } = rule;
  return canonical(wants);
}
