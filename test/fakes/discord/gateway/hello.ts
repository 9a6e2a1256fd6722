import type { Json } from '../json.ts';
import type { Guild } from '../model.ts';
import { may } from '../permissions.ts';
import { channelJson, guildJson, iso, memberJson, threadMemberJson, userJson } from '../wire.ts';
import { isInGuild, type World } from '../world.ts';

/** What a session hears first: itself, and then each guild it is in. */
export function readyJson(world: World, sessionId: string): Json {
  return {
    v: 10,
    user: { ...userJson(world.bot), verified: true, mfa_enabled: false, email: null, flags: 0 },
    guilds: guildsOfBot(world).map(({ id }) => ({ id, unavailable: true })),
    session_id: sessionId,
    session_type: 'normal',
    resume_gateway_url: gatewayUrl(world, 'resume'),
    shard: [0, 1],
    application: { id: world.applicationId, flags: applicationFlags(world) },
    private_channels: [],
    user_settings: {},
    relationships: [],
    presences: [],
    guild_join_requests: [],
    geo_ordered_rtc_regions: [],
  };
}

/** Every channel, seen or not, and the threads that are seen and open. */
export function guildCreateJson(world: World, guild: Guild): Json {
  const channels = [...world.channels.values()].filter((channel) => channel.guild === guild);
  const threads = channels.filter(
    (channel) =>
      channel.thread && !channel.thread.archived && may(channel, world.bot.id, 'viewChannel'),
  );
  return {
    ...guildJson(guild),
    joined_at: iso(guild.members.get(world.bot.id)?.joinedAt ?? 0),
    large: guild.members.size > 50,
    unavailable: false,
    member_count: guild.members.size,
    members: [...guild.members.values()]
      .filter(({ user }) => user.id === world.bot.id || guild.members.size <= 50)
      .map((member) => memberJson(member)),
    channels: channels.filter(({ thread }) => !thread).map(channelJson),
    threads: threads.map((channel) =>
      channel.thread?.members.has(world.bot.id)
        ? { ...channelJson(channel), member: threadMemberJson(channel, world.bot.id) }
        : channelJson(channel),
    ),
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

export function guildsOfBot(world: World): readonly Guild[] {
  return [...world.guilds.values()].filter((guild) => isInGuild(world, guild));
}

export function gatewayUrl(world: World, path: 'gateway' | 'resume'): string {
  return `${world.origin.replace('http', 'ws')}/${path}`;
}

/** A bot that identifies more often within a day has its token reset. */
export const identifiesPerDay = 1_000;

export function recentIdentifies(world: World): readonly number[] {
  const dayAgo = world.clock.now() - 86_400_000;
  return world.identifies.filter((at) => at > dayAgo);
}

/** https://discord.com/developers/docs/resources/application#application-object-application-flags */
export function applicationFlags(world: World): number {
  const { messageContent, members, presences } = world.policy.privileged;
  return (presences ? 1 << 13 : 0) | (members ? 1 << 15 : 0) | (messageContent ? 1 << 19 : 0);
}
