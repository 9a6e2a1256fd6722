import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { createConsoleSessions } from '../../../src/bot/surfaces/console/index.ts';
import type { ConsoleSessions } from '../../../src/bot/surfaces/console/ports.ts';
import { sessionIdleMs, sessionLifeMs, sessionLinkMs } from '../../../src/core/session.ts';
import { createMemoryJournal } from './memory-journal.ts';

let at: number;
let people: Map<string, { id: string; name: string }>;
let journal: ReturnType<typeof createMemoryJournal>;
let sessions: ConsoleSessions;

beforeEach(() => {
  at = 1_000_000;
  people = new Map([['ana', { id: 'ana', name: 'Ana' }]]);
  journal = createMemoryJournal(() => at);
  sessions = createConsoleSessions({
    journal,
    person: (id) => people.get(id),
    now: () => at,
    random: randomBytes,
  });
});

async function link(): Promise<string> {
  return (await sessions.makeLink('ana', 'host'))?.token ?? '';
}

async function signIn(): Promise<string> {
  const redeemed = await sessions.redeem(await link());
  return redeemed.ok ? redeemed.cookie : '';
}

describe('a link', () => {
  it('is looked up without being used, then signs in once', async () => {
    const token = await link();
    expect(await sessions.look(token)).toEqual({ ok: true, person: { id: 'ana', name: 'Ana' } });
    expect(await sessions.redeem(token)).toMatchObject({
      ok: true,
      session: { person: { id: 'ana' } },
    });
    expect(await sessions.redeem(token)).toEqual({ ok: false, code: 'CONSOLE_LINK_USED' });
    expect(journal.recorded.map((one) => one.event.type)).toEqual([
      'SessionLinkMade',
      'SessionOpened',
      'SessionRefused',
    ]);
  });

  it('that was handed to a chat account makes a session of that account, for as long as it is theirs', async () => {
    const via = { surface: 'slack/main', account: 'T01/U01' };
    const accounts = new Set([via.account]);
    const bound = createConsoleSessions({
      journal,
      person: (id, from) => (from && !accounts.has(from.account) ? undefined : people.get(id)),
      now: () => at,
      random: randomBytes,
    });
    const made = await bound.makeLink('ana', 'ana', via);
    const redeemed = await bound.redeem(made?.token ?? '');
    const cookie = redeemed.ok ? redeemed.cookie : '';
    expect(redeemed).toMatchObject({ ok: true, session: { via } });
    expect(await bound.find(cookie)).toMatchObject({ person: { id: 'ana' }, via });
    expect(JSON.stringify(journal.recorded)).not.toContain(made?.token);
    accounts.clear();
    expect(await bound.find(cookie)).toBeUndefined();
    expect(await bound.makeLink('ana', 'ana', via)).toBeUndefined();
    expect((await sessions.find(await signIn()))?.via).toBeUndefined();
  });

  it('signs in one of two who press at once', async () => {
    const token = await link();
    const both = await Promise.all([sessions.redeem(token), sessions.redeem(token)]);
    expect(both.filter((one) => one.ok)).toHaveLength(1);
    expect(both.find((one) => !one.ok)).toEqual({ ok: false, code: 'CONSOLE_LINK_USED' });
  });

  it('expires after 60 seconds', async () => {
    const token = await link();
    at += sessionLinkMs + 1;
    expect(await sessions.look(token)).toEqual({ ok: false, code: 'CONSOLE_LINK_EXPIRED' });
    expect(await sessions.redeem(token)).toEqual({ ok: false, code: 'CONSOLE_LINK_EXPIRED' });
  });

  it('is made for configured people only', async () => {
    expect(await sessions.makeLink('mallory', 'host')).toBeUndefined();
    expect(journal.recorded).toEqual([]);
  });

  it('that was guessed leaves no trace', async () => {
    expect(await sessions.redeem('guess')).toEqual({ ok: false, code: 'CONSOLE_LINK_UNKNOWN' });
    expect(journal.recorded).toEqual([]);
  });

  it('dies with the sessions of its person', async () => {
    const token = await link();
    await sessions.revokeAll('ana', 'host');
    expect(await sessions.redeem(token)).toEqual({ ok: false, code: 'CONSOLE_LINK_REVOKED' });
  });
});

describe('a session', () => {
  it('is found by its cookie and by no other', async () => {
    const cookie = await signIn();
    expect(await sessions.find(cookie)).toMatchObject({ person: { id: 'ana', name: 'Ana' } });
    const last = cookie.at(-1) === 'A' ? 'B' : 'A';
    for (const other of [
      `${cookie.slice(0, -1)}${last}`,
      cookie.slice(0, -1),
      `${cookie}.x`,
      cookie.toUpperCase(),
      cookie.split('.')[0] ?? '',
      `${cookie.split('.')[0]}.`,
      `${'0'.repeat(32)}.${cookie.split('.')[1]}`,
      `../${cookie}`,
      '',
    ]) {
      expect(await sessions.find(other), other).toBeUndefined();
    }
  });

  it('ends when idle, and lasts while it is used', async () => {
    const cookie = await signIn();
    for (let turn = 0; turn < 4; turn += 1) {
      at += sessionIdleMs - 60_000;
      const session = await sessions.find(cookie);
      expect(session).toBeDefined();
      if (session !== undefined) await sessions.touch(session);
    }
    at += sessionIdleMs;
    expect(await sessions.find(cookie)).toBeUndefined();
  });

  it('ends after 12 hours of use', async () => {
    const cookie = await signIn();
    const end = at + sessionLifeMs;
    while (at < end - 60_000) {
      at += 60_000 * 10;
      const session = await sessions.find(cookie);
      if (session !== undefined) await sessions.touch(session);
    }
    at = end - 1;
    expect(await sessions.find(cookie)).toBeDefined();
    at = end;
    expect(await sessions.find(cookie)).toBeUndefined();
  });

  it('ends when revoked, alone or with all of the person', async () => {
    const [first, second] = [await signIn(), await signIn()];
    const session = await sessions.find(first);
    if (session !== undefined) await sessions.revoke(session);
    expect(await sessions.find(first)).toBeUndefined();
    expect(await sessions.find(second)).toBeDefined();
    await sessions.revokeAll('ana', 'host');
    expect(await sessions.find(second)).toBeUndefined();
    expect(await sessions.find(await signIn())).toBeDefined();
  });

  it('ends when its person leaves the configuration', async () => {
    const cookie = await signIn();
    people.delete('ana');
    expect(await sessions.find(cookie)).toBeUndefined();
  });

  it('leaves neither token in the journal', async () => {
    const token = await link();
    const redeemed = await sessions.redeem(token);
    const cookie = redeemed.ok ? redeemed.cookie : '';
    const written = JSON.stringify(journal.recorded);
    expect(written).not.toContain(token);
    expect(written).not.toContain(cookie.split('.')[1]);
  });
});
