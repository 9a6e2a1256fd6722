import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { App, type Logger, LogLevel, SocketModeReceiver, webApi } from '@slack/bolt';
import { bytesOf } from './body.ts';
import {
  type Channel,
  type FakePerson,
  type FakeSlack,
  type FakeSlackOptions,
  type FakeWorkspace,
  startFakeSlack,
} from './index.ts';
import { type Json, parsed, recordOf } from './json.ts';

/** One workspace with two people and a channel, and the real client of its app: what most tests here begin with. */
export interface Shop {
  readonly slack: FakeSlack;
  readonly shop: FakeWorkspace;
  readonly ana: FakePerson;
  readonly ben: FakePerson;
  readonly ops: Channel;
  /** One attempt, no queue: what the platform says is what the test sees. */
  readonly client: webApi.WebClient;
}

export async function startShop(options: FakeSlackOptions = {}): Promise<Shop> {
  const slack = await startFakeSlack(options);
  const shop = slack.workspace({ name: 'shop' });
  const ana = shop.person('ana');
  const ben = shop.person('ben');
  return {
    slack,
    shop,
    ana,
    ben,
    ops: shop.channel('ops'),
    client: clientOf(slack, shop.botToken),
  };
}

export function clientOf(
  slack: Pick<FakeSlack, 'apiUrl'>,
  token: string,
  more: webApi.WebClientOptions = {},
): webApi.WebClient {
  return new webApi.WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: quiet,
    ...more,
  });
}

/** A bolt app over Socket Mode. It waits so long for a pong, and as long before it comes again. */
export async function startApp(
  { slack, shop }: Pick<Shop, 'slack' | 'shop'>,
  pingTimeoutMs = 5_000,
): Promise<App> {
  const app = new App({
    receiver: new SocketModeReceiver({
      appToken: slack.appToken,
      clientPingTimeout: pingTimeoutMs,
      logger: quiet,
      installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
    }),
    token: shop.botToken,
    tokenVerificationEnabled: false,
    clientOptions: { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } },
    logger: quiet,
  });
  await app.start();
  return app;
}

/** An app over HTTP that acknowledges everything and keeps what it was sent, as it came. */
export async function quietDesk(slack: FakeSlack) {
  const bodies: Json[] = [];
  const server = createServer(async (request, response) => {
    const body = (await bytesOf(request)).toString('utf8');
    const fields = new URLSearchParams(body);
    const json =
      request.headers['content-type'] === 'application/json' ? body : fields.get('payload');
    bodies.push(json ? recordOf(parsed(json)) : Object.fromEntries(fields));
    response.writeHead(200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
  return {
    last: (): Json => bodies.at(-1) ?? {},
    trigger: () => String(bodies.at(-1)?.['trigger_id']),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The code of the refusal, `http 500`, `429`, or what went wrong with the connection; `ok` when it was none. */
export async function outcomeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    if (error instanceof webApi.WebAPIPlatformError) return error.data.error;
    if (error instanceof webApi.WebAPIHTTPError) return `http ${error.statusCode}`;
    if (error instanceof webApi.WebAPIRateLimitedError) return `429 after ${error.retryAfter}`;
    if (error instanceof webApi.WebAPIRequestError) return 'connection';
    throw error;
  }
}

export const button = (label: string, id: string) => ({
  type: 'button' as const,
  action_id: id,
  text: { type: 'plain_text' as const, text: label },
});

export const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};
