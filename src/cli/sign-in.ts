import { randomBytes } from 'node:crypto';
import { systemClock } from '../bot/clock.ts';
import { isAccountOf, type Person } from '../core/person.ts';
import type { SessionVia } from '../core/session.ts';
import type { Settings } from '../core/settings.ts';
import type { Late } from './late.ts';
import type { Parts } from './parts.ts';

/** Sign-in to the console; from a chat platform too, where its address is known. */
export function openSessions(
  { journal, settings, access, consoleUrl }: Parts,
  surface: ConsoleSurface,
  late: Late,
) {
  const sessions = surface.createConsoleSessions({
    journal,
    person: (id, via) => signsIn(late.bot?.settings() ?? settings, id, via),
    now: systemClock.now,
    random: randomBytes,
  });
  const endSessions = async (person: string) => {
    await sessions.revokeAll(person, 'tocsin');
  };
  return consoleUrl === undefined || access === 'demo'
    ? { sessions, endSessions }
    : { sessions, endSessions, consoleLink: surface.createConsoleLink(sessions, consoleUrl) };
}

export type ConsoleSurface = typeof import('../bot/surfaces/console/index.ts');

/** Whom a session may be of: somebody configured, to whom the chat account it came from still belongs. */
function signsIn(
  { people }: Settings,
  id: string,
  via: SessionVia | undefined,
): Person | undefined {
  const person = people.find((each) => each.id === id);
  return person && via && !isAccountOf(person, via.surface, via.account) ? undefined : person;
}
