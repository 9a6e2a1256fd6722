import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectDiscord } from '../../../src/bot/surfaces/discord/index.ts';
import type { Ensured } from '../../../src/core/ports/surface.ts';
import type { Card } from '../../../src/core/view/card.ts';
import { eventually } from '../../support/eventually.ts';
import { incidentCard, planCard } from '../console/sample-cards.ts';
import { entryPost, line, openStage, rootPost, type Stage } from './stage.ts';

describe('posts in Discord', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await openStage();
  });

  afterEach(() => stage.close());

  const posts = 'POST /channels/{channel_id}/messages';
  const edits = 'PATCH /channels/{channel_id}/messages/{message_id}';
  const resolved: Card = { ...incidentCard, mark: 'RESOLVED', tone: 'good', actions: [] };

  function refOf(ensured: Ensured): string {
    if (!ensured.ok) throw new Error(`not posted: ${JSON.stringify(ensured)}`);
    return ensured.ref;
  }

  async function root(changes = {}): Promise<string> {
    return refOf(await stage.connection.surface.ensureRoot(rootPost(changes)));
  }

  it('are a card in the channel and a thread that hangs from it', async () => {
    const ref = await root();
    const { ops } = stage;
    expect(ref).toBe(`${ops.id}/${ops.last().id}`);
    expect(ops.last().content).toBe('🔴 CRITICAL · checkout is crash-looping');
    expect(ops.last().thread?.name).toBe('checkout is crash-looping');
    const entry = refOf(await stage.connection.surface.ensureEntry(entryPost(ref)));
    const thread = ops.last().thread;
    expect(entry).toBe(`${thread?.id}/${thread?.last().id}`);
    expect(thread?.last().content).toMatch(/^Ana acknowledged\n/);
  });

  it('are edited where they stand, and the same again is no second message', async () => {
    const ref = await root();
    expect(await root({ ref, card: resolved })).toBe(ref);
    expect(stage.ops.messages()).toHaveLength(1);
    expect(stage.ops.last().content).toContain('RESOLVED');
    expect(stage.ops.last().buttons).toHaveLength(0);
  });

  it('ping whom they must once, and nobody else whatever the text says', async () => {
    const ref = await root({
      card: { ...incidentCard, title: ['@everyone look', `<@${stage.ben.id}>`] },
    });
    expect(stage.ops.last().pinged).toEqual([]);
    const notify = { kind: 'notify', group: 'sre', people: ['ana'] } as const;
    const entry = line(
      'notify/1',
      'Nobody has acknowledged this. ',
      notify,
      ` <@${stage.ben.id}> @here`,
    );
    const made = refOf(await stage.connection.surface.ensureEntry(entryPost(ref, { entry })));
    const thread = stage.ops.last().thread;
    expect(thread?.last().pinged).toEqual([stage.ana.id]);
    await stage.connection.surface.ensureEntry(entryPost(ref, { entry, ref: made }));
    expect(thread?.last().mentions).toEqual({ users: [], roles: [], everyone: false });
    const bodies = stage.discord.requests.filter(
      ({ route }) => route.endsWith('messages') || route.endsWith('{message_id}'),
    );
    expect(bodies.every(({ body }) => JSON.stringify(body).includes('"parse":[]'))).toBe(true);
  });

  it('open an archived thread before they change anything in it', async () => {
    const ref = await root();
    const entry = { kind: 'card', key: planCard.key, card: planCard } as const;
    const made = refOf(await stage.connection.surface.ensureEntry(entryPost(ref, { entry })));
    stage.ops.last().thread?.archive();
    const running: Card = { ...planCard, mark: 'RUNNING', actions: [] };
    const edited = await stage.connection.surface.ensureEntry(
      entryPost(ref, { entry: { ...entry, card: running }, ref: made }),
    );
    expect(edited).toEqual({ ok: true, ref: made });
    expect(stage.ops.last().thread?.last().content).toContain('RUNNING');
  });

  it('older than an hour are edited for what a reader acts on, and for nothing else', async () => {
    const ref = await root();
    stage.clock.passes(61 * 60_000);
    const detail: Card = { ...incidentCard, footnote: ['another checkpoint'] };
    expect(await root({ ref, card: detail })).toBe(ref);
    expect(stage.ops.last().edits).toBe(0);
    await root({ ref, card: { ...resolved, footnote: ['another checkpoint'] } });
    expect(stage.ops.last().edits).toBe(1);
    expect(stage.ops.last().text).toContain('another checkpoint');
  });

  it('older than an hour are edited whatever it is once something was erased', async () => {
    const ref = await root();
    stage.clock.passes(61 * 60_000);
    stage.connection.surface.forget?.('inc-1');
    await root({ ref, card: { ...incidentCard, footnote: ['erased'] } });
    expect(stage.ops.last().edits).toBe(1);
  });

  it('that take no more edits say so, and a fresh one takes over', async () => {
    const ref = await root();
    stage.clock.passes(61 * 60_000);
    let ensured: Ensured = { ok: true, ref };
    for (let edit = 0; edit < 40 && ensured.ok; edit += 1) {
      stage.clock.passes(1_500);
      ensured = await stage.connection.surface.ensureRoot(
        rootPost({ ref, card: { ...incidentCard, mark: `CRITICAL ${edit}` } }),
      );
    }
    expect(ensured).toEqual({ ok: false, why: 'worn' });
    expect(await root({ card: resolved })).not.toBe(ref);
  });

  it('that somebody deleted are gone', async () => {
    const ref = await root();
    stage.ops.last().delete();
    const ensured = await stage.connection.surface.ensureRoot(rootPost({ ref, card: resolved }));
    expect(ensured).toEqual({ ok: false, why: 'gone' });
    // Made anew at once, it is another message in spite of the nonce.
    const again = await root({ card: resolved });
    expect(again).not.toBe(ref);
    expect(stage.ops.messages()).toHaveLength(1);
  });

  it('whose thread was deleted stand once, whatever becomes of the thread', async () => {
    const ref = await root();
    stage.ops.last().thread?.delete();
    const ensured = await stage.connection.surface.ensureEntry(entryPost(ref));
    const anew = ensured.ok ? ref : await root({ ref: undefined });
    expect(stage.ops.messages()).toHaveLength(1);
    expect(await stage.connection.surface.ensureEntry(entryPost(anew))).toMatchObject({ ok: true });
  });

  it('that are gone with their thread say so', async () => {
    const ref = await root();
    stage.ops.last().thread?.delete();
    stage.ops.last().delete();
    expect(await stage.connection.surface.ensureEntry(entryPost(ref))).toEqual({
      ok: false,
      why: 'gone',
    });
  });

  it('are one message when the answer was lost and they are sent again', async () => {
    stage.discord.outage.failNext(1, { kind: 'answer lost' }, posts);
    const first = await stage.connection.surface.ensureRoot(rootPost());
    expect(first).toEqual({ ok: false, why: 'unknown', landsWithinMs: 15_000 });
    await root();
    expect(stage.ops.messages()).toHaveLength(1);
  });

  it('that land ten seconds late are found by their mark', async () => {
    const since = stage.clock.now();
    stage.discord.outage.failNext(1, { kind: 'late', ms: 20_000 }, posts);
    const waiting = stage.connection.surface.ensureRoot(rootPost());
    await eventually('the call is under way', () =>
      stage.discord.requests.some(({ route }) => route === posts.slice(5)),
    );
    stage.clock.passes(10_001);
    expect(await waiting).toMatchObject({ ok: false, why: 'unknown' });
    stage.clock.passes(15_000);
    const sought = { incident: 'inc-1', key: 'root', place: 'ops', root: '', since };
    const found = await eventually('the post lands', async () => {
      const looked = await stage.connection.surface.find?.(sought);
      return looked?.ok && looked.refs.length > 0 ? looked : undefined;
    });
    expect(found.refs).toEqual([`${stage.ops.id}/${stage.ops.last().id}`]);
  });

  it('in a thread are found by their mark, lines and cards alike', async () => {
    const since = stage.clock.now();
    const ref = await root();
    const { surface } = stage.connection;
    const entry = { kind: 'card', key: planCard.key, card: planCard } as const;
    const card = refOf(await surface.ensureEntry(entryPost(ref, { entry })));
    const said = refOf(await surface.ensureEntry(entryPost(ref)));
    // Nobody else's words count.
    const thread = stage.ops.last().thread;
    if (!thread) throw new Error('no thread');
    stage.ana.says(thread, thread.last().content);
    const sought = { incident: 'inc-1', place: 'ops', root: ref, since };
    expect(await surface.find?.({ ...sought, key: planCard.key })).toEqual({
      ok: true,
      refs: [card],
    });
    expect(await surface.find?.({ ...sought, key: 'line/1' })).toEqual({ ok: true, refs: [said] });
    expect(await surface.find?.({ ...sought, key: 'line/2' })).toEqual({ ok: true, refs: [] });
  });

  it('that are one too many are taken away with their thread', async () => {
    const ref = await root();
    const thread = stage.ops.last().thread;
    expect(await stage.connection.surface.remove?.(ref)).toEqual({ ok: true, ref });
    expect(stage.ops.messages()).toHaveLength(0);
    expect(thread?.exists).toBe(false);
    expect(await stage.connection.surface.remove?.(ref)).toEqual({ ok: true, ref });
  });

  it('wait as long as Discord says', async () => {
    const known = await root();
    stage.discord.outage.failNext(
      1,
      { kind: 'rate limited', retryAfterS: 7.5, scope: 'shared' },
      edits,
    );
    const limited = await stage.connection.surface.ensureRoot(
      rootPost({ ref: known, card: resolved }),
    );
    expect(limited).toMatchObject({ ok: false, why: 'wait' });
    if (limited.ok || limited.why !== 'wait') throw new Error('not limited');
    expect(limited.afterMs).toBeGreaterThan(7_000);
    expect(limited.afterMs).toBeLessThanOrEqual(7_500);
    // Nothing is sent before.
    const sent = stage.discord.requests.length;
    await stage.connection.surface.ensureRoot(rootPost({ ref: known, card: resolved }));
    expect(stage.discord.requests).toHaveLength(sent);
    stage.clock.passes(7_600);
    expect(await root({ ref: known, card: resolved })).toBe(known);
  });

  it('never run into a limit that is announced', async () => {
    const { surface } = stage.connection;
    const budget = surface.budget;
    if (!budget) throw new Error('no budget');
    for (let post = 0; post < 30; post += 1) {
      const wait = budget.wait('root', 'ops');
      stage.clock.passes(wait);
      await root({ incident: `storm-${post}` });
    }
    expect(stage.discord.invalidRequests()).toBe(0);
    expect(stage.ops.messages()).toHaveLength(30);
  });

  it.each([
    ['server error', { ok: false, why: 'unknown', landsWithinMs: 15_000 }],
    ['reset', { ok: false, why: 'unknown', landsWithinMs: 15_000 }],
  ] as const)('that met a %s may have landed, and are sent once', async (kind, outcome) => {
    await root();
    stage.discord.outage.failNext(1, { kind }, posts);
    const before = stage.discord.requests.length;
    expect(await stage.connection.surface.ensureRoot(rootPost({ incident: 'storm-2' }))).toEqual(
      outcome,
    );
    expect(stage.discord.requests).toHaveLength(before + 1);
  });

  it('that never left are no doubt', async () => {
    const away = await openStage({ api: 'http://127.0.0.1:9/api' });
    expect(
      await away.connection.surface.ensureRoot(rootPost({ place: away.ops.id })),
    ).toMatchObject({
      ok: false,
      why: 'wait',
    });
    const code = 'DISCORD_UNREACHABLE';
    expect(away.connection.health()).toEqual({ state: 'degraded', code });
    for (const _ of [1, 2])
      await away.connection.surface.ensureRoot(rootPost({ place: away.ops.id }));
    expect(away.connection.health()).toEqual({ state: 'down', code });
    await away.close();
  });

  it.each([
    ['a channel that is not there', (): void => undefined, 'nowhere', 'DISCORD_CHANNEL_UNKNOWN'],
    [
      'a channel the bot was shut out of',
      (on: Stage): void => on.ops.deny(on.guild.botRole, 'viewChannel'),
      'id',
      'DISCORD_CHANNEL_CLOSED',
    ],
    [
      'a channel it may not write in',
      (on: Stage): void => on.ops.deny(on.guild.botRole, 'sendMessages'),
      'id',
      'DISCORD_RIGHTS_MISSING',
    ],
    [
      'a guild it was thrown out of',
      (on: Stage): void => on.guild.kickBot(),
      'id',
      'DISCORD_CHANNEL_CLOSED',
    ],
  ] as const)('to %s are lost, and say why', async (_name, happens, where, code) => {
    happens(stage);
    const place = where === 'id' ? stage.ops.id : where;
    const ensured = await stage.connection.surface.ensureRoot(rootPost({ place }));
    expect(ensured).toMatchObject({ ok: false, why: 'lost', problem: { code } });
  });

  it('into a locked thread are refused without the right to manage threads, and the channel is not lost', async () => {
    const ref = await root();
    stage.guild.revoke(stage.guild.botRole, 'manageThreads');
    stage.ops.last().thread?.lock();
    expect(await stage.connection.surface.ensureEntry(entryPost(ref))).toMatchObject({
      why: 'refused',
      problem: { code: 'DISCORD_THREAD_LOCKED' },
    });
    await root({ incident: 'inc-2' });
  });

  it('are known again after a restart, thread and all', async () => {
    const ref = await root();
    const next = connectDiscord(stage.options);
    expect(await next.surface.ensureRoot(rootPost({ ref, card: resolved }))).toEqual({
      ok: true,
      ref,
    });
    expect(stage.calls.at(-1)).toBe('POST /channels/:id/messages/:id/threads refused');
    expect(await next.surface.ensureEntry(entryPost(ref))).toMatchObject({ ok: true });
    expect(stage.ops.threads()).toHaveLength(1);
    await next.close();
  });

  it('for whose thread the guild has no room wait with their story, not with their card', async () => {
    const full = await openStage({}, { policy: { maxActiveThreads: 0 } });
    const made = refOf(await full.connection.surface.ensureRoot(rootPost()));
    expect(await full.connection.surface.ensureEntry(entryPost(made))).toEqual({
      ok: false,
      why: 'wait',
      afterMs: 60_000,
    });
    await full.close();
  });

  it('whose thread cannot be made stand in the channel all the same', async () => {
    stage.ops.deny(stage.guild.botRole, 'createPublicThreads');
    const ref = await root();
    expect(stage.ops.last().thread).toBeUndefined();
    expect(await stage.connection.surface.ensureEntry(entryPost(ref))).toMatchObject({
      why: 'lost',
      problem: { code: 'DISCORD_RIGHTS_MISSING' },
    });
    stage.ops.allow(stage.guild.botRole, 'createPublicThreads');
    expect(await stage.connection.surface.ensureEntry(entryPost(ref))).toMatchObject({ ok: true });
  });

  it('are not tried with a token that was refused, until some minutes have passed', async () => {
    const other = await openStage({ token: 'of-nobody' });
    const { surface } = other.connection;
    expect(await surface.ensureRoot(rootPost({ place: other.ops.id }))).toMatchObject({
      why: 'wait',
    });
    expect(other.connection.health()).toEqual({ state: 'down', code: 'DISCORD_TOKEN_REFUSED' });
    await surface.ensureRoot(rootPost({ place: other.ops.id }));
    expect(other.discord.requests).toHaveLength(1);
    other.clock.passes(6 * 60_000);
    await surface.ensureRoot(rootPost({ place: other.ops.id }));
    expect(other.discord.requests).toHaveLength(2);
    await other.close();
  });

  it('stop long before Discord bans the address', async () => {
    stage.ops.deny(stage.guild.botRole, 'sendMessages');
    const { surface } = stage.connection;
    let tries = 0;
    for (; tries < 1_200; tries += 1) {
      stage.clock.passes(1_050);
      await surface.ensureRoot(rootPost({ place: stage.ops.id, incident: `storm-${tries}` }));
      if (stage.connection.health().code === 'DISCORD_CALLS_STOPPED') break;
    }
    expect(stage.connection.health().code).toBe('DISCORD_CALLS_STOPPED');
    expect(stage.discord.invalidRequests()).toBeLessThanOrEqual(500);
  });

  it('whisper to one person, and say when that is refused', async () => {
    const answer = { to: 'asker', card: planCard } as const;
    const whisper = { account: `${stage.guild.id}/${stage.ana.id}`, channel: '', root: '', answer };
    expect(await stage.connection.surface.whisper?.(whisper)).toMatchObject({ ok: true });
    expect(stage.ana.direct().last().content).toContain('rollback checkout');
    expect(stage.ana.direct().last().buttons).toHaveLength(0);
    stage.ben.closesDirectMessages();
    const closed = { ...whisper, account: `${stage.guild.id}/${stage.ben.id}` };
    expect(await stage.connection.surface.whisper?.(closed)).toMatchObject({
      why: 'refused',
      problem: { code: 'DISCORD_WHISPER_REFUSED' },
    });
  });
});
