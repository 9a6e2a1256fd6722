import { userSchema } from '../schema.ts';
import type { Workspace } from '../workspace.ts';

/** Full members of the workspace are heard, and nobody else: no guests, no bots, nobody of another organisation. */
export interface Members {
  /** `unknown` when Slack did not say and never has: then nobody is heard. */
  standingOf(user: string): Promise<'member' | 'stranger' | 'unknown'>;
  /** The same by an answer of the last two minutes: somebody is let decide by it. */
  standingNow(user: string): Promise<'member' | 'stranger' | 'unknown'>;
  /** Whether their account is there, or was switched off; asked anew. */
  lastingOf(user: string): Promise<'member' | 'left' | 'unknown'>;
  /** Something about them changed: they are asked for next time. */
  forget(user: string): void;
  /** What others call them. */
  nameOf(user: string): Promise<string>;
}

interface Known {
  readonly isMember: boolean;
  readonly isGone: boolean;
  readonly name: string;
  readonly at: number;
}

/** Asked anew in the background once it is older than this. */
const freshMs = 10 * 60_000;
/** To decide by it: somebody who was switched off is no member much longer than this. */
const nowMs = 2 * 60_000;
/** Slack being down does not make strangers of members that were here today. */
const usableMs = 24 * 60 * 60_000;
const peopleMax = 10_000;

export function createMembers({ options, client }: Pick<Workspace, 'options' | 'client'>): Members {
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<Known | undefined>>();

  function ask(user: string): Promise<Known | undefined> {
    const asked = asking.get(user) ?? askSlack(user).finally(() => asking.delete(user));
    asking.set(user, asked);
    return asked;
  }

  async function askSlack(user: string): Promise<Known | undefined> {
    const { call } = await client();
    const called = await call('users.info', { user }, userSchema);
    const isNobody =
      !called.ok && called.failure.kind === 'refused' && nobody.has(called.failure.error);
    if (!called.ok && !isNobody) return undefined;
    const at = options.clock.now();
    const found = called.ok
      ? read(called.value.user, at)
      : { isMember: false, isGone: false, name: user, at };
    if (known.size >= peopleMax) known.clear();
    known.set(user, found);
    return found;
  }

  function read(user: User, at: number): Known {
    return { isMember: isMember(user), isGone: user.deleted, name: nameOf(user), at };
  }

  function isMember(user: User): boolean {
    const { is_bot: isBot, is_restricted: isGuest, is_ultra_restricted: isVisitor } = user;
    if (isBot || isGuest || isVisitor || user.is_stranger || user.deleted) return false;
    // Slackbot speaks as a user that is no bot.
    return user.id !== 'USLACKBOT' && user.team_id === options.team;
  }

  async function find(user: string): Promise<Known | undefined> {
    const last = known.get(user);
    const age = options.clock.now() - (last?.at ?? -Infinity);
    if (last === undefined || age > usableMs) return ask(user);
    if (age > freshMs) ask(user).catch(() => undefined);
    return last;
  }

  function said(found: Known | undefined): 'member' | 'stranger' | 'unknown' {
    if (found === undefined) return 'unknown';
    return found.isMember ? 'member' : 'stranger';
  }

  return {
    standingOf: async (user) => said(await find(user)),
    async standingNow(user) {
      const last = known.get(user);
      const isYoung = last !== undefined && options.clock.now() - last.at <= nowMs;
      return said(isYoung ? last : await ask(user));
    },
    async lastingOf(user) {
      const found = await ask(user);
      if (found?.isGone) return 'left';
      return found?.isMember ? 'member' : 'unknown';
    },
    forget(user) {
      known.delete(user);
    },
    nameOf: async (user) => (await find(user))?.name ?? user,
  };
}

type User = ReturnType<typeof userSchema.parse>['user'];

function nameOf({ real_name: real, name, id }: User): string {
  return real || name || id;
}

const nobody: ReadonlySet<string> = new Set(['user_not_found', 'user_not_visible']);
