import type { ServerResponse } from 'node:http';
import { argumentsOf } from './arguments.ts';
import { contentOf, isEmpty } from './content.ts';
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

/** `POST /services/<secret>`: the oldest way in, one message a second. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function answerWebhook(
  platform: Platform,
  {
    hook,
    body,
    response,
  }: { hook: IncomingWebhook | undefined; body: Json; response: ServerResponse },
): void {
  const say = (status: number, text: string) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end(text);
  if (!hook) return void say(404, 'no_service');
  const { team, channel, bot } = hook;
  const retryAfterS = platform.rates.take({
    method: 'incoming webhook',
    tier: 'posting',
    owner: `${team.id} ${bot.appId} webhook`,
    channel: channel.id,
  });
  if (retryAfterS !== undefined) {
    response.writeHead(429, { 'retry-after': String(retryAfterS) }).end('rate_limited');
    return;
  }
  if (channel.archived) return void say(410, 'channel_is_archived');
  try {
    const content = contentOf(argumentsOf(body));
    if (isEmpty(content)) return void say(400, 'no_text');
    post(platform, { team, channel, author: bot, content });
    say(200, 'ok');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    say(400, error.error);
  }
}
