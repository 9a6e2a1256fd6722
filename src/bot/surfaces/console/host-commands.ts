import { ProblemError, problem } from '../../../core/problem.ts';
import type { SessionVia } from '../../../core/session.ts';
import type { HostHandler } from '../../host-door.ts';
import type { ConsoleSessions, MadeLink } from './ports.ts';

/** The token stands behind the `#`, which no browser sends and no proxy logs. */
function signInAddress(address: string, { token }: MadeLink): string {
  return `${address.replace(/\/$/, '')}/sign-in#${token}`;
}

/** The way into the console for a chat account, which the session then counts as. */
export function createConsoleLink(
  sessions: Pick<ConsoleSessions, 'makeLink'>,
  address: string,
): (person: string, via: SessionVia) => Promise<ConsoleLink | undefined> {
  return async (person, via) => {
    const made = await sessions.makeLink(person, person, via);
    return made && { url: signInAddress(address, made), expiresAt: made.expiresAt };
  };
}

export interface ConsoleLink {
  readonly url: string;
  readonly expiresAt: number;
}

/** What the host can ask about sign-in, by the name it is asked under at the host door. */
export function consoleHostHandlers(
  sessions: ConsoleSessions,
  address: () => string,
): Readonly<Record<string, HostHandler>> {
  return {
    async 'console-link'({ person = '' }) {
      const made = await sessions.makeLink(person, 'host');
      if (made === undefined) {
        throw new ProblemError(problem('HOST_DOOR_PERSON_UNKNOWN', { person }));
      }
      return {
        link: signInAddress(address(), made),
        person: made.person.name,
        expiresAt: made.expiresAt,
      };
    },
    /** Also for somebody who has left the configuration: their sessions are dead already, this puts it on the record. */
    async 'console-revoke'({ person = '' }) {
      await sessions.revokeAll(person, 'host');
      return { person };
    },
  };
}
