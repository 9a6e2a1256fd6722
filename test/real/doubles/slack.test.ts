import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outcomeOf } from '../../fakes/slack/given.ts';
import { type Door, openEmulate, openFake } from './slack-doors.ts';

// What our fake answers against what a double of somebody else answers: the same client, the same calls, and of the
// answers what a program can rely on. What only one of them plays (rates, Block Kit, presses) is no part of it.
let ours: Door;
let theirs: Door;

beforeAll(async () => {
  [ours, theirs] = await Promise.all([openFake(), openEmulate()]);
});

afterAll(async () => {
  await ours?.close();
  await theirs?.close();
});

type Flow = (door: Door) => Promise<unknown>;

const say = (door: Door, more: { readonly [key: string]: unknown } = {}) =>
  door.client.chat.postMessage({ channel: door.ops, text: 'hello', ...more });

const history = (door: Door, more: { readonly [key: string]: unknown } = {}) =>
  door.client.conversations.history({ channel: door.ops, ...more });

const posting: Readonly<Record<string, Flow>> = {
  async 'a message and its answer'(door) {
    const answer = await say(door, { text: 'a & b <https://example.com|link>' });
    return {
      here: answer.channel === door.ops,
      ts: /^\d{10}\.\d{6}$/.test(String(answer.ts)),
      same: answer.message?.ts === answer.ts,
      text: answer.message?.text,
      type: answer.message?.type,
    };
  },
  async 'blocks, attachments and metadata come back'(door) {
    const metadata = { event_type: 'incident', event_payload: { key: 'k1' } };
    await say(door, {
      text: 'with everything',
      blocks: [{ type: 'divider', block_id: 'line' }],
      attachments: [{ text: 'attached' }],
      metadata,
    });
    const { messages = [] } = await history(door, { limit: 1, include_all_metadata: true });
    const [message] = messages;
    return [message?.blocks, message?.attachments?.[0]?.text, message?.metadata];
  },
  async 'a thread: its root counts, its replies follow'(door) {
    const root = await say(door, { text: 'root' });
    for (const text of ['one', 'two']) await say(door, { text, thread_ts: root.ts });
    const ts = String(root.ts);
    const { messages = [] } = await door.client.conversations.replies({ channel: door.ops, ts });
    const { messages: seen = [] } = await history(door, { limit: 1 });
    return [messages.map(({ text }) => text), seen[0]?.text, seen[0]?.reply_count];
  },
  async 'a reply to a message that nobody knows is taken'(door) {
    const answer = await say(door, { thread_ts: '1.000001' });
    return [answer.ok, answer.message?.thread_ts];
  },
  async 'an ephemeral message, which no history keeps'(door) {
    const posted = await door.client.chat.postEphemeral({
      channel: door.ops,
      user: door.ana,
      text: 'for you alone',
    });
    const { messages = [] } = await history(door);
    return [typeof posted.message_ts, messages.some(({ text }) => text === 'for you alone')];
  },
  async 'a text of 41,000 characters'(door) {
    const answer = await say(door, { text: 'x'.repeat(41_000) });
    const warnings = answer.response_metadata?.warnings;
    return [answer.message?.text?.length, warnings];
  },
};

const changing: Readonly<Record<string, Flow>> = {
  async 'an edit'(door) {
    const { ts } = await say(door, { blocks: [{ type: 'divider' }] });
    const answer = await door.client.chat.update({
      channel: door.ops,
      ts: String(ts),
      text: 'newer',
    });
    const { messages = [] } = await history(door, { limit: 1 });
    const [message] = messages;
    return [
      answer.text,
      answer.ts === ts,
      message?.text,
      message?.blocks,
      'edited' in { ...message },
    ];
  },
  async 'an edit of what is not there, or not ours'(door) {
    const hers = await door.other.chat.postMessage({ channel: door.ops, text: 'mine' });
    const edit = (ts: string) =>
      outcomeOf(door.client.chat.update({ channel: door.ops, ts, text: 'x' }));
    return [await edit('1.000001'), await edit(String(hers.ts))];
  },
  async 'a deletion, and one more'(door) {
    const { ts } = await say(door, { text: 'soon gone' });
    const remove = () => outcomeOf(door.client.chat.delete({ channel: door.ops, ts: String(ts) }));
    const outcomes = [await remove(), await remove()];
    const { messages = [] } = await history(door);
    return [outcomes, messages.some(({ text }) => text === 'soon gone')];
  },
  async 'App Home: only the newest version may be replaced'(door) {
    const publish = (hash?: string) =>
      door.client.views.publish({
        user_id: door.ana,
        view: { type: 'home', blocks: [{ type: 'divider' }] },
        ...(hash ? { hash } : {}),
      });
    const { view } = await publish();
    const hash = String(view?.hash);
    return [view?.type, await outcomeOf(publish(hash)), await outcomeOf(publish(hash))];
  },
};

