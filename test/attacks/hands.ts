import { createHmac, sign } from 'node:crypto';
import { request as overHttp } from 'node:http';
import type { Press } from '../../src/core/view/card.ts';
import { eventually } from '../support/eventually.ts';
import type { World } from './world.ts';

/** What an attacker, or anybody, can send to the doors of the bot, byte by byte. */
export interface Hands {
  readonly slack: SlackHands;
  readonly discord: DiscordHands;
  /** A request to any door of ours. */
  http(url: string, asked?: HttpAsked): Promise<HttpTold>;
  webhook(body: unknown, headers?: Readonly<Record<string, string>>): Promise<HttpTold>;
  /** Ana asks, in Slack; the plan waits, and its cards stand on both platforms. */
  plan(line?: string): Promise<Planned>;
}

export interface HttpAsked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpTold {
  readonly status: number;
  readonly text: string;
}

export interface Planned {
  readonly operation: string;
  readonly hash: string;
  /** `C…:ts` and `channel/message` of its cards. */
  readonly slackRef: string;
  readonly discordRef: string;
}

export interface SlackHands {
  send(body: string, how?: SlackSealed): Promise<HttpTold>;
  command(user: string, text: string, more?: object): Promise<HttpTold>;
  press(user: string, press: Press, on: PressOn): Promise<HttpTold>;
  /** The same press as raw bytes. */
  pressBody(user: string, value: unknown, on: PressOn): string;
  submission(user: string, note: unknown): Promise<HttpTold>;
}

export interface SlackSealed {
  readonly secret?: string;
  readonly at?: number;
  readonly signature?: string;
  readonly type?: string;
}

export interface PressOn {
  readonly ref: string;
  readonly key?: string;
  readonly thread?: string;
  readonly ephemeral?: boolean;
  readonly fresh?: boolean;
  readonly team?: string;
}

export interface DiscordHands {
  send(
    body: string,
    how?: {
      readonly key?: World['keys']['discord'];
      readonly at?: number;
      readonly signature?: string;
    },
  ): Promise<HttpTold>;
  press(user: string, id: string, on: { readonly ref: string } & object): Promise<HttpTold>;
  line(user: string, line: string, more?: object): Promise<HttpTold>;
  body(user: string, more: object): string;
}

let drawn = 0;
/** No two requests are named alike, whoever makes them. */
function draw(): string {
  drawn += 1;
  return String(drawn);
}

