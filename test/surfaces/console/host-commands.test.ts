import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  consoleHostHandlers,
  createConsoleLink,
  createConsoleSessions,
} from '../../../src/bot/surfaces/console/index.ts';
import { createMemoryJournal } from './memory-journal.ts';

function hostOf() {
  const sessions = createConsoleSessions({
    journal: createMemoryJournal(() => 0),
    person: (id) => (id === 'ana' ? { id, name: 'Ana' } : undefined),
    now: () => 0,
    random: randomBytes,
  });
  const handlers = consoleHostHandlers(sessions, () => 'https://ops.example.com');
  const ask = (name: string, person: string) => handlers[name]?.({ do: name, person });
  const redeem = async (link: unknown) => sessions.redeem(String(link).split('#')[1] ?? '');
  return { ask, redeem, sessions };
}

describe('the host', () => {
  it('gets a link that signs its person in, with the token where browsers do not send it', async () => {
    const { ask, redeem } = hostOf();
    const made = await ask('console-link', 'ana');
    expect(made).toEqual({
      link: expect.stringMatching(/^https:\/\/ops\.example\.com\/sign-in#[\w-]{43}$/),
      person: 'Ana',
      expiresAt: 60_000,
    });
    expect(await redeem(made?.['link'])).toMatchObject({
      ok: true,
      session: { person: { id: 'ana' } },
    });
  });

  it('is not needed for a chat account, whose link leads to a session of its own', async () => {
    const { sessions, redeem } = hostOf();
    const via = { surface: 'slack/main', account: 'T01/U01' };
    const link = await createConsoleLink(sessions, 'https://ops.example.com/')('ana', via);
    expect(link?.url).toMatch(/^https:\/\/ops\.example\.com\/sign-in#[\w-]{43}$/);
    expect(await redeem(link?.url)).toMatchObject({ ok: true, session: { via } });
    expect(await createConsoleLink(sessions, 'https://ops.example.com')('mallory', via)).toBe(
      undefined,
    );
  });

  it('gets no link for somebody who is not configured', async () => {
    const { ask } = hostOf();
    await expect(ask('console-link', 'mallory')).rejects.toThrow('HOST_DOOR_PERSON_UNKNOWN');
  });

  it('ends all that a person has, unused links too', async () => {
    const { ask, redeem } = hostOf();
    const made = await ask('console-link', 'ana');
    await ask('console-revoke', 'ana');
    expect(await redeem(made?.['link'])).toEqual({ ok: false, code: 'CONSOLE_LINK_REVOKED' });
  });
});
