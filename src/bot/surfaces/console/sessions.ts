import { createHash, timingSafeEqual } from 'node:crypto';
import type { Recorded } from '../../../core/event.ts';
import type { AppendContext, Journal } from '../../../core/ports/journal.ts';
import { ProblemError, problem } from '../../../core/problem.ts';
import {
  bornOf,
  decideSession,
  evolveSession,
  noSession,
  type Revocation,
  refusalOf,
  type Session,
  type SessionEvent,
  type SessionIntent,
  type SessionVia,
  sessionHolds,
  sessionLifeMs,
  sessionLinkMs,
} from '../../../core/session.ts';
import type { ConsolePerson, ConsoleSessions, OpenSession } from './ports.ts';

export interface SessionsOptions {
  readonly journal: Pick<Journal, 'append' | 'read'>;
  /** Undefined for somebody who is not, or no longer, configured, or to whom the chat account no longer belongs. */
  readonly person: (id: string, via: SessionVia | undefined) => ConsolePerson | undefined;
  readonly now: () => number;
  /** Unguessable bytes. */
  readonly random: (bytes: number) => Uint8Array;
}

/** Nothing is kept in memory: a session is what the journal says, read on every request. */
export function createConsoleSessions(options: SessionsOptions): ConsoleSessions {
  const { journal, now } = options;
  const personOf = ({ link }: Session) => link && options.person(link.person, link.via);
  const drawToken = () => Buffer.from(options.random(32)).toString('base64url');

  return {
    async makeLink(id, by, via) {
      const person = options.person(id, via);
      if (person === undefined) return undefined;
      const token = drawToken();
      const digest = sha256(token);
      const intent: SessionIntent = { kind: 'make-link', person: id, digest, via };
      await change(journal, idOf(digest), {
        decide: (session) => decideSession(intent, session),
        context: { by, cause: `session/${idOf(digest)}/made` },
      });
      return { token, person, expiresAt: now() + sessionLinkMs };
    },

    async look(token) {
      const linkDigest = sha256(token);
      const { session, revocation } = await load(journal, idOf(linkDigest));
      const intent = { kind: 'open', at: now(), linkDigest, digest: '', revocation } as const;
      const code = refusalOf(intent, session);
      if (code !== undefined) return { ok: false, code };
      const person = personOf(session);
      return person === undefined
        ? { ok: false, code: 'CONSOLE_LINK_UNKNOWN' }
        : { ok: true, person };
    },

    async redeem(token) {
      const linkDigest = sha256(token);
      const id = idOf(linkDigest);
      const secret = drawToken();
      const digest = sha256(secret);
      const at = now();
      const after = await change(journal, id, {
        decide: (session, revocation) =>
          decideSession({ kind: 'open', at, linkDigest, digest, revocation }, session),
        context: { by: 'tocsin', cause: `session/${id}/open/${digest}` },
      });
      const person = personOf(after.session);
      const { opened } = after.session;
      if (opened?.digest === digest && person !== undefined) {
        return { ok: true, cookie: `${id}.${secret}`, session: openOf(id, person, after.session) };
      }
      const { revocation } = after;
      const intent = { kind: 'open', at, linkDigest, digest, revocation } as const;
      return { ok: false, code: refusalOf(intent, after.session) ?? 'CONSOLE_LINK_UNKNOWN' };
    },

    async begin(id, factor) {
      const person = options.person(id, undefined);
      if (person === undefined) return undefined;
      const stream = idOf(sha256(drawToken()));
      const secret = drawToken();
      const intent: SessionIntent = { kind: 'begin', person: id, digest: sha256(secret), factor };
      const { session } = await change(journal, stream, {
        decide: (before) => decideSession(intent, before),
        context: { by: id, cause: `session/${stream}/begun` },
      });
      return { cookie: `${stream}.${secret}`, session: openOf(stream, person, session) };
    },

    async find(cookie) {
      const [id = '', secret = '', ...rest] = cookie.split('.');
      if (rest.length > 0 || !/^[0-9a-f]{32}$/.test(id) || !/^[\w-]{43}$/.test(secret)) {
        return undefined;
      }
      const { session, revocation } = await load(journal, id);
      if (!sessionHolds({ at: now(), revocation }, session)) return undefined;
      const { link, opened } = session;
      if (link === undefined || opened === undefined || !same(opened.digest, sha256(secret))) {
        return undefined;
      }
      const person = personOf(session);
      return person && openOf(id, person, session);
    },

    async touch(open) {
      const { session, revocation } = await load(journal, open.id);
      const intent: SessionIntent = { kind: 'see', at: now(), revocation };
      if (decideSession(intent, session).length === 0) return;
      await change(journal, open.id, {
        decide: (again) => decideSession(intent, again),
        context: { by: open.person.id, cause: `session/${open.id}/seen/${session.version}` },
      });
    },

    async revoke(open: OpenSession) {
      await change(journal, open.id, {
        decide: (session) => decideSession({ kind: 'revoke' }, session),
        context: { by: open.person.id, cause: `session/${open.id}/revoked` },
      });
    },

    async revokeAll(person, by) {
      const stream = streamOfPerson(person);
      for (let turn = 0; turn < turnsMax; turn += 1) {
        const recorded = await journal.read(stream);
        const appended = await journal.append(
          [
            {
              stream,
              expectedVersion: recorded.length,
              events: [{ type: 'SessionsRevoked', v: 1 }],
            },
          ],
          { by, cause: `session/of/${person}/revoked/${recorded.length}` },
        );
        if (appended.ok) return;
      }
      throw contended(stream);
    },
  };
}

