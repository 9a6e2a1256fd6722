import { userOf } from '../lookups.ts';
import type { Method } from '../method.ts';
import { viewArgument } from '../view-arguments.ts';
import { createView, replaceContent, requireHash, viewJson } from '../views.ts';

/** https://docs.slack.dev/reference/methods/views.publish */
export const viewsPublish: Method = {
  name: 'views.publish',
  token: 'bot',
  scopes: [],
  tier: 4,
  run(call) {
    const { platform, team, args } = call;
    const content = viewArgument(call, 'home');
    const user = userOf(call, args.required('user_id')).id;
    const shown = team.homes.get(user);
    if (shown) {
      requireHash(shown, args.text('hash'));
      replaceContent(platform, shown, content);
      return { view: viewJson(shown, call) };
    }
    const view = createView(call, { user, content, below: undefined });
    team.homes.set(user, view);
    return { view: viewJson(view, call) };
  },
};
