import type {
  Call,
  Ensured,
  EntryPost,
  Found,
  RootPost,
  Sought,
  Surface,
  Whisper,
} from '../../../core/ports/surface.ts';
import { channelGone } from './channels.ts';
import type { CallArguments } from './client.ts';
import { findPosts } from './history.ts';
import { isTokenRefused, type NotEnsured, notEnsured, refusal, slackProblem } from './outcome.ts';
import { createPictures } from './pictures.ts';
import { editByPress } from './press-edits.ts';
import { postEvent, readRef, refOf } from './refs.ts';
import { type Rendered, renderCard, renderEntry } from './render.ts';
import { doneSchema, postedSchema } from './schema.ts';
import type { Setting } from './spans.ts';
import type { Workspace } from './workspace.ts';

/** One call when told to, and what became of it. Nothing waits here and nothing is repeated. */
export function createOutbound(workspace: Workspace): Omit<Surface, 'close'> {
  const { options, account } = workspace;
  const { name } = options;
  const pictures = createPictures(workspace);

  async function ensureRoot(post: RootPost): Promise<Ensured> {
    const { incident, place, ref, card } = post;
    const setting = settingOf(workspace, { thread: incident, first: ref === undefined });
    const rendered = renderCard(card, setting);
    const message = { ...messageOf(rendered), metadata: metadata(incident, 'root') };
    return ref === undefined ? create('root', place, message) : edit(ref, place, message);
  }

  async function ensureEntry(post: EntryPost): Promise<Ensured> {
    const { incident, place, root, ref, entry } = post;
    const setting = settingOf(workspace, { thread: incident, first: ref === undefined });
    const rendered = renderEntry(entry, setting);
    const message = { ...messageOf(rendered), metadata: metadata(incident, entry.key) };
    if (ref !== undefined) return edit(ref, place, message);
    const { channel, ts } = readRef(root);
    const picture = entry.kind === 'line' ? entry.picture : undefined;
    const pictureKey = `${incident} ${entry.key}`;
    const brought = picture ? await pictures.bring(pictureKey, picture) : 'none';
    if (brought === 'wait') return { ok: false, why: 'wait', afterMs: pictureAgainMs };
    const made = await create('reply', channel, { ...message, thread_ts: ts });
    if (made.ok && picture) {
      await pictures.show(pictureKey, brought, { channel: readRef(made.ref).channel, root: ts });
    }
    return made;
  }

  async function create(call: Call, place: string, message: CallArguments): Promise<Ensured> {
    const ready = await readyFor(place);
    if ('why' in ready) return ready;
    const args = { ...message, channel: ready.channel, unfurl_links: false, unfurl_media: false };
    const { call: ask } = await workspace.client();
    account.spend(call, keyOf(place));
    const called = await ask('chat.postMessage', args, postedSchema);
    if (called.ok) {
      account.answered();
      return { ok: true, ref: refOf(called.value) };
    }
    if (channelGone(called.failure)) workspace.channels.forget(place);
    return failed(called.failure, { call, place, method: 'chat.postMessage' });
  }

  async function edit(ref: string, place: string, message: CallArguments): Promise<Ensured> {
    const ready = await readyFor(readRef(ref).channel);
    if ('why' in ready) return ready;
    const byPress = await editByPress(workspace, ref, message);
    if (byPress) {
      return 'ok' in byPress ? byPress : failed(byPress, { place, method: 'response_url' });
    }
    // It was chosen for a way that is closed by now.
    const afterMs = account.wait('edit', keyOf(place));
    if (afterMs > 0) return { ok: false, why: 'wait', afterMs };
    const { call: ask } = await workspace.client();
    account.spend('edit', keyOf(place));
    const called = await ask('chat.update', { ...readRef(ref), ...message }, postedSchema);
    if (called.ok) {
      account.answered();
      return { ok: true, ref };
    }
    return failed(called.failure, { call: 'edit', place, method: 'chat.update' });
  }

  /** The workspace is ours, nothing says to leave Slack alone, and the channel is known by its id. */
  async function readyFor(place: string): Promise<{ readonly channel: string } | NotEnsured> {
    const pause = account.pause();
    if (pause > 0) return { ok: false, why: 'wait', afterMs: pause };
    const known = await workspace.identity();
    if (!known.ok) {
      if ('problem' in known) return { ok: false, why: 'lost', problem: known.problem };
      return unsent(known.failure, { place, method: 'auth.test' });
    }
    const found = await workspace.channels.idOf(place);
    if (!found.ok) return unsent(found.failure, { place, method: 'conversations.list' });
    if (found.value !== undefined) return { channel: found.value };
    const problem = slackProblem('SLACK_CHANNEL_NOT_FOUND', { surface: name, channel: place });
    return { ok: false, why: 'lost', problem };
  }

  interface Tried {
    /** Undefined for a call that no account is kept of. */
    readonly call?: Call;
    readonly place: string;
    readonly method: string;
  }

  function failed(failure: Parameters<typeof notEnsured>[0], tried: Tried): NotEnsured {
    if (failure.kind === 'limited' && tried.call !== undefined) {
      account.limited(tried.call, keyOf(tried.place), failure.afterMs);
    }
    if (failure.kind === 'unsent' || failure.kind === 'unanswered') account.failed();
    else account.answered();
    const attempt = { surface: name, method: tried.method, channel: tried.place };
    if (failure.kind === 'refused' && isTokenRefused(failure)) {
      workspace.disowned(refusal(failure, attempt));
    }
    return notEnsured(failure, attempt, Math.max(1_000, account.pause()));
  }

  /** Failed before there was anything to apply: then nothing can be in doubt. */
  function unsent(failure: Parameters<typeof notEnsured>[0], tried: Tried): NotEnsured {
    const outcome = failed(failure, tried);
    return outcome.why === 'unknown'
      ? { ok: false, why: 'wait', afterMs: Math.max(1_000, account.pause()) }
      : outcome;
  }

  /** The same channel under its name and under its id is one channel. */
  function keyOf(place: string): string {
    return workspace.channels.known(place) ?? place;
  }

  return {
    name,
    remembers: true,
    budget: {
      wait: (call, place, share) => account.wait(call, keyOf(place), share),
      isFree: (ref) => account.pause() === 0 && workspace.pressEdits.isFree(ref),
    },
    ensureRoot,
    ensureEntry,
    async find(sought: Sought): Promise<Found> {
      const place = sought.root === '' ? sought.place : readRef(sought.root).channel;
      const ready = await readyFor(place);
      if ('why' in ready) return ready;
      const found = await findPosts(workspace, sought, ready.channel);
      if (found.ok) return { ok: true, refs: found.value.map((ts) => refOf({ ...ready, ts })) };
      return unsent(found.failure, { place, method: found.method });
    },
    async remove(ref: string): Promise<Ensured> {
      const ready = await readyFor(readRef(ref).channel);
      if ('why' in ready) return ready;
      const { call } = await workspace.client();
      const called = await call('chat.delete', { ...readRef(ref) }, doneSchema);
      if (called.ok) return { ok: true, ref };
      const outcome = failed(called.failure, { place: ready.channel, method: 'chat.delete' });
      return outcome.why === 'gone' ? { ok: true, ref } : outcome;
    },
    whisper: (whisper) => sendWhisper(workspace, whisper, { readyFor, failed }),
  };
}

