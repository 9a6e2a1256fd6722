import { z } from 'zod';

/** The few fields of Discord's answers and events that are used. https://discord.com/developers/docs/reference */

const id = z.string().regex(/^\d{1,20}$/);

/** What a 429 says in its body; nothing where it is a page of whatever stands between. */
export function limitOf(body: Uint8Array): {
  readonly retryAfterS?: number;
  readonly code?: number;
} {
  const read = limited.safeParse(jsonOf(body));
  if (!read.success) return {};
  const { retry_after: retryAfterS, code } = read.data;
  return {
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
    ...(code === undefined ? {} : { code }),
  };
}

const limited = z.object({
  retry_after: z.number().nonnegative().optional(),
  code: z.number().optional(),
});

export const posted = z.object({ id });

export const someone = z.object({ id, bot: z.boolean().optional() });

export const channel = z.object({
  id,
  type: z.number(),
  name: z.string().nullish(),
  guild_id: id.optional(),
  parent_id: id.nullish(),
  permission_overwrites: z
    .array(z.object({ id, type: z.number(), allow: z.string(), deny: z.string() }))
    .optional(),
});
export type Channel = z.output<typeof channel>;
export const channels = z.array(channel);

export const message = z.object({
  id,
  content: z.string().default(''),
  author: someone,
  embeds: z.array(z.object({ footer: z.object({ text: z.string() }).optional() })).default([]),
});
export const messages = z.array(message);
export type Message = z.output<typeof message>;

export function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
}

export const gatewayInfo = z.looseObject({
  url: z.string().regex(/^wss?:\/\//),
  shards: z.number(),
  session_start_limit: z.looseObject({ remaining: z.number(), reset_after: z.number() }),
});

export const dispatched = z.object({ data: z.object({ t: z.string(), d: z.unknown() }) });

export const closedEvent = z.object({ code: z.number() });

export const registeredCommands = z.array(
  z.looseObject({ name: z.string(), type: z.union([z.literal(1), z.literal(2), z.literal(3)]) }),
);

export const applicationSelf = z.object({ id, verify_key: z.string().optional() });

export const guildRoles = z.array(z.object({ id, permissions: z.string() }));

export const guildMember = z.object({ roles: z.array(id) });

/** `pending`: has not passed the screening of the guild yet. */
export const memberSchema = z.object({
  user: someone,
  roles: z.array(id).max(1_000),
  pending: z.boolean().default(false),
});

export const readyEvent = z.object({ user: someone });

export const guildGone = z.object({ id, unavailable: z.boolean().optional() });