const reading: Readonly<Record<string, Flow>> = {
  async 'a history in pages, newest first'(door) {
    for (let index = 0; index < 5; index += 1) await say(door, { text: `page ${index}` });
    const texts: unknown[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 3; page += 1) {
      const answer = await history(door, { limit: 2, ...(cursor ? { cursor } : {}) });
      texts.push(answer.messages?.map(({ text }) => text));
      cursor = answer.response_metadata?.next_cursor;
      texts.push(answer.has_more, Boolean(cursor));
    }
    return texts.flat().filter((one) => typeof one !== 'string' || one.startsWith('page'));
  },
  async 'a channel and its members'(door) {
    const { channel } = await door.client.conversations.info({ channel: door.ops });
    const old = await door.client.conversations.info({ channel: door.archived });
    const { members = [] } = await door.client.conversations.members({ channel: door.ops });
    return [
      channel?.name,
      channel?.is_archived,
      old.channel?.is_archived,
      members.includes(door.ana),
    ];
  },
  async 'a person'(door) {
    const { user } = await door.client.users.info({ user: door.ana });
    return [user?.name, user?.is_bot, user?.deleted];
  },
  async 'a direct message, which is the same when opened again'(door) {
    const open = async () =>
      (await door.client.conversations.open({ users: door.ana })).channel?.id;
    const [first, second] = [await open(), await open()];
    return [/^D/.test(String(first)), first === second];
  },
  async 'a link to a message'(door) {
    const { ts } = await say(door);
    const { permalink } = await door.client.chat.getPermalink({
      channel: door.ops,
      message_ts: String(ts),
    });
    return permalink?.endsWith(`/archives/${door.ops}/p${String(ts).replace('.', '')}`);
  },
};

const files: Readonly<Record<string, Flow>> = {
  async 'an upload in its three steps, into a thread'(door) {
    const root = await say(door, { text: 'here come files' });
    await door.client.files.uploadV2({
      channel_id: door.ops,
      thread_ts: String(root.ts),
      filename: 'graph.png',
      title: 'The last hour',
      file: Buffer.from('pixels'),
      initial_comment: 'look',
    });
    const ts = String(root.ts);
    const { messages = [] } = await door.client.conversations.replies({ channel: door.ops, ts });
    const [, reply] = messages;
    const [file] = reply?.files ?? [];
    const known = await door.client.files.info({ file: String(file?.id) });
    const url = String(known.file?.url_private_download);
    const bearer = { authorization: `Bearer ${door.client.token}` };
    const bytes = await (await fetch(url, { headers: bearer })).text();
    return [reply?.text, file?.name, file?.title, file?.mimetype, known.file?.size, bytes];
  },
  async 'an upload that brings no bytes'(door) {
    const asked = await door.client.files.getUploadURLExternal({ filename: 'a.txt', length: 3 });
    const id = String(asked.file_id);
    const complete = door.client.files.completeUploadExternal({ files: [{ id, title: 'a' }] });
    const unknown = door.client.files.info({ file: 'F0NOBODY' });
    return [await outcomeOf(complete), await outcomeOf(unknown)];
  },
};

const refusals: Readonly<Record<string, Flow>> = {
  'an unknown channel': (door) => outcomeOf(say(door, { channel: 'C0NOWHERE' })),
  'no channel': (door) => outcomeOf(door.client.apiCall('chat.postMessage', { text: 'x' })),
  'an archived channel': (door) => outcomeOf(say(door, { channel: door.archived })),
  'no text': (door) => outcomeOf(say(door, { text: '' })),
  'an unknown person': (door) => outcomeOf(door.client.users.info({ user: 'U0NOBODY' })),
  'nobody to talk to': (door) => outcomeOf(door.client.apiCall('conversations.open', {})),
  'a history of nowhere': (door) => outcomeOf(history(door, { channel: 'C0NOWHERE' })),
  async 'a scope that is missing'(door) {
    const call = door.reader.chat.postMessage({ channel: door.ops, text: 'x' });
    const error: unknown = await call.catch((thrown: unknown) => thrown);
    return Object.fromEntries(
      Object.entries({ ...(error as { data?: object }).data }).filter(([name]) =>
        ['error', 'needed', 'ok'].includes(name),
      ),
    );
  },
};

describe.each(Object.entries({ posting, changing, reading, files, refusals }))(
  '%s',
  (_name, flows) => {
    it.each(Object.keys(flows))('%s is the same in both', async (name) => {
      const flow = flows[name];
      if (!flow) throw new Error(`No flow ${name}.`);
      const [here, there] = [await flow(ours), await flow(theirs)];
      expect(here).toEqual(there);
      expect(here).toBeDefined();
    });
  },
);
