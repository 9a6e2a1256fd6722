import type { ErasedEvent } from '../event.ts';
import { isSteppedUp } from '../operation/step-up.ts';
import { type Evidence, type Person, unknownIn } from '../person.ts';
import { type Problem, problem } from '../problem.ts';

/**
 * Accounts that people took on besides those of the configuration, and accounts that are nobody's any more. A person only
 * proposes; somebody else, of `identity_admins`, makes it so. Nothing here knows an e-mail address or a display name.
 */
export type IdentityEvent =
  | {
      readonly type: 'AccountProposed';
      readonly v: 1;
      readonly link: string;
      readonly person: string;
      /** `slack`. */
      readonly kind: string;
      /** `T01/U01`. */
      readonly account: string;
      /** Where the person proposed it from. */
      readonly from: { readonly surface: string; readonly account: string };
    }
  | {
      readonly type: 'AccountLinked';
      readonly v: 1;
      readonly link: string;
      readonly person: string;
      /** Who confirmed it. */
      readonly confirmedBy: string;
    }
  /** From then on it is nobody's account, whatever the configuration says, until it is linked anew or is back. */
  | {
      readonly type: 'AccountBarred';
      readonly v: 1;
      readonly person: string;
      readonly kind: string;
      readonly account: string;
      readonly why: 'unlinked' | 'left';
      readonly barredBy: string;
    }
  /** The platform says that whoever left is a member again. */
  | {
      readonly type: 'AccountBack';
      readonly v: 1;
      readonly person: string;
      readonly kind: string;
      readonly account: string;
    };

export interface Link {
  readonly link: string;
  readonly person: string;
  readonly kind: string;
  readonly account: string;
  readonly proposedAt: number;
  /** Absent while nobody has confirmed it. */
  readonly linkedAt?: number;
}

export interface IdentityState {
  readonly links: readonly Link[];
  /** By kind and account. */
  readonly barred: Readonly<Record<string, 'unlinked' | 'left'>>;
}

export const noIdentity: IdentityState = { links: [], barred: {} };

/** A new account asks at once, and decides about what others ask only after this time. */
export const newAccountMs = 24 * 60 * 60_000;
/** A proposal that nobody confirmed in this time is void. */
export const proposalMs = 7 * 24 * 60 * 60_000;
const proposalsMax = 3;

export type IdentityIntent =
  | {
      readonly type: 'Propose';
      readonly at: number;
      readonly link: string;
      readonly by: Evidence;
      readonly kind: string;
      readonly account: string;
    }
  | {
      readonly type: 'Confirm';
      readonly at: number;
      readonly link: string;
      readonly by: Evidence;
      /** Groups that may confirm. */
      readonly admins: readonly string[];
      /** What a factor has to be spent on, as a hash; absent where there are no factors. */
      readonly factorOn?: string;
    }
  | {
      readonly type: 'Bar';
      readonly kind: string;
      readonly account: string;
      readonly by: Evidence;
      readonly admins: readonly string[];
    }
  | { readonly type: 'Leave' | 'Return'; readonly kind: string; readonly account: string };

export type Decided = readonly IdentityEvent[] | Problem;

/** `people`: as the configuration binds them. */
export function decideIdentity(
  intent: IdentityIntent,
  state: IdentityState,
  people: readonly Person[],
): Decided {
  switch (intent.type) {
    case 'Propose':
      return propose(intent, state, people);
    case 'Confirm':
      return confirm(intent, state, people);
    case 'Bar':
      return bar(intent, state, people);
    case 'Leave':
    case 'Return':
      return comeAndGo(intent, state, people);
    default:
      return intent satisfies never;
  }
}

type Of<T extends IdentityIntent['type']> = Extract<IdentityIntent, { readonly type: T }>;

function propose(
  { at, link, by, kind, account }: Of<'Propose'>,
  state: IdentityState,
  people: readonly Person[],
): Decided {
  const { person, surface, account: from } = by;
  if (ownerOf(kind, account, { state, people }) !== undefined) {
    return problem('LINK_ACCOUNT_TAKEN', { account });
  }
  const own = state.links.filter((each) => each.person === person && isPending(each, at));
  if (own.some((each) => each.kind === kind && each.account === account)) return [];
  if (own.length >= proposalsMax) return problem('LINKS_PENDING', { max: proposalsMax });
  const proposed = { link, person, kind, account, from: { surface, account: from } };
  return [{ type: 'AccountProposed', v: 1, ...proposed }];
}

function confirm(
  { at, link, by, admins, factorOn }: Of<'Confirm'>,
  state: IdentityState,
  people: readonly Person[],
): Decided {
  const found = state.links.find((each) => each.link === link);
  if (!found) return problem('LINK_UNKNOWN', { link });
  const { person, kind, account } = found;
  if (person === by.person) return problem('LINK_CONFIRM_OWN', { link });
  const because = notAdmin(by, admins);
  if (because) return because;
  if (by.surface !== 'console') return problem('LINK_CONFIRM_IN_CONSOLE', { link });
  if (found.linkedAt !== undefined) return [];
  if (factorOn !== undefined && !isSteppedUp(by, factorOn, at)) {
    return problem('LINK_CONFIRM_FACTOR', { link });
  }
  if (!isPending(found, at) || !people.some(({ id }) => id === person)) {
    return problem('LINK_UNKNOWN', { link });
  }
  if (ownerOf(kind, account, { state, people }) !== undefined) {
    return problem('LINK_ACCOUNT_TAKEN', { account });
  }
  return [{ type: 'AccountLinked', v: 1, link, person, confirmedBy: by.person }];
}

