import { type Problem, ProblemError, problem } from '../../core/problem.ts';
import type { Client, Clock } from './client.ts';
import { asFields, listOf, referenceOf, textOf } from './schema.ts';

/** In whose name something is done there. */
export interface Actor {
  /** For the header `From`. */
  readonly email: string;
  /** The user's id there. */
  readonly account: string;
  /** It is the person who asked, and no stand-in whose doing needs a note. */
  readonly isSelf: boolean;
}

export interface Users {
  /** Rejects with a ProblemError. */
  actor(person: string): Promise<Actor>;
  /** The account of a person of ours there. */
  accountOf(person: string): string | undefined;
}

export interface UsersOptions {
  readonly source: string;
  /** E-mail of the user who stands in. */
  readonly from: string;
  /** Ids of users there, by the person's id. */
  readonly accountOf: (person: string) => string | undefined;
}

/** E-mails change seldom, and a wrong one is refused there. */
const KEEP_MS = 3_600_000;

export function createUsers(client: Client, clock: Clock, options: UsersOptions): Users {
  const emails = new Map<string, { readonly email: string; readonly at: number }>();
  let standIn: (Actor & { readonly at: number }) | undefined;

  async function emailOf(account: string): Promise<string> {
    const known = emails.get(account);
    if (known && clock.now() - known.at < KEEP_MS) return known.email;
    const { body } = await client.get(`/users/${encodeURIComponent(account)}`);
    const email = textOf(asFields(asFields(body)?.['user'])?.['email']);
    if (email === '') throw unknown(account);
    emails.set(account, { email, at: clock.now() });
    return email;
  }

  async function other(): Promise<Actor> {
    if (standIn && clock.now() - standIn.at < KEEP_MS) return standIn;
    const { body } = await client.get('/users', { query: options.from, limit: '25' });
    const found = listOf(asFields(body)?.['users'])
      .map(asFields)
      .find((user) => textOf(user?.['email']).toLowerCase() === options.from.toLowerCase());
    const account = referenceOf(found)?.id;
    if (account === undefined) throw unknown(options.from);
    standIn = { email: options.from, account, isSelf: false, at: clock.now() };
    return standIn;
  }

  function unknown(account: string): ProblemError {
    const because: Problem = problem('PAGERDUTY_FROM_UNKNOWN', { source: options.source, account });
    return new ProblemError(because);
  }

  return {
    async actor(person) {
      const account = person === '' ? undefined : options.accountOf(person);
      if (account === undefined) return other();
      return { email: await emailOf(account), account, isSelf: true };
    },
    accountOf: options.accountOf,
  };
}
