import { gatewayUrl, identifiesPerDay, recentIdentifies } from '../gateway/hello.ts';
import { type Method, ok } from '../method.ts';

/** https://discord.com/developers/docs/events/gateway#get-gateway */
export const getGateway: Method = {
  verb: 'GET',
  path: '/gateway',
  auth: 'none',
  answer: ({ world }) => ok({ url: gatewayUrl(world, 'gateway') }),
};

/** https://discord.com/developers/docs/events/gateway#get-gateway-bot */
export const getGatewayBot: Method = {
  verb: 'GET',
  path: '/gateway/bot',
  auth: 'bot',
  answer: ({ world }) =>
    ok({
      url: gatewayUrl(world, 'gateway'),
      shards: 1,
      session_start_limit: {
        total: identifiesPerDay,
        remaining: identifiesPerDay - recentIdentifies(world).length,
        reset_after: 0,
        max_concurrency: 1,
      },
    }),
};
