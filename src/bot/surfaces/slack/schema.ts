import { z } from 'zod';

/** What a button of ours carries. It comes back from outside: nothing in it is trusted, and what does not fit is no press. */
const press = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('approve'), operation: z.string(), hash: z.string() }),
  z.object({ kind: z.literal('decline'), operation: z.string(), hash: z.string() }),
  z.object({ kind: z.literal('line'), line: z.string(), incident: z.string() }),
  z.object({ kind: z.literal('view'), operation: z.string() }),
  z.object({ kind: z.literal('want'), incident: z.string() }),
  z.object({ kind: z.literal('open'), url: z.string() }),
]);

export const pressValueSchema = z.object({
  p: press,
  k: z.string(),
  t: z.string(),
  f: z.literal(1).optional(),
});

/** `{ ok: false, error }`; an answer that was no JSON stands as text in `error`. */
export const answerSchema = z.object({
  error: z.string().transform((error) => (/^[a-z_]{1,60}$/.test(error) ? error : 'not_json')),
  needed: z.string().default(''),
});

/** Answers of the Web API, with the fields that are read and no others. */
const page = z.object({ next_cursor: z.string().default('') }).default({ next_cursor: '' });

export const channelListSchema = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string().default('') })),
  response_metadata: page,
});

export const channelSchema = z.object({
  channel: z.object({
    id: z.string(),
    name: z.string().default(''),
    is_archived: z.boolean().default(false),
    is_member: z.boolean().default(false),
    is_shared: z.boolean().default(false),
    is_ext_shared: z.boolean().default(false),
    is_org_shared: z.boolean().default(false),
  }),
});

export const postedSchema = z.object({ channel: z.string(), ts: z.string() });

export const doneSchema = z.object({ ok: z.literal(true) });

export const identitySchema = z.object({
  team_id: z.string(),
  user_id: z.string(),
  bot_id: z.string().default(''),
  url: z.string().default(''),
});

const fileSchema = z.object({
  id: z.string(),
  name: z.string().nullish(),
  mimetype: z.string().nullish(),
  size: z.number().nullish(),
  url_private: z.string().nullish(),
});

export type SlackFile = z.output<typeof fileSchema>;

export const messageSchema = z.object({
  ts: z.string(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  username: z.string().optional(),
  text: z.string().default(''),
  thread_ts: z.string().optional(),
  subtype: z.string().optional(),
  files: z.array(fileSchema).default([]),
  metadata: z
    .object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) })
    .optional(),
});

export type SlackMessage = z.output<typeof messageSchema>;

export const messagesSchema = z.object({
  messages: z.array(messageSchema),
  has_more: z.boolean().default(false),
  response_metadata: page,
});

export const permalinkSchema = z.object({ permalink: z.string() });

export const userSchema = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().default(''),
    name: z.string().default(''),
    real_name: z.string().nullish(),
    deleted: z.boolean().default(false),
    is_bot: z.boolean().default(false),
    is_restricted: z.boolean().default(false),
    is_ultra_restricted: z.boolean().default(false),
    is_stranger: z.boolean().default(false),
  }),
});

/** A user group is as large as a workspace at most; one of more would decide nothing. */
export const rosterSchema = z.object({ users: z.array(z.string().max(64)).max(20_000) });

export const uploadUrlSchema = z.object({ upload_url: z.string(), file_id: z.string() });

export const viewOpenedSchema = z.object({ view: z.object({ id: z.string() }) });

export const socketUrlSchema = z.object({ url: z.string() });

/** What Slack says on a socket before it closes it. */
export const disconnectSchema = z
  .string()
  .max(2_000)
  .transform((text, context) => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue('no JSON');
      return z.NEVER;
    }
  })
  .pipe(z.object({ type: z.literal('disconnect'), reason: z.string().default('') }));
