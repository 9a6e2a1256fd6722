import type { Method } from '../method.ts';
import { Refusal } from '../refusal.ts';

/** https://docs.slack.dev/reference/methods/usergroups.users.list */
export const usergroupsUsersList: Method = {
  name: 'usergroups.users.list',
  token: 'bot',
  scopes: ['usergroups:read'],
  tier: 2,
  run({ team, args }) {
    if (!team.paid) throw new Refusal('plan_upgrade_required');
    const group = team.groups.get(args.required('usergroup'));
    if (!group || (group.disabled && !args.flag('include_disabled'))) {
      throw new Refusal('no_such_subteam');
    }
    return { users: group.members };
  },
};
