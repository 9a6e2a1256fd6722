import { ProblemError } from '../../../core/problem.ts';
import type { ServedDirectory } from '../../rosters.ts';
import type { Failure } from './client.ts';
import { refusal, slackProblem } from './outcome.ts';
import { rosterSchema } from './schema.ts';
import type { Workspace } from './workspace.ts';

const method = 'usergroups.users.list';

/**
 * User groups of the workspace. Whoever one names counts only as a full member of the workspace: guests, bots, people of
 * other organisations and accounts that were switched off are in no group here, whatever the group says.
 * https://docs.slack.dev/reference/methods/usergroups.users.list
 */
export function createDirectory(workspace: Workspace): ServedDirectory {
  const { members } = workspace;
  const { clock, name, team } = workspace.options;
  return {
    name,
    lists: true,
    serves: ({ kind, id }) => kind === 'slack_usergroup' && id.startsWith(`${team}/`),
    isOf: (account) => account.startsWith(`${team}/`),
    standing: (account) => members.lastingOf(workspace.userOf(account) ?? ''),
    async members(query, about) {
      const at = clock.now();
      const { call } = await workspace.client();
      const usergroup = query.id.slice(team.length + 1);
      const called = await call(method, { usergroup, include_disabled: false }, rosterSchema);
      if (!called.ok) throw new ProblemError(troubleOf(called.failure));
      const { users } = called.value;
      const named = about.filter((account) => users.includes(workspace.userOf(account) ?? ''));
      const standing = await Promise.all(named.map((account) => standingOf(account)));
      // Nobody said what they are: then nobody can say who is in the group.
      if (standing.includes('unknown')) {
        throw new ProblemError(
          slackProblem('SLACK_UNREACHABLE', { surface: name, error: 'users' }),
        );
      }
      return { accounts: named.filter((_, index) => standing[index] === 'member'), at };
    },
  };

  function standingOf(account: string) {
    return members.standingNow(workspace.userOf(account) ?? '');
  }

  function troubleOf(failure: Failure) {
    const facts = { surface: name };
    if (failure.kind === 'limited') {
      return slackProblem('SLACK_UNREACHABLE', { ...facts, error: 'it is asked too often' });
    }
    if (failure.kind !== 'refused') {
      return slackProblem('SLACK_UNREACHABLE', { ...facts, error: failure.error });
    }
    if (gone.has(failure.error)) {
      return slackProblem('SLACK_GROUP_NOT_FOUND', { ...facts, error: failure.error });
    }
    if (failure.error === 'plan_upgrade_required') {
      return slackProblem('SLACK_GROUPS_NOT_IN_PLAN', facts);
    }
    return refusal(failure, { surface: name, method, channel: '' });
  }
}

const gone: ReadonlySet<string> = new Set(['no_such_subteam', 'subteam_disabled']);