export function handsOf(world: World): Hands {
  const { ids, keys, server } = world;

  const slack: SlackHands = {
    send(body, { secret = keys.slack, at = world.clock.now(), signature, type } = {}) {
      if (world.way === 'connected') return overSocket(world, body, type);
      const stamp = String(Math.floor(at / 1000));
      const hex = createHmac('sha256', secret).update(`v0:${stamp}:${body}`).digest('hex');
      return http(`${server}/slack/events`, {
        method: 'POST',
        headers: {
          'content-type': type ?? 'application/json',
          'x-slack-request-timestamp': stamp,
          'x-slack-signature': signature ?? `v0=${hex}`,
        },
        body,
      });
    },
    command: (user, text, more = {}) =>
      slack.send(
        new URLSearchParams({
          command: '/ops',
          text,
          team_id: ids.team,
          user_id: ids.slack[user] ?? user,
          channel_id: ids.slackOps,
          trigger_id: `trigger.${draw()}`,
          ...more,
        }).toString(),
        { type: 'application/x-www-form-urlencoded' },
      ),
    press: (user, press, on) =>
      slack.send(
        slack.pressBody(
          user,
          { p: press, k: on.key ?? 'root', t: on.thread ?? '', ...(on.fresh ? { f: 1 } : {}) },
          on,
        ),
      ),
    pressBody(user, value, { ref, ephemeral = false, team = ids.team }) {
      const [channel = '', ts = ''] = ref.split(':');
      return JSON.stringify({
        type: 'block_actions',
        team: { id: team },
        user: { id: ids.slack[user] ?? user, team_id: team },
        trigger_id: `trigger.${draw()}`,
        container: {
          type: 'message',
          message_ts: ts,
          channel_id: channel,
          is_ephemeral: ephemeral,
        },
        actions: [
          {
            action_id: 'press/0/approve',
            action_ts: `${Math.floor(world.clock.now() / 1000)}.${draw().padStart(6, '0')}`,
            value: typeof value === 'string' ? value : JSON.stringify(value),
          },
        ],
      });
    },
    submission: (user, note) =>
      slack.send(
        JSON.stringify({
          type: 'view_submission',
          team: { id: ids.team },
          user: { id: ids.slack[user] ?? user },
          view: {
            id: `V${draw()}`,
            callback_id: 'card',
            private_metadata: JSON.stringify(note),
            state: { values: {} },
          },
        }),
      ),
  };

  const discord: DiscordHands = {
    async send(body, { key = keys.discord, at = world.clock.now(), signature } = {}) {
      if (world.way === 'connected') {
        world.discord.tells(JSON.parse(body));
        return { status: 200, text: '' };
      }
      const stamp = String(Math.floor(at / 1000));
      const good = sign(null, Buffer.from(stamp + body), key).toString('hex');
      return http(`${server}/discord/interactions`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-signature-timestamp': stamp,
          'x-signature-ed25519': signature ?? good,
        },
        body,
      });
    },
    body: (user, more) =>
      JSON.stringify({
        id: String(10_000_000_000 + Number(draw())),
        application_id: ids.application,
        type: 3,
        token: `token-${draw()}`,
        guild_id: ids.guild,
        channel: { id: ids.discordOps, type: 0 },
        member: { user: { id: ids.discord[user] ?? user, username: user } },
        ...more,
      }),
    press(user, id, { ref, ...more }) {
      const [channel = '', message = ''] = ref.split('/');
      return discord.send(
        discord.body(user, {
          channel: { id: channel, type: 0 },
          message: { id: message },
          data: { custom_id: id },
          ...more,
        }),
      );
    },
    line: (user, line, more = {}) =>
      discord.send(
        discord.body(user, {
          type: 2,
          data: {
            name: 'ops',
            options: [{ name: 'line', options: [{ name: 'line', value: line }] }],
          },
          ...more,
        }),
      ),
  };

  return {
    slack,
    discord,
    http,
    webhook: (body, headers = { authorization: `Bearer ${keys.webhook}` }) =>
      http(`${server}/webhooks/alertmanager`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async plan(line = 'scale checkout 6 env=production') {
      const before = new Set(world.bot.engine.readings.operations.keys());
      await slack.command('ana', line);
      const operation = await eventually('the plan', () =>
        [...world.bot.engine.readings.operations.keys()].find((id) => {
          const status = world.bot.engine.readings.operations.get(id)?.state.status;
          return !before.has(id) && status === 'waiting' && id;
        }),
      );
      const refOf = (surface: string) =>
        eventually(`its card on ${surface}`, () => {
          const posts = world.bot.engine.readings.posts.get(operation)?.state;
          return posts?.[`${surface} root`]?.ref || false;
        });
      const hash = world.bot.engine.readings.operations.get(operation)?.state.hash ?? '';
      const slackRef = await refOf('slack/main');
      return { operation, hash, slackRef, discordRef: await refOf('discord/main') };
    },
  };
}

/** The envelope of Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode */
function overSocket({ slack }: World, body: string, type = ''): Promise<HttpTold> {
  const isForm = type.startsWith('application/x-www-form-urlencoded');
  const payload = isForm ? Object.fromEntries(new URLSearchParams(body)) : JSON.parse(body);
  const kind = isForm ? 'slash_commands' : 'interactive';
  const envelope = { type: kind, payload, accepts_response_payload: true };
  return new Promise((resolve) => {
    slack.sockets.send(envelope, () => resolve({ status: 200, text: '' }));
  });
}

/** By hand, so that a Host and an Origin can be lied about. */
function http(
  url: string,
  { method = 'GET', headers = {}, body }: HttpAsked = {},
): Promise<HttpTold> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const asked = overHttp(url, { method, headers: { ...length, ...headers }, agent: false });
    asked.once('error', (error: NodeJS.ErrnoException) =>
      // A door that closes on a body that is too long has answered, or not.
      error.code === 'ECONNRESET' || error.code === 'EPIPE'
        ? resolve({ status: 0, text: '' })
        : reject(error),
    );
    asked.once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
      response.once('error', () => resolve({ status: response.statusCode ?? 0, text: '' }));
    });
    asked.end(body);
  });
}
