import {
  type CacheType,
  Client,
  type ClientOptions,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  type Interaction,
  REST,
  type RESTOptions,
} from 'discord.js';
import type { FakeDiscord } from './index.ts';
import { object, objects } from './json.ts';

export const botIntents = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.DirectMessages,
];

/** The real client against the fake. It is destroyed by who asked for it. */
export function realClient(
  discord: FakeDiscord,
  options: Partial<ClientOptions> = {},
): Client<boolean> {
  return new Client({
    intents: botIntents,
    allowedMentions: { parse: [] },
    enforceNonce: true,
    // The client's own would wait five real seconds between two sessions.
    ws: { buildIdentifyThrottler: async () => ({ waitForIdentify: async () => undefined }) },
    ...options,
    rest: { api: discord.api, version: '10', ...options.rest },
  });
}

/** Logs in, and waits until every guild is there. */
export async function login(client: Client<boolean>, discord: FakeDiscord): Promise<Client<true>> {
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(discord.token);
  return ready;
}

/** The next interaction that the client is told of. */
export function nextInteraction(client: Client<boolean>): Promise<Interaction<CacheType>> {
  return new Promise((resolve) => client.once(Events.InteractionCreate, resolve));
}

/** The real REST client by itself. It retries nothing and waits for nothing, so that a refusal is seen as it came. */
export function restClient(discord: FakeDiscord, options: Partial<RESTOptions> = {}): REST {
  return new REST({
    api: discord.api,
    version: '10',
    retries: 0,
    rejectOnRateLimit: () => true,
    ...options,
  }).setToken(discord.token);
}

/** Status and code of a refusal, and below `errors` the codes by field: `content BASE_TYPE_MAX_LENGTH`. */
export async function refusalOf(
  work: Promise<unknown>,
): Promise<{ readonly status: number; readonly code: number; readonly fields: readonly string[] }> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DiscordAPIError)) throw new Error(`it was not refused: ${String(error)}`);
  const { errors } = error.rawError as { errors?: unknown };
  return { status: error.status, code: Number(error.code), fields: fieldsOf(errors, []) };
}

/** Requests that the official OpenAPI forbids and the fake took all the same. */
export function wronglyTaken(discord: FakeDiscord): readonly string[] {
  return discord.violations
    .filter(({ request }) => (request.status ?? 0) < 400)
    .map(({ route, faults }) => `${route} ${JSON.stringify(faults)}`);
}

function fieldsOf(errors: unknown, path: readonly string[]): readonly string[] {
  return Object.entries(object(errors)).flatMap(([field, value]) =>
    field === '_errors'
      ? objects(value).map(({ code }) => [...path, String(code)].join(' ').trim())
      : fieldsOf(value, [path.length === 0 ? field : `${path[0]}.${field}`]),
  );
}
