import { z } from 'zod';

/**
 * What Discord tells of people's deeds, the same over the gateway and over HTTP; only the fields that are used.
 * https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object
 */

const id = z.string().regex(/^\d{1,20}$/);

const user = z.object({ id, username: z.string().default(''), bot: z.boolean().optional() });

export const interaction = z.object({
  id,
  application_id: id,
  type: z.number(),
  token: z.string().min(1).max(2_000),
  guild_id: id.optional(),
  channel_id: id.optional(),
  channel: z.object({ id, type: z.number(), parent_id: id.nullish() }).optional(),
  member: z.object({ user }).optional(),
  user: user.optional(),
  message: z
    .object({
      id,
      flags: z.number().default(0),
      embeds: z.array(z.object({ footer: z.object({ text: z.string() }).optional() })).default([]),
    })
    .optional(),
  data: z.unknown(),
});
export type Interaction = z.output<typeof interaction>;

/** https://discord.com/developers/docs/interactions/receiving-and-responding#interaction-object-interaction-type */
export const interactionTypes = {
  ping: 1,
  command: 2,
  component: 3,
  autocomplete: 4,
  modal: 5,
} as const;

/** Types of channels that are threads. */
export const threadTypes: readonly number[] = [10, 11, 12];

const value = z.union([z.string(), z.number(), z.boolean()]).optional();

const option = z.object({ name: z.string(), value, focused: z.boolean().optional() });

export const command = z.object({
  name: z.string(),
  type: z.number().default(1),
  target_id: id.optional(),
  options: z.array(option.extend({ options: z.array(option).default([]) })).default([]),
});
export type CommandData = z.output<typeof command>;

export const component = z.object({
  custom_id: z.string(),
  values: z.array(z.string()).default([]),
});

export const attachment = z.object({
  filename: z.string().default(''),
  content_type: z.string().nullish(),
  size: z.number().default(0),
  url: z.string(),
});

const said = z.object({
  id,
  channel_id: id.optional(),
  content: z.string().default(''),
  timestamp: z.string().default(''),
  author: user,
  webhook_id: id.optional(),
  attachments: z.array(attachment).default([]),
});
export type Said = z.output<typeof said>;

export const pinned = z.object({
  target_id: id,
  resolved: z.object({ messages: z.record(z.string(), said) }),
});

/** A message somebody wrote: https://discord.com/developers/docs/events/gateway-events#message-create */
export const messageCreated = said.extend({ channel_id: id, guild_id: id.optional() });
export type MessageCreated = z.output<typeof messageCreated>;

/** The fields of a form, however deep they stand. */
export function submitted(data: unknown): { readonly id: string; readonly values: Values } {
  const read = component.safeParse(data);
  const values: Record<string, string> = {};
  collect(data, values);
  return { id: read.success ? read.data.custom_id : '', values };
}

export type Values = Readonly<Record<string, string>>;

const field = z.object({
  custom_id: z.string(),
  value: z.string().optional(),
  values: z.array(z.string()).optional(),
});
const holder = z.object({
  components: z.array(z.unknown()).optional(),
  component: z.unknown().optional(),
});

function collect(part: unknown, values: Record<string, string>): void {
  const read = field.safeParse(part);
  if (read.success) {
    const { custom_id, value: typed, values: chosen } = read.data;
    const given = typed ?? chosen?.[0];
    if (given !== undefined) values[custom_id] = given;
  }
  const below = holder.safeParse(part);
  if (!below.success) return;
  for (const each of below.data.components ?? []) collect(each, values);
  if (below.data.component !== undefined) collect(below.data.component, values);
}
