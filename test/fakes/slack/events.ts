import type { Delivery } from './deliveries.ts';
import type { Json } from './json.ts';
import type { Platform } from './platform.ts';
import type { Channel, Team } from './state.ts';

export interface Happened {
  readonly team: Team;
  /** The name it is subscribed to by: `app_mention`, `message.im`, `member_left_channel`. */
  readonly name: string;
  readonly event: Json;
  readonly channel?: Channel;
}

/** Tells the app what happened, when it subscribed to it; undefined when it did not. */
export function tell(platform: Platform, happened: Happened): Promise<Delivery> | undefined {
  const { team, name, event, channel } = happened;
  if (!platform.app.subscriptions.has(name) || team.bot.revoked) return undefined;
  return platform.deliveries.send({
    kind: 'events_api',
    what: name,
    payload: {
      token: 'verification',
      team_id: team.id,
      context_team_id: team.id,
      api_app_id: platform.app.id,
      type: 'event_callback',
      event_id: platform.ids.next('Ev'),
      event_time: Math.floor(platform.clock.now() / 1000),
      event: { ...event, event_ts: event['event_ts'] ?? platform.ids.ts() },
      authorizations: [
        {
          enterprise_id: null,
          team_id: team.id,
          user_id: team.bot.user,
          is_bot: true,
          is_enterprise_install: false,
        },
      ],
      is_ext_shared_channel: channel?.shared ?? false,
      event_context: `4-${platform.ids.secret()}`,
    },
  });
}

/** `message.channels` and its like: what a conversation of this kind is subscribed to by. */
export function messageEvent({ kind }: Channel): string {
  const names = { public: 'channels', private: 'groups', im: 'im', mpim: 'mpim' } as const;
  return `message.${names[kind]}`;
}
