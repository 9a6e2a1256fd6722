import type { Method } from '../method.ts';
import { triggerOf, viewArgument } from '../view-arguments.ts';
import { createView, viewJson } from '../views.ts';

/** https://docs.slack.dev/reference/methods/views.open */
export const viewsOpen: Method = {
  name: 'views.open',
  token: 'bot',
  scopes: [],
  tier: 4,
  run(call) {
    const content = viewArgument(call, 'modal');
    const { user } = triggerOf(call);
    const view = createView(call, { user, content, below: undefined });
    call.team.modals.set(user, [view]);
    return { view: viewJson(view, call) };
  },
};
