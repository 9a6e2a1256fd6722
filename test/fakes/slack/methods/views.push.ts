import type { Method } from '../method.ts';
import { Refusal } from '../refusal.ts';
import { triggerOf, viewArgument } from '../view-arguments.ts';
import { createView, stackLimit, viewJson } from '../views.ts';

/** https://docs.slack.dev/reference/methods/views.push */
export const viewsPush: Method = {
  name: 'views.push',
  token: 'bot',
  scopes: [],
  tier: 4,
  run(call) {
    const content = viewArgument(call, 'modal');
    const { user, view: from } = triggerOf(call);
    const stack = call.team.modals.get(user) ?? [];
    const below = stack.at(-1);
    if (!from || !below) throw new Refusal('not_found');
    if (stack.length >= stackLimit) throw new Refusal('push_limit_reached');
    const view = createView(call, { user, content, below });
    stack.push(view);
    return { view: viewJson(view, call) };
  },
};
