import type { Method } from '../method.ts';
import { Refusal } from '../refusal.ts';
import { viewArgument } from '../view-arguments.ts';
import { replaceContent, requireHash, viewJson } from '../views.ts';

/** https://docs.slack.dev/reference/methods/views.update */
export const viewsUpdate: Method = {
  name: 'views.update',
  token: 'bot',
  scopes: [],
  tier: 4,
  run(call) {
    const { platform, team, args } = call;
    const content = viewArgument(call, 'modal');
    const externalId = args.text('external_id');
    const view = externalId
      ? [...team.views.values()].find((one) => one.externalId === externalId && !one.closed)
      : team.views.get(args.required('view_id'));
    if (!view || view.closed) throw new Refusal('not_found');
    requireHash(view, args.text('hash'));
    replaceContent(platform, view, content);
    return { view: viewJson(view, call) };
  },
};
