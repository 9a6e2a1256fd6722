import { z } from 'zod';
import { messageSchema } from '../schema.ts';

/** What Slack hands us, with the fields that are read and no others. Whatever does not fit is nothing we take. */
const idOf = z.object({ id: z.string() });

const commandSchema = z.object({
  command: z.string(),
  text: z.string().default(''),
  team_id: z.string(),
  user_id: z.string(),
  channel_id: z.string(),
  trigger_id: z.string(),
  response_url: z.string().default(''),
});

const user = z.object({ id: z.string(), team_id: z.string().optional() });

const actionsSchema = z.object({
  type: z.literal('block_actions'),
  team: idOf.nullish(),
  user,
  trigger_id: z.string(),
  response_url: z.string().default(''),
  container: z.object({
    type: z.string(),
    message_ts: z.string().optional(),
    channel_id: z.string().optional(),
    thread_ts: z.string().optional(),
    view_id: z.string().optional(),
    is_ephemeral: z.boolean().default(false),
  }),
  message: z.object({ thread_ts: z.string().optional() }).optional(),
  view: z
    .object({ id: z.string(), type: z.string(), private_metadata: z.string().default('') })
    .optional(),
  actions: z.array(
    z.object({
      action_id: z.string(),
      action_ts: z.string(),
      value: z.string().optional(),
      selected_option: z.object({ value: z.string() }).nullish(),
    }),
  ),
});

const submissionSchema = z.object({
  type: z.literal('view_submission'),
  team: idOf.nullish(),
  user,
  view: z.object({
    id: z.string(),
    callback_id: z.string(),
    private_metadata: z.string().default(''),
    state: z.object({
      values: z.record(
        z.string(),
        z.record(
          z.string(),
          z.object({
            value: z.string().nullish(),
            selected_option: z.object({ value: z.string() }).nullish(),
          }),
        ),
      ),
    }),
  }),
});

const shortcutSchema = z.object({
  type: z.literal('message_action'),
  callback_id: z.string(),
  team: z.object({ id: z.string(), domain: z.string().default('') }).nullish(),
  user,
  channel: idOf,
  response_url: z.string().default(''),
  message: messageSchema,
});

const authorizations = z.array(z.object({ team_id: z.string().nullish() })).default([]);

const eventSchema = z.object({
  type: z.literal('event_callback'),
  event_id: z.string(),
  team_id: z.string().nullish(),
  context_team_id: z.string().nullish(),
  authorizations,
  event: z.discriminatedUnion('type', [
    z.object({
      type: z.literal('app_mention'),
      user: z.string().optional(),
      bot_id: z.string().optional(),
      user_team: z.string().optional(),
      text: z.string(),
      ts: z.string(),
      thread_ts: z.string().optional(),
      channel: z.string(),
    }),
    z.object({
      type: z.literal('reaction_added'),
      user: z.string(),
      reaction: z.string(),
      item: z.object({
        type: z.string(),
        channel: z.string().optional(),
        ts: z.string().optional(),
      }),
    }),
    z.object({
      type: z.literal('user_change'),
      user: z.object({ id: z.string(), deleted: z.boolean().default(false) }),
    }),
    z.object({
      type: z.literal('app_home_opened'),
      user: z.string(),
      tab: z.string().default('home'),
    }),
  ]),
});

export const bodySchema = z.union([
  commandSchema,
  actionsSchema,
  submissionSchema,
  shortcutSchema,
  eventSchema,
]);

export type CommandBody = z.output<typeof commandSchema>;
export type ActionsBody = z.output<typeof actionsSchema>;
export type SubmissionBody = z.output<typeof submissionSchema>;
export type ShortcutBody = z.output<typeof shortcutSchema>;
export type EventBody = z.output<typeof eventSchema>;
export type Body = z.output<typeof bodySchema>;

/** Who may be meant, even in a body that is none of the above. */
export const whoseSchema = z.object({
  type: z.string().optional(),
  challenge: z.string().optional(),
  ssl_check: z.string().optional(),
  team_id: z.string().nullish(),
  team: idOf.nullish(),
  context_team_id: z.string().nullish(),
  authorizations,
  response_url: z.string().optional(),
});

/** What we put into a view ourselves and get back with what is entered there. */
export const viewNoteSchema = z.object({
  c: z.string(),
  r: z.string(),
  /** It was opened in the thread of that root. */
  n: z.boolean().default(false),
  u: z.string(),
  t: z.string(),
  /** A form: its title and the line as far as it was typed. */
  f: z.object({ title: z.string(), line: z.string() }).optional(),
  /** A fresh rendering: what its button says, and the digest of what was shown. */
  p: z.object({ value: z.string(), digest: z.string() }).optional(),
});

export type ViewNote = z.output<typeof viewNoteSchema>;

export const payloadSchema = z.object({ payload: z.string() });
