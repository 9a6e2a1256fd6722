import type { Method } from '../method.ts';

/** https://docs.slack.dev/reference/methods/apps.connections.open */
export const appsConnectionsOpen: Method = {
  name: 'apps.connections.open',
  token: 'app',
  scopes: [],
  tier: 3,
  run: ({ platform }) => ({ url: platform.sockets.open(platform.url) }),
};
