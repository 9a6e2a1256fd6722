import type { IncomingMessage } from 'node:http';
import { pathSegment } from './html.ts';
import type { ConsoleActor, ConsolePerson, ConsoleSessions, OpenSession } from './ports.ts';

/** How the console knows who is there. */
export type Access =
  /** Anybody may be anybody: for the sandbox, on 127.0.0.1. */
  | { readonly kind: 'demo'; readonly people: readonly ConsolePerson[] }
  | { readonly kind: 'sessions'; readonly sessions: ConsoleSessions };

export interface Caller {
  readonly actor: Extract<ConsoleActor, { kind: 'person' }>;
  readonly person: ConsolePerson;
  /** Before every path of this person's pages. */
  readonly base: string;
  readonly session: OpenSession | undefined;
  /** Whether they are still signed in. */
  welcome(): Promise<boolean>;
}

interface Door {
  readonly access: Access;
  senderOf(request: IncomingMessage): string;
}

export const cookieName = '__Host-tocsin';

export async function findCaller(
  { access, senderOf }: Door,
  request: IncomingMessage,
  as: string | undefined,
): Promise<Caller | undefined> {
  const ip = senderOf(request);
  if (access.kind === 'demo') {
    const person = access.people.find((one) => one.id === as);
    if (person === undefined) return undefined;
    return {
      actor: { ...demoActor, person: person.id, name: person.name, ip },
      person,
      base: `/as/${pathSegment(person.id)}`,
      session: undefined,
      welcome: async () => true,
    };
  }
  const { sessions } = access;
  const cookie = readCookie(request);
  const session = cookie === undefined ? undefined : await sessions.find(cookie);
  if (cookie === undefined || session === undefined) return undefined;
  const { person, id, via: account } = session;
  const signedIn = { kind: 'person', via: 'session', session: id, ip, account } as const;
  return {
    actor: { ...signedIn, person: person.id, name: person.name },
    person,
    base: '',
    session,
    welcome: async () => (await sessions.find(cookie)) !== undefined,
  };
}

const demoActor = { kind: 'person', via: 'demo', session: 'demo' } as const;

/** A name that comes twice is nobody's: some proxy or page has meddled. */
export function readCookie(request: IncomingMessage): string | undefined {
  const values = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookieName}=`))
    .map((pair) => pair.slice(cookieName.length + 1));
  return values.length === 1 ? values[0] : undefined;
}
