import { integer, type Json, strings, text } from '../json.ts';
import type { Guild, Member } from '../model.ts';
import { memberJson } from '../wire.ts';
import { intents, isInGuild, type World } from '../world.ts';

/**
 * Answers Request Guild Members (op 8) in one chunk. Without the members intent a client may ask by id or by the start
 * of a name only: https://discord.com/developers/docs/events/gateway-events#request-guild-members
 */
export function membersChunk(world: World, granted: number, wish: Json): Json | undefined {
  const guild = world.guilds.get(text(wish['guild_id']));
  if (!guild || !isInGuild(world, guild)) return undefined;
  const asked =
    typeof wish['user_ids'] === 'string' ? [wish['user_ids']] : strings(wish['user_ids']);
  const byId = wish['user_ids'] !== undefined;
  if (!byId && text(wish['query']) === '' && (granted & intents.guildMembers) === 0) {
    return undefined;
  }
  const found = byId ? asked.flatMap((id) => guild.members.get(id) ?? []) : named(guild, wish);
  return {
    guild_id: guild.id,
    members: found.map((member) => memberJson(member)),
    chunk_index: 0,
    chunk_count: 1,
    not_found: asked.filter((id) => !guild.members.has(id)),
    ...(wish['nonce'] === undefined ? {} : { nonce: wish['nonce'] }),
  };
}

function named(guild: Guild, wish: Json): readonly Member[] {
  const start = text(wish['query']).toLowerCase();
  const limit = integer(wish['limit']);
  const all = [...guild.members.values()].filter(({ user }) =>
    user.username.toLowerCase().startsWith(start),
  );
  return limit === 0 ? all : all.slice(0, limit);
}
