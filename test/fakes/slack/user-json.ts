import type { Json } from './json.ts';
import type { Team, User } from './state.ts';

export function userJson(user: User, team: Team): Json {
  const guest = user.kind === 'guest' || user.kind === 'single-channel-guest';
  return {
    id: user.id,
    team_id: user.team,
    name: user.name,
    real_name: user.realName,
    deleted: user.deactivated,
    is_bot: user.kind === 'bot',
    is_app_user: false,
    is_restricted: guest,
    is_ultra_restricted: user.kind === 'single-channel-guest',
    // Seen from another workspace, through a shared channel.
    ...(user.team === team.id ? {} : { is_stranger: true }),
    is_admin: false,
    is_owner: false,
    tz: 'Europe/Berlin',
    profile: {
      real_name: user.realName,
      display_name: user.name,
      team: user.team,
    },
  };
}
