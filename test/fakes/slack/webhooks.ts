import { argumentsOf } from './arguments.ts';
import { contentOf, isEmpty } from './content.ts';
import type { Answer, Door } from './door.ts';
import type { Json } from './json.ts';
import type { Platform } from './platform.ts';
import { post } from './posting.ts';
import { Refusal } from './refusal.ts';
import type { Bot, Channel, Team } from './state.ts';

export interface IncomingWebhook {
  readonly team: Team;
  readonly channel: Channel;
  readonly bot: Bot;
}

/**
 * `POST /services/…`: the oldest way in, one message a second, answered in plain words.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export function webhook(platform: Platform, secret: string, body: Json): Door {
  const hook = platform.webhooks.get(secret);
  return {
    method: 'incoming_webhook',
    team: hook?.team.id ?? '',
    channel: hook?.channel.id ?? '',
    args: body,
    apply: () => (hook ? take(platform, hook, body) : words(404, 'no_service')),
  };
}

function take(platform: Platform, hook: IncomingWebhook, body: Json): Answer {
  const { team, channel, bot } = hook;
  const retryAfterS = platform.rates.take({
    method: 'incoming_webhook',
    tier: 'posting',
    owner: `${team.id} ${bot.appId} webhook`,
    channel: channel.id,
  });
  if (retryAfterS !== undefined) {
    return { ...words(429, 'rate_limited'), headers: { 'retry-after': String(retryAfterS) } };
  }
  if (channel.archived) return words(410, 'channel_is_archived');
  try {
    const content = contentOf(argumentsOf(body));
    if (isEmpty(content)) return words(400, 'no_text');
    post(platform, { team, channel, author: bot, content });
    return { status: 200, body: 'ok', outcome: 'ok' };
  } catch (error) {
    if (error instanceof Refusal) return words(400, error.error);
    throw error;
  }
}

function words(status: number, text: string): Answer {
  return { status, body: text, outcome: text };
}
