import type { Clock } from '../../../src/bot/clock.ts';
import { argumentsOf } from './arguments.ts';
import { contentOf, isEmpty } from './content.ts';
import type { Answer, Door } from './door.ts';
import type { Ids } from './ids.ts';
import type { Json } from './json.ts';
import type { Platform } from './platform.ts';
import { edit, post, remove } from './posting.ts';
import { Refusal } from './refusal.ts';
import type { Channel, Message, Team } from './state.ts';

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
const uses = 5;
const lifetimeMs = 30 * 60_000;

export interface ResponseUrlOrigin {
  readonly team: Team;
  readonly channel: Channel;
  readonly user: string;
  /** The message that was pressed; a command has none. */
  readonly message: Message | undefined;
}

/** An address that answers one command or press: five times, for half an hour, whoever holds it. */
export interface ResponseUrls {
  issue(origin: ResponseUrlOrigin): string;
  /** `POST` of a JSON body to the address with this secret. */
  door(platform: Platform, secret: string, body: Json): Door;
}

export function responseUrlsOf({
  clock,
  ids,
  url,
}: {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly url: () => string;
}): ResponseUrls {
  const issued = new Map<string, Issued>();
  return {
    issue(origin) {
      const secret = ids.secret();
      issued.set(secret, { origin, at: clock.now(), left: uses });
      return `${url()}/response/${secret}`;
    },
    door(platform, secret, body) {
      const found = issued.get(secret);
      return {
        method: 'response_url',
        team: found?.origin.team.id ?? '',
        channel: found?.origin.channel.id ?? '',
        args: body,
        apply: () => use(platform, found, body),
      };
    },
  };
}

interface Issued {
  readonly origin: ResponseUrlOrigin;
  readonly at: number;
  left: number;
}

function use(platform: Platform, issued: Issued | undefined, body: Json): Answer {
  if (!issued) return refusal(404, 'no_service');
  if (platform.clock.now() - issued.at > lifetimeMs) return refusal(404, 'expired_url');
  if (issued.left <= 0) return refusal(404, 'used_url');
  issued.left -= 1;
  try {
    respond(platform, issued.origin, body);
    return { status: 200, body: { ok: true }, outcome: 'ok' };
  } catch (error) {
    if (error instanceof Refusal) return refusal(500, error.error);
    throw error;
  }
}

function refusal(status: number, error: string): Answer {
  return { status, body: { ok: false, error }, outcome: error };
}

/** Says something in answer: the body of a response URL, and what comes with the acknowledgement of a command. */
export function respond(platform: Platform, origin: ResponseUrlOrigin, body: Json): void {
  const args = argumentsOf(body);
  const { team, channel, user, message } = origin;
  if (args.flag('delete_original')) {
    if (message) takeAway(platform, channel, message);
    return;
  }
  const content = contentOf(args);
  if (isEmpty(content)) throw new Refusal('no_text');
  if (args.flag('replace_original') && message) {
    if (message.bot?.id !== team.bot.id) throw new Refusal('cant_update_message');
    edit(platform, message, content);
    return;
  }
  const inChannel = args.text('response_type') === 'in_channel';
  post(platform, {
    team,
    channel,
    author: team.bot,
    content,
    ...(inChannel ? {} : { visibleTo: user }),
    thread: threadOf(args.text('thread_ts'), inChannel, message),
  });
}

/** Into a thread only with `response_type: in_channel`; what only one person sees stands where it was pressed. */
function threadOf(
  ts: string | undefined,
  inChannel: boolean,
  message: Message | undefined,
): string | undefined {
  return ts ?? (inChannel ? undefined : message?.thread);
}

function takeAway(platform: Platform, channel: Channel, message: Message): void {
  const at = channel.ephemerals.indexOf(message);
  if (at < 0) {
    remove(platform, channel, message);
    return;
  }
  channel.ephemerals.splice(at, 1);
  platform.changed();
}