function openOf(id: string, person: ConsolePerson, session: Session): OpenSession {
  const from = session.opened?.at ?? 0;
  const { link } = session;
  return { id, person, expiresAt: from + sessionLifeMs, via: link?.via, born: bornOf(session) };
}

const turnsMax = 5;

interface Loaded {
  readonly session: Session;
  readonly revocation: Revocation;
  /** How many events the person's stream had; 0 also when the person is not known yet. */
  readonly revocations: number;
}

interface Change {
  readonly decide: (session: Session, revocation: Revocation) => readonly SessionEvent[];
  readonly context: AppendContext;
}

/** Decides on what is on disk, and again when somebody else was quicker: of two presses on one link one opens it. */
async function change(
  journal: SessionsOptions['journal'],
  id: string,
  { decide, context }: Change,
): Promise<Loaded> {
  const stream = streamOf(id);
  for (let turn = 0; turn < turnsMax; turn += 1) {
    const loaded = await load(journal, id);
    const { session, revocation, revocations } = loaded;
    const events = decide(session, revocation);
    if (events.length === 0) return loaded;
    const person = session.link?.person;
    const read =
      person === undefined
        ? []
        : [{ stream: streamOfPerson(person), expectedVersion: revocations, events: [] }];
    const appended = await journal.append(
      [{ stream, expectedVersion: session.version, events }, ...read],
      turn === 0 ? context : { ...context, cause: `${context.cause}/${turn}` },
    );
    if (appended.ok) return load(journal, id);
  }
  throw contended(stream);
}

async function load(journal: SessionsOptions['journal'], id: string): Promise<Loaded> {
  const recorded = (await journal.read(streamOf(id))) as readonly Recorded<SessionEvent>[];
  const session = recorded.reduce(evolveSession, noSession);
  if (session.link === undefined) return { session, revocation: 0, revocations: 0 };
  const revoked = await journal.read(streamOfPerson(session.link.person));
  return { session, revocation: revoked.at(-1)?.position ?? 0, revocations: revoked.length };
}

function streamOf(id: string): string {
  return `session/${id}`;
}

function streamOfPerson(person: string): string {
  return `session/of/${person}`;
}

/** The stream is named by the token's digest, so that a token leads to its stream and the stream to no token. */
function idOf(digest: string): string {
  return digest.slice(0, 32);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function same(left: string, right: string): boolean {
  return left.length === right.length && timingSafeEqual(Buffer.from(left), Buffer.from(right));
}

function contended(stream: string): ProblemError {
  return new ProblemError(problem('JOURNAL_UNAVAILABLE', { stream }));
}
