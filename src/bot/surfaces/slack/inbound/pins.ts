import type { Pin } from '../../../chat.ts';
import { copyImages } from '../files.ts';
import { isSlacks } from '../network.ts';
import { messagesSchema, permalinkSchema, type SlackMessage } from '../schema.ts';
import type { Workspace } from '../workspace.ts';
import { type Acknowledge, type At, isHeard, personOf, take, threadOf } from './deeds.ts';
import { typedText } from './lines.ts';
import type { ShortcutBody } from './schema.ts';

/** "Pin to timeline" in the menu of a message. */
export async function takeShortcut(
  at: At,
  body: ShortcutBody,
  acknowledge: Acknowledge,
): Promise<void> {
  const channel = body.channel.id;
  const root = body.message.thread_ts ?? body.message.ts;
  const inThread = root !== body.message.ts;
  const origin = { user: body.user.id, channel, root, inThread, responseUrl: body.response_url };
  if (!(await isHeard(at, origin, acknowledge))) return;
  const pin = await pinOf(at, channel, body.message);
  const thread = threadOf(at.workspace, origin, '');
  const deed = { kind: 'pin', pin, thread, cause: pinCause(body.message, channel) } as const;
  await take(at, { origin, deed }, acknowledge);
}

/** One message is pinned once, however often and by however many. */
export function pinCause({ ts }: Pick<SlackMessage, 'ts'>, channel: string): string {
  return `pin/${channel}/${ts}`;
}

export interface Pinned {
  readonly message: SlackMessage;
  readonly thread: string;
  readonly root: string;
}

/** The message that somebody put a pin on; undefined outside the threads of incidents. Slack asks again when it fails. */
export async function findPinned(
  workspace: Workspace,
  { channel, ts }: { readonly channel: string; readonly ts: string },
): Promise<Pinned | undefined> {
  const { call } = await workspace.client();
  const args = { channel, ts, oldest: ts, latest: ts, inclusive: true, limit: 1 };
  const called = await call('conversations.replies', args, messagesSchema);
  if (!called.ok) {
    if (called.failure.kind === 'refused') return undefined;
    throw new Error(`the pinned message could not be read: ${called.failure.kind}`);
  }
  const message = called.value.messages.find((one) => one.ts === ts);
  const root = message?.thread_ts ?? ts;
  const thread = threadOf(workspace, { channel, root }, '');
  return message && thread !== '' ? { message, thread, root } : undefined;
}

/** What is kept of a message: who said it when, its words, its images, and where it stands. */
export async function pinOf(
  { workspace, members }: At,
  channel: string,
  message: SlackMessage,
): Promise<Pin> {
  const { options } = workspace;
  const author = message.user ?? message.bot_id ?? '';
  const [authorName, images, link] = await Promise.all([
    message.user === undefined ? (message.username ?? author) : members.nameOf(message.user),
    copyImages(workspace, message.files, (url) => isSlacks(url, options.api)),
    linkTo(workspace, channel, message.ts),
  ]);
  const missed = images.missed.map((name) => `[image not copied: ${name}]`);
  const others = message.files
    .filter(({ mimetype }) => mimetype?.startsWith('image/') !== true)
    .map(({ name, id }) => `[file: ${name ?? id}]`);
  const known = await workspace.identity();
  const ours = personOf(workspace);
  const said = typedText(message.text, (user) =>
    known.ok && user === known.identity.user ? 'tocsin' : ours(user),
  );
  return {
    author: `${options.team}/${author}`,
    authorName,
    at: Math.floor(Number(message.ts) * 1000),
    text: [said, ...missed, ...others].filter((part) => part !== '').join('\n'),
    link,
    images: images.digests,
  };
}

async function linkTo({ client }: Workspace, channel: string, ts: string): Promise<string> {
  const { call } = await client();
  const called = await call('chat.getPermalink', { channel, message_ts: ts }, permalinkSchema);
  return called.ok ? called.value.permalink : '';
}
