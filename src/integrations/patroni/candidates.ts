import type { Member, Rules } from './schema.ts';
import type { View } from './view.ts';

/** Those that may take over, the one that the rule chooses first. */
export function candidatesOf(view: View): readonly Member[] {
  return view.members
    .filter((member) => whyNot(view, member) === undefined)
    .sort((a, b) => furthest(view, a, b));
}

/** Why a member may not take over; undefined when it may. */
export function whyNot(view: View, member: Member): string | undefined {
  if (member.name === view.leader?.name) return 'it leads already';
  if (member.barred) return 'it is tagged nofailover';
  if (member.state !== 'running' && member.state !== 'streaming') return `it is ${member.state}`;
  if (member.timeline !== view.timeline) {
    return `it is on timeline ${member.timeline ?? 'unknown'}, the cluster on ${view.timeline}`;
  }
  return whyLate(member, view.rules);
}

function whyLate({ lag, role }: Member, { lagMax, synchronous }: Rules): string | undefined {
  if (lag === undefined) return 'Patroni does not know how far it is behind';
  if (lag > lagMax) return `it lacks ${lag} bytes, and ${lagMax} are the most`;
  if (synchronous && role !== 'sync_standby') return 'it is no synchronous standby';
  return undefined;
}

/** The rule that a plan's hash covers, in words. */
export const rule = 'the one that received most; by name where they are equal';

/** What was received counts; the lag that Patroni keeps is some seconds old. */
function furthest({ positions }: View, a: Member, b: Member): number {
  const received = (positions.get(b.name) ?? -1) - (positions.get(a.name) ?? -1);
  const known = positions.has(a.name) && positions.has(b.name) ? received : 0;
  return known || (a.lag ?? 0) - (b.lag ?? 0) || (a.name < b.name ? -1 : 1);
}
