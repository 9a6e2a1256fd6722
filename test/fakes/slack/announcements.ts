import type { Delivery } from './deliveries.ts';
import { messageEvent, tell } from './events.ts';
import type { Json } from './json.ts';
import { messageJson } from './message-json.ts';
import type { Platform } from './platform.ts';
import type { Channel, Message, Team } from './state.ts';

interface Where {
  readonly platform: Platform;
  readonly team: Team;
  readonly channel: Channel;
}

/** Tells the app of a message, its own included; and once more when a person mentions it. */
export function announce(where: Where, message: Message): readonly Promise<Delivery>[] {
  const { platform, team, channel } = where;
  const event = { ...messageJson(message, where), event_ts: message.ts };
  const mentioned = !message.bot && message.text.includes(`<@${team.bot.user}>`);
  const mention =
    mentioned && channel.kind !== 'im'
      ? tell(platform, {
          team,
          channel,
          name: 'app_mention',
          event: { ...event, type: 'app_mention', channel: channel.id },
        })
      : undefined;
  return [inChannel(where, event), mention].filter((one) => one !== undefined);
}

export function announceEdit(where: Where, message: Message): void {
  inChannel(where, {
    type: 'message',
    subtype: 'message_changed',
    hidden: true,
    message: messageJson(message, where),
    ts: where.platform.ids.ts(),
  });
}

export function announceDeletion(where: Where, message: Message, before: Json): void {
  inChannel(where, {
    type: 'message',
    subtype: 'message_deleted',
    hidden: true,
    deleted_ts: message.ts,
    previous_message: before,
    ts: where.platform.ids.ts(),
  });
}

function inChannel({ platform, team, channel }: Where, event: Json): Promise<Delivery> | undefined {
  if (!channel.members.has(team.bot.user)) return undefined;
  const kinds = { public: 'channel', private: 'group', im: 'im', mpim: 'mpim' } as const;
  return tell(platform, {
    team,
    channel,
    name: messageEvent(channel),
    event: { ...event, channel: channel.id, channel_type: kinds[channel.kind] },
  });
}
