import { ProblemError, problem } from '../../../core/problem.ts';
import type { HostHandler } from '../../host-door.ts';
import type { ConsoleSessions } from './ports.ts';

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
        link: `${address()}/sign-in#${made.token}`,
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
