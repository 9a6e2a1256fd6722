import type { Sought } from '../../../core/ports/surface.ts';
import type { Failure } from './client.ts';
import { postEvent, readRef } from './refs.ts';
import { messagesSchema, type SlackMessage } from './schema.ts';
import type { Identity, Workspace } from './workspace.ts';

export type FoundPosts =
  | { readonly ok: true; readonly value: readonly string[] }
  | { readonly ok: false; readonly failure: Failure; readonly method: string };

/** Two hundred a page, as Slack recommends: https://docs.slack.dev/reference/methods/conversations.history */
const pageSize = 200;
const pagesMax = 15;
/** Slack stamps a message by its own clock. */
const clockSkewMs = 120_000;

/** The posts of ours with that key, oldest first. Only what our own bot has written counts: metadata can be forged. */
export async function findPosts(
  workspace: Workspace,
  { incident, key, root, since }: Sought,
  channel: string,
): Promise<FoundPosts> {
  const { call } = await workspace.client();
  const known = await workspace.identity();
  const us = known.ok ? known.identity : undefined;
  const method = root === '' ? 'conversations.history' : 'conversations.replies';
  const found: string[] = [];
  let cursor = '';
  for (let page = 0; page < pagesMax; page += 1) {
    const args = {
      channel,
      oldest: String(Math.max(0, (since - clockSkewMs) / 1000)),
      inclusive: true,
      include_all_metadata: true,
      limit: pageSize,
      ...(root === '' ? {} : { ts: readRef(root).ts }),
      ...(cursor === '' ? {} : { cursor }),
    };
    const called = await call(method, args, messagesSchema);
    if (!called.ok) return { ok: false, failure: called.failure, method };
    for (const message of called.value.messages) {
      if (isOurs(message, us) && carries(message, incident, key)) found.push(message.ts);
    }
    cursor = called.value.response_metadata.next_cursor;
    if (cursor === '') break;
  }
  return { ok: true, value: [...new Set(found)].sort() };
}

/** Slack itself says who has written a message, by the user that a bot is or by the bot. */
function isOurs(message: SlackMessage, us: Identity | undefined): boolean {
  if (us === undefined) return false;
  return message.user === us.user || (us.bot !== '' && message.bot_id === us.bot);
}

function carries({ metadata }: SlackMessage, incident: string, key: string): boolean {
  if (metadata?.event_type !== postEvent) return false;
  const { event_payload: payload } = metadata;
  return payload['incident'] === incident && payload['key'] === key;
}
