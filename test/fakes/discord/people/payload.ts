import { compact, type Json } from '../json.ts';
import type { Channel, Message, User } from '../model.ts';
import { channelPermissions } from '../permissions.ts';
import { interactionChannelJson, memberJson, messageJson, userJson } from '../wire.ts';
import type { World } from '../world.ts';

export interface Occasion {
  readonly type: number;
  readonly user: User;
  readonly channel: Channel;
  readonly details: Json;
  readonly message?: Message | undefined;
}

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object */
export function interactionJson(
  world: World,
  occasion: Occasion,
): (id: string, token: string) => Json {
  const { channel, user, message } = occasion;
  const { guild } = channel;
  const member = guild?.members.get(user.id);
  return (id, token) =>
    compact({
      id,
      token,
      version: 1,
      application_id: world.applicationId,
      type: occasion.type,
      data: occasion.details,
      guild_id: guild?.id,
      guild: guild ? { id: guild.id, locale: 'en-US', features: [] } : undefined,
      guild_locale: guild ? 'en-US' : undefined,
      channel_id: channel.id,
      channel: interactionChannelJson(channel, user.id),
      member: member
        ? { ...memberJson(member), permissions: channelPermissions(channel, user.id).toString() }
        : undefined,
      user: member ? undefined : userJson(user),
      message: message ? messageJson(world, message, { content: true }) : undefined,
      app_permissions: channelPermissions(channel, world.bot.id).toString(),
      locale: 'en-US',
      entitlements: [],
      authorizing_integration_owners: guild ? { 0: guild.id } : { 0: '0' },
      context: guild ? 0 : 1,
      attachment_size_limit: 10_485_760,
    });
}