/** To take an account away makes things safer: the person or an administrator does it alone, and at once. */
function bar(
  { kind, account, by, admins }: Of<'Bar'>,
  state: IdentityState,
  people: readonly Person[],
): Decided {
  const proposed = state.links.find((each) => each.kind === kind && each.account === account);
  const person = ownerOf(kind, account, { state, people }) ?? proposed?.person;
  if (person === undefined) return problem('LINK_NOT_BOUND', { account });
  if (person !== by.person) {
    const because = notAdmin(by, admins);
    if (because) return because;
  }
  const barred = { person, kind, account, why: 'unlinked', barredBy: by.person } as const;
  return [{ type: 'AccountBarred', v: 1, ...barred }];
}

function comeAndGo(
  { type, kind, account }: Of<'Leave' | 'Return'>,
  state: IdentityState,
  people: readonly Person[],
): Decided {
  if (type === 'Return') {
    if (state.barred[keyOf(kind, account)] !== 'left') return [];
    const person = configured(kind, account, people);
    return person === undefined ? [] : [{ type: 'AccountBack', v: 1, person, kind, account }];
  }
  const person = ownerOf(kind, account, { state, people });
  if (person === undefined) return [];
  const barred = { person, kind, account, why: 'left', barredBy: 'tocsin' } as const;
  return [{ type: 'AccountBarred', v: 1, ...barred }];
}

/** Total: an event that it does not know, or an erased one, changes nothing. What was erased links nobody. */
export function evolveIdentity(
  state: IdentityState,
  event: IdentityEvent | ErasedEvent,
  { at }: { readonly at: number },
): IdentityState {
  switch (event.type) {
    case 'AccountProposed': {
      const { link, person, kind, account } = event;
      const proposed = { link, person, kind, account, proposedAt: at };
      return { ...state, links: [...state.links, proposed] };
    }
    case 'AccountLinked':
      return {
        ...state,
        links: state.links.map((each) =>
          each.link === event.link && each.person === event.person
            ? { ...each, linkedAt: at }
            : each,
        ),
      };
    case 'AccountBarred': {
      const { kind, account, why } = event;
      return {
        links: state.links.filter((each) => each.kind !== kind || each.account !== account),
        barred: { ...state.barred, [keyOf(kind, account)]: why },
      };
    }
    case 'AccountBack': {
      const { [keyOf(event.kind, event.account)]: _, ...barred } = state.barred;
      return { ...state, barred };
    }
    default:
      return state;
  }
}

/**
 * People with the accounts that are theirs now. What the configuration binds to somebody is nobody else's; what was barred
 * is nobody's.
 */
export function withAccounts(people: readonly Person[], state: IdentityState): readonly Person[] {
  return people.map((person) => {
    const accounts: Record<string, readonly string[]> = {};
    for (const [kind, all] of Object.entries(person.accounts)) {
      const left = all.filter((account) => state.barred[keyOf(kind, account)] === undefined);
      // The console is not an account that could be lost: it is the person.
      const kept = kind === 'console' ? all : left;
      if (kept.length > 0) accounts[kind] = kept;
    }
    for (const { kind, account } of linksOf(person.id, state, people)) {
      accounts[kind] = [...(accounts[kind] ?? []), account];
    }
    return { ...person, accounts };
  });
}

/** Since when an account is theirs that was linked; undefined for those of the configuration. */
export function linkedSince(
  { links }: IdentityState,
  kind: string,
  account: string,
): number | undefined {
  return links.find(
    (each) => each.linkedAt !== undefined && each.kind === kind && each.account === account,
  )?.linkedAt;
}

export function isPending({ linkedAt, proposedAt }: Link, at: number): boolean {
  return linkedAt === undefined && at < proposedAt + proposalMs;
}

/** A confirmed link holds while the configuration binds the account to nobody, or took it from them before. */
function linksOf(
  person: string,
  { links, barred }: IdentityState,
  people: readonly Person[],
): readonly Link[] {
  return links.filter(
    (each) =>
      each.person === person &&
      each.linkedAt !== undefined &&
      (configured(each.kind, each.account, people) === undefined ||
        barred[keyOf(each.kind, each.account)] !== undefined),
  );
}

function ownerOf(
  kind: string,
  account: string,
  { state, people }: { readonly state: IdentityState; readonly people: readonly Person[] },
): string | undefined {
  return withAccounts(people, state).find(({ accounts }) => accounts[kind]?.includes(account))?.id;
}

function configured(kind: string, account: string, people: readonly Person[]): string | undefined {
  return people.find(({ accounts }) => accounts[kind]?.includes(account))?.id;
}

function notAdmin(by: Evidence, admins: readonly string[]): Problem | undefined {
  if (by.memberships.some(({ group }) => admins.includes(group))) return undefined;
  const unknown = unknownIn(by, admins);
  if (unknown) {
    const { group } = unknown;
    return problem('DIRECTORY_UNREACHABLE', {
      ...unknown.problem.facts,
      group,
      rule: 'identity_admins',
    });
  }
  return problem('NOT_AN_IDENTITY_ADMIN', { groups: admins.join(', ') || 'nobody' });
}

function keyOf(kind: string, account: string): string {
  return `${kind} ${account}`;
}
