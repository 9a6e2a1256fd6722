import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../fakes/slack/index.ts';
import { incidentCard, lineEntry, planCard } from '../console/sample-cards.ts';
import { type Stage, startStage } from './stage.ts';

let stage: Stage;
let ops: Channel;

beforeEach(async () => {
  stage = await startStage();
  ops = stage.shop.channel('ops');
});
afterEach(() => stage.close());

const root = () => ({ incident: 'inc-1', place: '#ops', card: incidentCard, ref: undefined });

async function posted(): Promise<string> {
  const ensured = await stage.connection.surface.ensureRoot(root());
  if (!ensured.ok) throw new Error(JSON.stringify(ensured));
  return ensured.ref;
}

describe('a thread in Slack', () => {
  it('begins with a card in the channel that the configuration names', async () => {
    const ref = await posted();
    const [message] = stage.shop.roots(ops);
    expect(ref).toBe(`${ops.id}:${message?.ts}`);
    expect(stage.shop.channelText(ops)).toContain('CRITICAL · checkout is crash-looping');
  });

  it('takes the id of a channel as well as its name', async () => {
    expect(await stage.connection.surface.ensureRoot({ ...root(), place: ops.id })).toMatchObject({
      ok: true,
    });
    expect(stage.slack.calls.some(({ method }) => method === 'conversations.list')).toBe(false);
  });

  it('asks for the names of channels once', async () => {
    await posted();
    await posted();
    const lists = stage.slack.calls.filter(({ method }) => method === 'conversations.list');
    expect(lists).toHaveLength(1);
  });

  it('shows lines and cards below its root, and edits them in their place', async () => {
    const { surface } = stage.connection;
    const ref = await posted();
    const at = { incident: 'inc-1', place: '#ops', root: ref, ref: undefined };
    await surface.ensureEntry({ ...at, entry: lineEntry('line/1', 2, 'ana acknowledged') });
    const card = { kind: 'card', key: planCard.key, card: planCard } as const;
    const plan = await surface.ensureEntry({ ...at, entry: card });
    if (!plan.ok) throw new Error(JSON.stringify(plan));
    const done = { ...card, card: { ...planCard, mark: 'DONE', actions: [] } };
    expect(await surface.ensureEntry({ ...at, entry: done, ref: plan.ref })).toEqual(plan);
    const [message] = stage.shop.roots(ops);
    const text = message && stage.shop.threadText(message);
    expect(text).toContain('ana acknowledged');
    expect(text).toContain('DONE · rollback checkout');
    expect(text).not.toContain('WAITING');
    expect(message && stage.shop.replies(message)).toHaveLength(2);
  });

  it('opens no previews of links, in a storm nobody has room for them', async () => {
    await posted();
    const post = stage.slack.calls.find(({ method }) => method === 'chat.postMessage');
    expect(post?.args).toMatchObject({ unfurl_links: 'false', unfurl_media: 'false' });
  });

  it('is found by the key that each of its posts carries, and only among our own', async () => {
    const { surface } = stage.connection;
    const since = stage.clock.now();
    const ref = await posted();
    const entry = lineEntry('line/1', 2, 'said');
    const at = { incident: 'inc-1', place: '#ops', root: ref };
    const said = await surface.ensureEntry({ ...at, entry, ref: undefined });
    expect(await surface.find?.({ ...at, root: '', key: 'root', since })).toEqual({
      ok: true,
      refs: [ref],
    });
    expect(await surface.find?.({ ...at, key: 'line/1', since })).toEqual({
      ok: true,
      refs: said.ok ? [said.ref] : [],
    });
    expect(await surface.find?.({ ...at, key: 'line/2', since })).toEqual({ ok: true, refs: [] });
    expect(await surface.find?.({ ...at, root: '', key: 'line/1', since })).toEqual({
      ok: true,
      refs: [],
    });
  });

  it('is not confused by another app that writes the same key', async () => {
    const ref = await posted();
    const other = stage.shop.otherApp('mimic');
    const metadata = {
      event_type: 'tocsin_post',
      event_payload: { incident: 'inc-1', key: 'root' },
    };
    await fetch(`${stage.slack.apiUrl}chat.postMessage`, {
      method: 'POST',
      headers: { authorization: `Bearer ${other.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ channel: ops.id, text: 'mine', metadata }),
    });
    await stage.slack.until(() => stage.shop.message(ops, 'mine'));
    const sought = { incident: 'inc-1', key: 'root', place: '#ops', root: '', since: 0 };
    expect(await stage.connection.surface.find?.(sought)).toEqual({ ok: true, refs: [ref] });
  });

  it('of which a second root was posted loses it again', async () => {
    const { surface } = stage.connection;
    const [first, second] = [await posted(), await posted()];
    const found = await surface.find?.({
      incident: 'inc-1',
      key: 'root',
      place: '#ops',
      root: '',
      since: 0,
    });
    expect(found).toEqual({ ok: true, refs: [first, second] });
    expect(await surface.remove?.(second)).toEqual({ ok: true, ref: second });
    expect(await surface.remove?.(second)).toEqual({ ok: true, ref: second });
    expect(stage.shop.roots(ops)).toHaveLength(1);
  });

  it('pings whom it must, once', async () => {
    const ana = stage.shop.person('ana');
    stage.desk.accounts.set('ana', ['T999/U999', `${stage.shop.id}/${ana.id}`]);
    const text = ['Look: ', { kind: 'notify', group: 'sre', people: ['ana'] }] as const;
    const entry = { kind: 'line', key: 'notify/1', at: 0, text } as const;
    const at = { incident: 'inc-1', place: '#ops', root: await posted(), entry };
    const said = await stage.connection.surface.ensureEntry({ ...at, ref: undefined });
    const pings = () => JSON.stringify(stage.shop.message(ops, 'Look')?.blocks).match(/user_id/g);
    expect(pings()).toHaveLength(1);
    await stage.connection.surface.ensureEntry({ ...at, ref: said.ok ? said.ref : '' });
    expect(pings()).toBeNull();
  });
});

describe('a whisper', () => {
  it('reaches one person where they are, or in a message of their own', async () => {
    const ana = stage.shop.person('ana');
    const answer = { to: 'asker', card: { ...incidentCard, title: ['a secret'] } } as const;
    const account = `${stage.shop.id}/${ana.id}`;
    const { surface } = stage.connection;
    await surface.whisper?.({ account, channel: ops.id, root: '', answer });
    expect(ana.sees(ops).join()).toContain('a secret');
    expect(stage.shop.channelText(ops)).not.toContain('a secret');
    expect(await surface.whisper?.({ account, channel: '', root: '', answer })).toMatchObject({
      ok: true,
    });
    const stranger = { account: 'T999/U1', channel: ops.id, root: '', answer };
    expect(await surface.whisper?.(stranger)).toEqual({ ok: false, why: 'gone' });
  });
});
