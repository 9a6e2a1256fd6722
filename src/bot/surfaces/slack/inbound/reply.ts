import type { Answer, Card, Picture } from '../../../../core/view/card.ts';
import { cardText } from '../../../../core/view/text.ts';
import { problemBlock, sentence } from '../../../../core/view/words.ts';
import { uploadText } from '../files.ts';
import { isSlacks } from '../network.ts';
import { messageOf, settingOf } from '../outbound.ts';
import { slackProblem } from '../outcome.ts';
import { createPictures } from '../pictures.ts';
import type { SlackProblem } from '../problems.ts';
import { problems } from '../problems.ts';
import { type Rendered, renderCard } from '../render.ts';
import { doneSchema, postedSchema } from '../schema.ts';
import type { Workspace } from '../workspace.ts';

/** Where somebody did something, and by which way they can be answered. */
export interface Origin {
  readonly user: string;
  /** '' where there is none: App Home. */
  readonly channel: string;
  /** `ts` of the thread it was done in; '' outside. */
  readonly root: string;
  /** It was done in the thread itself, not on the message that the thread hangs from, nor on one without a thread. */
  readonly inThread: boolean;
  /** Good for five answers in half an hour, by an allowance of its own; '' where Slack gave none. */
  readonly responseUrl: string;
}

/**
 * Says the answer: to the asker alone, or where it was asked. What goes to everybody stays among members of the workspace:
 * in a channel that is shared with others, and in one of which nobody knows, only the asker sees it.
 */
export async function reply(workspace: Workspace, origin: Origin, answer: Answer): Promise<void> {
  const isOpen = answer.to === 'thread' && (await isOurs(workspace, origin.channel));
  const kept = answer.to === 'thread' && !isOpen;
  const card = kept ? withProblem(answer.card, 'SLACK_OUTPUT_KEPT_PRIVATE') : answer.card;
  const rendered = renderCard(card, settingOf(workspace, { thread: '', first: false }));
  if (isOpen) {
    await say(workspace, origin, rendered);
    if (!rendered.whole) await attach(workspace, origin, card);
    if (answer.picture) await attachPicture(workspace, origin, answer.picture);
    return;
  }
  await whisper(workspace, origin, rendered);
  if (!rendered.whole) await attachAlone(workspace, origin, card);
}

/** A refusal in five parts, seen by the asker alone. */
export function refuse(workspace: Workspace, origin: Origin, code: SlackProblem): Promise<void> {
  return reply(workspace, origin, { to: 'asker', card: problemCard(code) });
}

export function problemCard(code: SlackProblem): Card {
  const { what } = problems[code];
  const block = problemBlock(slackProblem(code), { names: new Map(), book: problems });
  return {
    key: `problem/${code}`,
    tone: 'failed',
    mark: 'REFUSED',
    title: sentence(what),
    blocks: [{ ...block, what: '' }],
    actions: [],
    footnote: [],
  };
}

function withProblem(card: Card, code: SlackProblem): Card {
  const block = problemBlock(slackProblem(code), { names: new Map(), book: problems });
  return {
    ...card,
    blocks: [...card.blocks, { kind: 'text', text: sentence(`${block.what} ${block.why}`) }],
  };
}

/**
 * The thread in which only the asker is told; '' for the channel. Slack takes what is for one person in a thread that
 * nobody has opened yet, and shows it to nobody. https://docs.slack.dev/reference/methods/chat.postEphemeral
 */
export function whisperRoot({ root, inThread }: Pick<Origin, 'root' | 'inThread'>): string {
  return inThread ? root : '';
}

async function isOurs({ channels }: Workspace, channel: string): Promise<boolean> {
  return channel !== '' && (await channels.isShared(channel)) === false;
}

async function say(workspace: Workspace, origin: Origin, rendered: Rendered): Promise<void> {
  const thread = origin.root === '' ? {} : { thread_ts: origin.root };
  const inChannel = { response_type: 'in_channel', replace_original: false, ...thread };
  if (await respond(workspace, origin, { ...messageOf(rendered), ...inChannel })) return;
  const { call } = await workspace.client();
  workspace.account.spend(origin.root === '' ? 'root' : 'reply', origin.channel);
  const args = { ...messageOf(rendered), ...thread, channel: origin.channel };
  const unfurl = { unfurl_links: false, unfurl_media: false };
  const called = await call('chat.postMessage', { ...args, ...unfurl }, doneSchema);
  // The bot may not be where a slash command can be typed; the asker can still be told.
  if (!called.ok) await whisper(workspace, { ...origin, responseUrl: '' }, rendered);
}

async function whisper(workspace: Workspace, origin: Origin, rendered: Rendered): Promise<void> {
  const alone = { response_type: 'ephemeral', replace_original: false };
  if (await respond(workspace, origin, { ...messageOf(rendered), ...alone })) return;
  const { call } = await workspace.client();
  const { channel, user } = origin;
  const root = whisperRoot(origin);
  if (channel !== '' && !channel.startsWith('D')) {
    const thread = root === '' ? {} : { thread_ts: root };
    const args = { ...messageOf(rendered), channel, user, ...thread };
    const called = await call('chat.postEphemeral', args, doneSchema);
    if (called.ok) return;
  }
  const args = { ...messageOf(rendered), channel: user, unfurl_links: false, unfurl_media: false };
  await call('chat.postMessage', args, doneSchema);
}

/** https://docs.slack.dev/interactivity/handling-user-interaction#message_responses */
async function respond(workspace: Workspace, origin: Origin, message: object): Promise<boolean> {
  const { options } = workspace;
  if (!isSlacks(origin.responseUrl, options.api)) return false;
  const { network } = await workspace.client();
  try {
    const { status } = await network.bytes(origin.responseUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(message),
      max: 64 * 1024,
    });
    options.metrics.called(options.name, 'response_url', status === 200 ? 'ok' : 'refused');
    return status === 200;
  } catch {
    options.metrics.called(options.name, 'response_url', 'unknown');
    return false;
  }
}

/** The whole of what one person alone was told lies in their direct messages: Slack hangs no file on a whisper. */
async function attachAlone(workspace: Workspace, { user }: Origin, card: Card): Promise<void> {
  const { call } = await workspace.client();
  const text = 'The whole of an answer that did not fit where you asked:';
  const args = { channel: user, text, unfurl_links: false, unfurl_media: false };
  const posted = await call('chat.postMessage', args, postedSchema);
  if (!posted.ok) return;
  await attach(workspace, { channel: posted.value.channel, root: posted.value.ts }, card);
}

/** Nobody waits with it: the words have been said. */
async function attachPicture(
  workspace: Workspace,
  { channel, root }: Origin,
  picture: Picture,
): Promise<void> {
  const pictures = createPictures(workspace);
  await pictures.show('', await pictures.bring('', picture), { channel, root });
}

/** The whole of what was cut, as a file in the same thread. */
async function attach(
  workspace: Workspace,
  { channel, root }: Pick<Origin, 'channel' | 'root'>,
  card: Card,
): Promise<void> {
  const file = { name: 'whole.txt', title: 'The whole answer', text: cardText(card) };
  await uploadText(workspace, { channel, root }, file);
}
