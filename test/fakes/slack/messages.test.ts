import type { webApi } from '@slack/bolt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientOf, outcomeOf, type Shop, startShop } from './given.ts';
import { recordOf, recordsOf } from './json.ts';

let at: Shop;

beforeEach(async () => {
  at = await startShop({ rates: 'unlimited' });
});

afterEach(() => at.slack.close());

async function say(
  more: { readonly [key: string]: unknown } = {},
): Promise<webApi.ChatPostMessageResponse> {
  return at.client.apiCall('chat.postMessage', { channel: at.ops.id, text: 'hello', ...more });
}

describe('tokens and scopes', () => {
  it.each([
    ['xoxb-nobody', 'invalid_auth'],
    ['', 'not_authed'],
  ])('refuses the token "%s" with %s', async (token, error) => {
    const stranger = clientOf(at.slack, token);
    expect(await outcomeOf(stranger.auth.test())).toBe(error);
  });

  it('tells who the bot is', async () => {
    expect(await at.client.auth.test()).toMatchObject({
      ok: true,
      team_id: at.shop.id,
      user_id: at.shop.botUser,
      bot_id: at.shop.botId,
    });
  });

  it('keeps the two kinds of tokens apart', async () => {
    const app = clientOf(at.slack, at.slack.appToken);
    expect(await outcomeOf(at.client.apps.connections.open())).toBe('not_allowed_token_type');
    expect(await outcomeOf(app.auth.test())).toBe('not_allowed_token_type');
  });

  it('names the scope that is missing', async () => {
    at.shop.revokesScope('chat:write');
    await expect(say()).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'chat:write' },
    });
    at.shop.revokesScope('groups:history');
    const secret = at.shop.channel('secret', { private: true });
    const read = at.client.conversations.history({ channel: secret.id });
    await expect(read).rejects.toMatchObject({ data: { needed: 'groups:history' } });
  });

  it('knows a token no more once the app is uninstalled', async () => {
    await at.shop.revokesToken();
    expect(await outcomeOf(say())).toBe('token_revoked');
  });
});

describe('posting', () => {
  it('takes an id, a name and a person', async () => {
    await say({ text: 'by id' });
    await say({ channel: '#ops', text: 'by name' });
    expect(at.shop.channelText(at.ops)).toMatch(/tocsin: by id\n.*tocsin: by name$/);
    const direct = await say({ channel: at.ana.id, text: 'for you alone' });
    expect(String(direct.channel)).toMatch(/^D/);
  });

  it.each([
    ['channel_not_found', { channel: 'C0NOWHERE' }],
    ['no_text', { text: '' }],
    ['invalid_blocks_format', { blocks: 'not json' }],
    ['too_many_attachments', { attachments: Array.from({ length: 101 }, () => ({ text: 'x' })) }],
    ['markdown_text_conflict', { markdown_text: '# x' }],
    ['invalid_metadata_format', { metadata: '[1' }],
    ['invalid_metadata_schema', { metadata: { event_type: 'incident' } }],
    [
      'metadata_too_large',
      { metadata: { event_type: 'x', event_payload: { y: 'z'.repeat(9_000) } } },
    ],
  ])('refuses with %s', async (error, more) => {
    expect(await outcomeOf(say(more))).toBe(error);
    expect(at.ops.messages).toHaveLength(0);
  });

  it('knows where the bot may speak', async () => {
    await at.shop.kicks(at.ops);
    expect(await outcomeOf(say())).toBe('not_in_channel');
    await at.client.conversations.join({ channel: at.ops.id }).then(() => say());
    const secret = at.shop.channel('secret', { private: true, bot: false });
    expect(await outcomeOf(say({ channel: secret.id }))).toBe('channel_not_found');
    await at.shop.archives(at.ops);
    expect(await outcomeOf(say())).toBe('is_archived');
    await at.shop.deletesChannel(at.ops);
    expect(await outcomeOf(say())).toBe('channel_not_found');
  });

  it('cuts 40,000 characters silently, with a warning in the answer', async () => {
    const answer = await say({ text: 'x'.repeat(41_000) });
    expect(answer.response_metadata?.warnings).toEqual(['message_truncated']);
    expect(at.ops.messages[0]?.text).toHaveLength(40_000);
  });

  it('hangs a reply below its root, and shows it in the channel only when asked', async () => {
    const root = await say({ text: 'root' });
    await say({ text: 'reply', thread_ts: root.ts });
    await say({ text: 'loud reply', thread_ts: root.ts, reply_broadcast: true });
    const history = await at.client.conversations.history({ channel: at.ops.id });
    expect(history.messages?.map(({ text }) => text)).toEqual(['loud reply', 'root']);
    expect(history.messages?.[1]).toMatchObject({ reply_count: 2, thread_ts: root.ts });
  });

  it('shows an ephemeral message to one person and to nobody else', async () => {
    const { ops, client, ana, ben } = at;
    await client.chat.postEphemeral({ channel: ops.id, user: ana.id, text: 'only you' });
    expect(ana.sees(ops)).toEqual(['only you']);
    expect(ben.sees(ops)).toEqual([]);
    expect((await client.conversations.history({ channel: ops.id })).messages).toEqual([]);
    const outsider = at.shop.person('eve', { kind: 'single-channel-guest' });
    const call = client.chat.postEphemeral({ channel: ops.id, user: outsider.id, text: 'x' });
    expect(await outcomeOf(call)).toBe('user_not_in_channel');
  });
});

