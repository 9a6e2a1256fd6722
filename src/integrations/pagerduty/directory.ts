import type { Directory, Roster } from '../../core/ports/directory.ts';
import type { Clock, Query } from './client.ts';
import type { Reader } from './reader.ts';

/** Kinds of groups that are kept there. `pagerduty_schedule`: `P02`. `pagerduty_level`: `PPOL1/2`, a policy and its level. */
export const directoryKinds = ['pagerduty_schedule', 'pagerduty_level'] as const;

/** Whoever is on call at this moment, by a schedule or at a level of an escalation policy. */
export function createDirectory(reader: Reader, clock: Clock): Directory {
  return {
    async members({ kind, id }): Promise<Roster> {
      const at = clock.now();
      const [policy = id, level = '1'] = id.split('/');
      const query: Query =
        kind === 'pagerduty_schedule'
          ? { 'schedule_ids[]': [id] }
          : { 'escalation_policy_ids[]': [policy] };
      const calls = (await reader.onCalls(query)).filter(({ from, until }) =>
        isNow(at, from, until),
      );
      const members =
        kind === 'pagerduty_schedule'
          ? calls.filter(({ schedule }) => schedule === id)
          : calls.filter((call) => call.policy === policy && call.level === Number(level));
      return { accounts: [...new Set(members.map(({ account }) => account))], at };
    },
  };
}

function isNow(at: number, from: number | undefined, until: number | undefined): boolean {
  return (from === undefined || from <= at) && (until === undefined || at < until);
}
