import type { Event, Recorded } from './event.ts';

/**
 * Sign-in by a link made on the host or with a passkey: one stream from there to the end of the session. Tokens never come
 * here, only their SHA-256. Nothing ends by a timer: every decision is given the time and refuses what is past it.
 */
export type SessionEvent =
  | (Event & {
      readonly type: 'SessionLinkMade';
      readonly person: string;
      readonly digest: string;
      readonly via?: SessionVia;
    })
  | (Event & { readonly type: 'SessionOpened'; readonly digest: string })
  /** Without a link: a passkey said who is there. */
  | (Event & {
      readonly type: 'SessionBegun';
      readonly person: string;
      readonly digest: string;
      readonly factor: string;
    })
  /** Somebody was there. Seldom written: see `sessionSeenEveryMs`. */
  | (Event & { readonly type: 'SessionSeen' })
  | (Event & { readonly type: 'SessionRevoked' })
  | (Event & { readonly type: 'SessionRefused'; readonly code: SessionRefusal });

/**
 * The chat account that a link was handed to; absent for one made on the host. What is done in such a session counts as
 * done by that account: signing in by it makes nobody more than they were there.
 */
export interface SessionVia {
  /** `slack/main`. */
  readonly surface: string;
  readonly account: string;
}

/** In the stream of a person: every link and session made before it is dead. */
export type SessionsRevoked = Event & { readonly type: 'SessionsRevoked' };

export type SessionRefusal =
  | 'CONSOLE_LINK_UNKNOWN'
  | 'CONSOLE_LINK_EXPIRED'
  | 'CONSOLE_LINK_USED'
  | 'CONSOLE_LINK_REVOKED';

export type SessionIntent =
  | {
      readonly kind: 'make-link';
      readonly person: string;
      readonly digest: string;
      readonly via?: SessionVia | undefined;
    }
  | {
      readonly kind: 'begin';
      readonly person: string;
      /** Of the token the browser gets. */
      readonly digest: string;
      /** The passkey. */
      readonly factor: string;
    }
  | {
      readonly kind: 'open';
      readonly at: number;
      readonly linkDigest: string;
      /** Of the token the browser gets. */
      readonly digest: string;
      readonly revocation: Revocation;
    }
  | { readonly kind: 'see'; readonly at: number; readonly revocation: Revocation }
  | { readonly kind: 'revoke' };

/** Position of the person's last `SessionsRevoked`; 0 when there was none. */
export type Revocation = number;

export interface Session {
  /** How many events the stream has. */
  readonly version: number;
  readonly link:
    | {
        readonly person: string;
        readonly digest: string;
        readonly at: number;
        readonly position: number;
        readonly via: SessionVia | undefined;
      }
    | undefined;
  readonly opened: { readonly digest: string; readonly at: number } | undefined;
  /** By the passkey of this id, and by no link. */
  readonly passkey: string | undefined;
  readonly seenAt: number;
  readonly revoked: boolean;
  readonly refusals: number;
}

export const sessionLinkMs = 60_000;
export const sessionLifeMs = 12 * 3_600_000;
export const sessionIdleMs = 30 * 60_000;
/** So an idle session ends between 25 and 30 minutes after the last use. */
export const sessionSeenEveryMs = 5 * 60_000;
/** A link tried over and over is written down a few times, not without end. */
export const sessionRefusalsMax = 5;

export const noSession: Session = {
  version: 0,
  link: undefined,
  opened: undefined,
  passkey: undefined,
  seenAt: 0,
  revoked: false,
  refusals: 0,
};

export function decideSession(intent: SessionIntent, session: Session): readonly SessionEvent[] {
  switch (intent.kind) {
    case 'make-link': {
      const { person, digest, via } = intent;
      const made = { type: 'SessionLinkMade', v: 1, person, digest } as const;
      return session.version === 0 ? [{ ...made, ...(via ? { via } : {}) }] : [];
    }
    case 'begin': {
      const { person, digest, factor } = intent;
      const begun = { type: 'SessionBegun', v: 1, person, digest, factor } as const;
      return session.version === 0 ? [begun] : [];
    }
    case 'open': {
      const code = refusalOf(intent, session);
      if (code === undefined) return [{ type: 'SessionOpened', v: 1, digest: intent.digest }];
      const quiet = session.link === undefined || session.refusals >= sessionRefusalsMax;
      return quiet ? [] : [{ type: 'SessionRefused', v: 1, code }];
    }
    case 'see': {
      const due = intent.at - session.seenAt >= sessionSeenEveryMs;
      return due && sessionHolds(intent, session) ? [{ type: 'SessionSeen', v: 1 }] : [];
    }
    case 'revoke':
      return session.link === undefined || session.revoked
        ? []
        : [{ type: 'SessionRevoked', v: 1 }];
  }
}

export function evolveSession(
  session: Session,
  { at, position, version, event }: Recorded<SessionEvent>,
): Session {
  const next = { ...session, version };
  switch (event.type) {
    case 'SessionLinkMade':
      return {
        ...next,
        link: { person: event.person, digest: event.digest, at, position, via: event.via },
      };
    case 'SessionOpened':
      return { ...next, opened: { digest: event.digest, at }, seenAt: at };
    case 'SessionBegun': {
      const { person, digest, factor } = event;
      // There is no link to be opened: no token has this digest.
      const link = { person, digest: '', at, position, via: undefined };
      return { ...next, link, opened: { digest, at }, seenAt: at, passkey: factor };
    }
    case 'SessionSeen':
      return { ...next, seenAt: at };
    case 'SessionRevoked':
      return { ...next, revoked: true };
    case 'SessionRefused':
      return { ...next, refusals: session.refusals + 1 };
    case 'Erased':
      // Whose session it was is gone: so is the session.
      return { ...next, revoked: true };
  }
}

/**
 * How somebody came in. What a chat platform led to is as trustworthy as the chat account: it can neither enrol a second
 * factor nor give one.
 */
export type SessionBirth = 'host' | 'chat' | 'passkey';

export function bornOf({ link, passkey }: Session): SessionBirth {
  if (passkey !== undefined) return 'passkey';
  return link?.via === undefined ? 'host' : 'chat';
}

/** Why a link opens nothing, or undefined when it does. */
export function refusalOf(
  intent: Extract<SessionIntent, { kind: 'open' }>,
  { link, opened, revoked }: Session,
): SessionRefusal | undefined {
  if (link === undefined || link.digest !== intent.linkDigest) return 'CONSOLE_LINK_UNKNOWN';
  if (opened !== undefined) return 'CONSOLE_LINK_USED';
  if (revoked || link.position < intent.revocation) return 'CONSOLE_LINK_REVOKED';
  return intent.at - link.at > sessionLinkMs ? 'CONSOLE_LINK_EXPIRED' : undefined;
}

/** Whether an opened session still signs its person in. */
export function sessionHolds(
  { at, revocation }: { readonly at: number; readonly revocation: Revocation },
  { link, opened, seenAt, revoked }: Session,
): boolean {
  if (link === undefined || opened === undefined || revoked) return false;
  if (link.position < revocation) return false;
  return at - opened.at < sessionLifeMs && at - seenAt < sessionIdleMs;
}