it('shows an ephemeral message in a thread only once somebody has replied there', async () => {
  const { ops, client, ana } = at;
  const root = await say({ text: 'root' });
  const hint = { channel: ops.id, user: ana.id, thread_ts: String(root.ts) };
  await client.chat.postEphemeral({ ...hint, text: 'too early' });
  await say({ text: 'reply', thread_ts: root.ts });
  await client.chat.postEphemeral({ ...hint, text: 'now' });
  expect(ana.sees(ops)).toEqual(['now']);
});

describe('editing and deleting', () => {
  const update = (more: { readonly [key: string]: unknown }) =>
    at.client.apiCall('chat.update', { channel: at.ops.id, ...more });

  it('changes what stands there, and nobody is notified again', async () => {
    const posted = await say({ text: `<@${at.ana.id}> look` });
    await update({ ts: posted.ts, text: `<@${at.ben.id}> look` });
    const [message] = at.ops.messages;
    expect(message?.text).toBe(`<@${at.ben.id}> look`);
    expect([...(message?.pinged ?? [])]).toEqual([at.ana.id]);
    expect(message?.versions).toHaveLength(2);
  });

  it('takes the blocks away when only a text comes, and keeps the metadata', async () => {
    const { ts } = await say({
      blocks: [{ type: 'divider' }],
      metadata: { event_type: 'incident', event_payload: { key: 'k' } },
    });
    await update({ ts, text: 'only text' });
    expect(at.ops.messages[0]).toMatchObject({
      blocks: [],
      metadata: { event_payload: { key: 'k' } },
    });
  });

  it('refuses what is too long, gone, or somebody else’s', async () => {
    const { ts } = await say();
    expect(await outcomeOf(update({ ts, text: 'x'.repeat(4_001) }))).toBe('msg_too_long');
    expect(await outcomeOf(update({ ts: '1.000001', text: 'x' }))).toBe('message_not_found');
    const hers = await at.ana.says('mine', at.ops);
    expect(await outcomeOf(update({ ts: hers.ts, text: 'x' }))).toBe('cant_update_message');
    const remove = at.client.chat.delete({ channel: at.ops.id, ts: hers.ts });
    expect(await outcomeOf(remove)).toBe('cant_delete_message');
    await at.shop.archives(at.ops);
    expect(await outcomeOf(update({ ts, text: 'x' }))).toBe('is_inactive');
  });

  it('leaves a stone where a root had replies, and nothing where it had none', async () => {
    const root = await say({ text: 'root' });
    const alone = await say({ text: 'alone' });
    await say({ text: 'reply', thread_ts: root.ts });
    for (const { ts } of [root, alone]) {
      await at.client.chat.delete({ channel: at.ops.id, ts: String(ts) });
    }
    const history = await at.client.conversations.history({ channel: at.ops.id });
    expect(history.messages?.map(({ subtype }) => subtype)).toEqual(['tombstone']);
    const again = at.client.chat.delete({ channel: at.ops.id, ts: String(root.ts) });
    expect(await outcomeOf(again)).toBe('message_not_found');
  });

  it('links to a message, and to a reply within its thread', async () => {
    const root = await say();
    const reply = await say({ thread_ts: root.ts });
    const link = await at.client.chat.getPermalink({
      channel: at.ops.id,
      message_ts: String(reply.ts),
    });
    expect(link.permalink).toContain(`?thread_ts=${root.ts}&cid=${at.ops.id}`);
  });
});

