import { describe, expect, it } from 'vitest';
import type { Recorded } from '../../src/core/event.ts';
import {
  decideSession,
  evolveSession,
  noSession,
  type Session,
  type SessionEvent,
  type SessionIntent,
  sessionHolds,
  sessionIdleMs,
  sessionLifeMs,
  sessionLinkMs,
  sessionSeenEveryMs,
} from '../../src/core/session.ts';

const linkMade: SessionEvent = { type: 'SessionLinkMade', v: 1, person: 'ana', digest: 'link' };
const opened: SessionEvent = { type: 'SessionOpened', v: 1, digest: 'cookie' };
const revoked: SessionEvent = { type: 'SessionRevoked', v: 1 };
const start = 1_000_000;

function open(
  at: number,
  changed: Partial<Extract<SessionIntent, { kind: 'open' }>> = {},
): SessionIntent {
  return { kind: 'open', at, linkDigest: 'link', digest: 'cookie', revocation: 0, ...changed };
}

/** Each event one position and one millisecond after the one before. */
function given(...events: readonly SessionEvent[]) {
  const session = events.reduce<Session>((state, event, index) => {
    const recorded: Recorded<SessionEvent> = {
      stream: 'session/x',
      version: index + 1,
      position: index + 1,
      at: start + index,
      by: 'host',
      cause: `c${index}`,
      event,
    };
    return evolveSession(state, recorded);
  }, noSession);
  return { session, when: (intent: SessionIntent) => decideSession(intent, session) };
}

describe('making a link', () => {
  const make: SessionIntent = { kind: 'make-link', person: 'ana', digest: 'link' };
  it('says who it is for', () => {
    expect(given().when(make)).toEqual([linkMade]);
  });
  it('stays quiet when the stream has begun already', () => {
    expect(given(linkMade).when(make)).toEqual([]);
  });
});

describe('opening a session by a link', () => {
  it('opens within 60 seconds', () => {
    expect(given(linkMade).when(open(start + sessionLinkMs))).toEqual([opened]);
  });
  it.each([
    ['after 60 seconds', given(linkMade), open(start + sessionLinkMs + 1), 'CONSOLE_LINK_EXPIRED'],
    ['a second time', given(linkMade, opened), open(start), 'CONSOLE_LINK_USED'],
    ['after it was revoked', given(linkMade, revoked), open(start), 'CONSOLE_LINK_REVOKED'],
    [
      'after all of the person were revoked',
      given(linkMade),
      open(start, { revocation: 9 }),
      'CONSOLE_LINK_REVOKED',
    ],
    [
      'with another token',
      given(linkMade),
      open(start, { linkDigest: 'x' }),
      'CONSOLE_LINK_UNKNOWN',
    ],
  ])('refuses %s, and records it', (_, session, intent, code) => {
    expect(session.when(intent)).toEqual([{ type: 'SessionRefused', v: 1, code }]);
  });
  it('takes a link made after the last revocation', () => {
    expect(given(linkMade).when(open(start, { revocation: 1 }))).toEqual([opened]);
  });
  it('stays quiet about a link that never was', () => {
    expect(given().when(open(start))).toEqual([]);
  });
  it('stays quiet once five refusals stand there', () => {
    const refusal: SessionEvent = { type: 'SessionRefused', v: 1, code: 'CONSOLE_LINK_USED' };
    const tried = given(linkMade, opened, refusal, refusal, refusal, refusal, refusal);
    expect(tried.when(open(start))).toEqual([]);
  });
});

describe('being seen', () => {
  const see = (at: number): SessionIntent => ({ kind: 'see', at, revocation: 0 });
  it('is written after five minutes', () => {
    expect(given(linkMade, opened).when(see(start + 1 + sessionSeenEveryMs))).toEqual([
      { type: 'SessionSeen', v: 1 },
    ]);
  });
  it('stays quiet before', () => {
    expect(given(linkMade, opened).when(see(start + sessionSeenEveryMs))).toEqual([]);
  });
  it('does not revive a session that has ended', () => {
    expect(given(linkMade, opened).when(see(start + 1 + sessionIdleMs))).toEqual([]);
    expect(given(linkMade, opened, revoked).when(see(start + sessionSeenEveryMs + 9))).toEqual([]);
  });
});

describe('revoking', () => {
  it('ends an open session', () => {
    expect(given(linkMade, opened).when({ kind: 'revoke' })).toEqual([revoked]);
  });
  it('stays quiet the second time, and about nothing', () => {
    expect(given(linkMade, opened, revoked).when({ kind: 'revoke' })).toEqual([]);
    expect(given().when({ kind: 'revoke' })).toEqual([]);
  });
});

describe('a session holds', () => {
  const { session } = given(linkMade, opened);
  const openedAt = start + 1;
  it('until 30 minutes have passed unused', () => {
    expect(sessionHolds({ at: openedAt + sessionIdleMs - 1, revocation: 0 }, session)).toBe(true);
    expect(sessionHolds({ at: openedAt + sessionIdleMs, revocation: 0 }, session)).toBe(false);
  });
  it('for 12 hours, however much it is used', () => {
    const used = { ...session, seenAt: openedAt + sessionLifeMs - 1 };
    expect(sessionHolds({ at: openedAt + sessionLifeMs - 1, revocation: 0 }, used)).toBe(true);
    expect(sessionHolds({ at: openedAt + sessionLifeMs, revocation: 0 }, used)).toBe(false);
  });
  it('not for a link alone, nor once all of the person are revoked, nor when its events are erased', () => {
    expect(sessionHolds({ at: start, revocation: 0 }, given(linkMade).session)).toBe(false);
    expect(sessionHolds({ at: openedAt, revocation: 2 }, session)).toBe(false);
    const erased = evolveSession(session, {
      stream: 'session/x',
      version: 3,
      position: 3,
      at: start,
      by: 'ana',
      cause: 'e',
      event: { type: 'Erased', v: 1, was: 'SessionLinkMade' },
    });
    expect(sessionHolds({ at: openedAt, revocation: 0 }, erased)).toBe(false);
  });
});