const pictureAgainMs = 5_000;

interface WhisperMeans {
  readonly readyFor: (place: string) => Promise<{ readonly channel: string } | NotEnsured>;
  readonly failed: (
    failure: Parameters<typeof notEnsured>[0],
    tried: { readonly place: string; readonly method: string },
  ) => NotEnsured;
}

/** Where they are, seen by them alone; in a message of their own when nobody knows where they are. */
async function sendWhisper(
  workspace: Workspace,
  { account, channel, root, thread: about = '', answer }: Whisper,
  { readyFor, failed }: WhisperMeans,
): Promise<Ensured> {
  const user = workspace.userOf(account);
  if (user === undefined) return { ok: false, why: 'gone' };
  const ready = await readyFor(channel === '' ? user : channel);
  if ('why' in ready) return ready;
  const setting = settingOf(workspace, { thread: about, first: false });
  const rendered = renderCard(answer.card, setting);
  const { call } = await workspace.client();
  const method = channel === '' ? 'chat.postMessage' : 'chat.postEphemeral';
  const thread = root === '' ? {} : { thread_ts: root.includes(':') ? readRef(root).ts : root };
  const args =
    channel === ''
      ? { ...messageOf(rendered), channel: user, unfurl_links: false, unfurl_media: false }
      : { ...messageOf(rendered), ...ready, user, ...thread };
  const called = await call(method, args, doneSchema);
  if (called.ok) return { ok: true, ref: '' };
  return failed(called.failure, { place: ready.channel, method });
}

/** The parts of a message that every way of sending one takes. Nothing in it is to be parsed. */
export function messageOf({ text, blocks }: Rendered): CallArguments {
  return { text, blocks, parse: 'none', link_names: false };
}

export function settingOf(
  { options, userOf }: Pick<Workspace, 'options' | 'userOf'>,
  { thread, first }: Pick<Setting, 'thread' | 'first'>,
): Setting {
  const { desk } = options;
  return {
    thread,
    first,
    userOf: (person) =>
      desk
        .accountsOf(person, 'slack')
        .map(userOf)
        .find((user) => user !== undefined),
    nameOf: (person) => desk.words.names.get(person) ?? person,
  };
}

function metadata(incident: string, key: string): object {
  return { event_type: postEvent, event_payload: { incident, key } };
}