describe('reading', () => {
  it('pages a history backwards, within bounds, with metadata only when asked', async () => {
    const posted: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      const metadata = { event_type: 'incident', event_payload: { key: `k${index}` } };
      posted.push(String((await say({ text: `m${index}`, metadata })).ts));
    }
    const seen: unknown[] = [];
    const pages = at.client.paginate('conversations.history', { channel: at.ops.id, limit: 2 });
    for await (const page of pages) seen.push(listIn(page, 'messages').length);
    expect(seen).toEqual([2, 2, 1]);
    const bounded = await at.client.conversations.history({
      channel: at.ops.id,
      oldest: String(posted[1]),
      latest: String(posted[3]),
      include_all_metadata: true,
    });
    expect(bounded.messages?.map(({ metadata }) => metadata?.event_payload)).toEqual([
      { key: 'k2' },
    ]);
    const plain = await at.client.conversations.history({ channel: at.ops.id, limit: 1 });
    expect(plain.messages?.[0]?.metadata).toBeUndefined();
    const bad = at.client.conversations.history({ channel: at.ops.id, cursor: 'eA==' });
    expect(await outcomeOf(bad)).toBe('invalid_cursor');
  });

  it('reads a thread from its root on', async () => {
    const root = await say({ text: 'root' });
    for (const text of ['a', 'b', 'c']) await say({ text, thread_ts: root.ts });
    const read = (more: object) =>
      at.client.conversations.replies({ channel: at.ops.id, ts: String(root.ts), ...more });
    const first = await read({ limit: 2 });
    expect(first.messages?.map(({ text }) => text)).toEqual(['root', 'a', 'b']);
    const rest = await read({ limit: 2, cursor: first.response_metadata?.next_cursor });
    expect(rest.messages?.map(({ text }) => text)).toEqual(['root', 'c']);
    const gone = at.client.conversations.replies({ channel: at.ops.id, ts: '1.000001' });
    expect(await outcomeOf(gone)).toBe('thread_not_found');
  });

  it('lists the channels that the bot can see, page by page', async () => {
    for (let index = 0; index < 4; index += 1) at.shop.channel(`room-${index}`);
    at.shop.channel('secret', { private: true, bot: false });
    const names: unknown[] = [];
    const pages = at.client.paginate('conversations.list', {
      limit: 2,
      types: 'public_channel,private_channel',
    });
    for await (const page of pages) names.push(...listIn(page, 'channels').map(({ name }) => name));
    expect(names).toEqual(['ops', 'room-0', 'room-1', 'room-2', 'room-3']);
  });

  it('tells guests and strangers from members, and who is in a group', async () => {
    const shared = at.shop.channel('with-partner', { shared: true });
    const guest = at.shop.person('gus', { kind: 'guest' });
    const stranger = at.shop.person('pat', { kind: 'stranger' });
    const kindOf = async (user: string) => (await at.client.users.info({ user })).user;
    expect(await kindOf(guest.id)).toMatchObject({ is_restricted: true, team_id: at.shop.id });
    expect(await kindOf(stranger.id)).toMatchObject({ is_stranger: true });
    expect((await kindOf(stranger.id))?.team_id).not.toBe(at.shop.id);
    expect(shared.members.has(stranger.id)).toBe(true);
    expect(at.ops.members.has(stranger.id)).toBe(false);

    const sre = at.shop.group('sre', [at.ana]);
    const members = await at.client.usergroups.users.list({ usergroup: sre.id });
    expect(members.users).toEqual([at.ana.id]);
    at.shop.state.paid = false;
    const unpaid = at.client.usergroups.users.list({ usergroup: sre.id });
    expect(await outcomeOf(unpaid)).toBe('plan_upgrade_required');
  });
});

describe('files', () => {
  it('takes an upload in its three steps and shows it in a thread', async () => {
    const root = await say({ text: 'root' });
    await at.client.files.uploadV2({
      channel_id: at.ops.id,
      thread_ts: String(root.ts),
      filename: 'graph.png',
      file: Buffer.from('PNG…'),
      initial_comment: 'the last hour',
    });
    expect(at.shop.channelText(at.ops)).toContain('the last hour\n      (file graph.png)');
  });

  it('gives a private file to whoever may see it, and a page to sign in to everybody else', async () => {
    const message = await at.ana.uploads(
      { name: 'shot.png', mimetype: 'image/png', bytes: Buffer.from('pixels') },
      at.ops,
    );
    const { file } = await at.client.files.info({ file: message.files[0]?.id ?? '' });
    const url = String(file?.url_private_download);
    const fetched = await fetch(url, { headers: { authorization: `Bearer ${at.shop.botToken}` } });
    expect(await fetched.text()).toBe('pixels');
    expect(await (await fetch(url)).text()).toContain('Sign in');
  });

  it('refuses an upload without bytes, and files that nobody shared with the bot', async () => {
    const { file_id: id } = await at.client.files.getUploadURLExternal({
      filename: 'a',
      length: 3,
    });
    const early = at.client.files.completeUploadExternal({
      files: [{ id: String(id), title: 'a' }],
    });
    expect(await outcomeOf(early)).toBe('file_not_found');
    const empty = at.client.files.getUploadURLExternal({ filename: 'a', length: 0 });
    expect(await outcomeOf(empty)).toBe('missing_argument');
  });
});

it('counts what it was asked, and how that ended', async () => {
  await say();
  await outcomeOf(say({ text: '' }));
  expect(at.slack.calls.map(({ method, outcome }) => `${method} ${outcome}`)).toEqual([
    'chat.postMessage ok',
    'chat.postMessage no_text',
  ]);
});

it('says unknown_method for what it does not play', async () => {
  expect(await outcomeOf(at.client.apiCall('chat.meMessage', {}))).toBe('unknown_method');
});

function listIn(page: object, name: string) {
  return recordsOf(recordOf(page)[name]);
}
