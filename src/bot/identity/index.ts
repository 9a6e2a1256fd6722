import { accountSubject } from '../../core/factor/subject.ts';
import type { IdentityEvent, IdentityIntent, Link } from '../../core/identity/link.ts';
import { isPending, linkedSince } from '../../core/identity/link.ts';
import { surfaceKind } from '../../core/operation/policy.ts';
import type { Person } from '../../core/person.ts';
import type { Surface } from '../../core/ports/surface.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Settings } from '../../core/settings.ts';
import type { Identity } from '../../handlers/identity.ts';
import { createAnnounce } from './announce.ts';
import { type Codes, createCodes } from './codes.ts';
import type { IdentityRecord } from './record.ts';

export { openIdentityRecord } from './record.ts';

export interface Identities extends Identity {
  /** When an account was linked; undefined for those of the configuration. */
  linkedSince(kind: string, account: string): number | undefined;
  /** The platform says that an account is no member any more, or one again. */
  left(kind: string, account: string): Promise<void>;
  back(kind: string, account: string): Promise<void>;
  speaks(surfaces: readonly Surface[]): void;
}

export interface IdentitiesOptions {
  readonly record: IdentityRecord;
  /** As the file says; its people without what was linked. */
  readonly settings: () => Settings;
  readonly now: () => number;
  readonly sha256: (text: string) => string;
  readonly random: (bytes: number) => Uint8Array;
  readonly announce: Parameters<typeof createAnnounce>[0];
  /** Whether people can give second factors here: then a confirmation takes one. */
  readonly hasFactors: boolean;
  /** An account was taken from somebody: their sessions end, what they approved is asked again. */
  readonly lost: (person: string, cause: string) => Promise<void>;
}

export function createIdentities(options: IdentitiesOptions): Identities {
  const { record, now } = options;
  const codes: Codes = createCodes(options);
  const announce = createAnnounce(options.announce);
  const admins = () => options.settings().identityAdmins ?? [];
  const people = () => record.people(options.settings().people);

  async function tell(
    intent: IdentityIntent,
    telling: { readonly cause: string; readonly by: string },
  ): Promise<readonly IdentityEvent[] | Problem> {
    const before = people();
    const told = await record.tell(intent, telling);
    if ('code' in told) return told;
    for (const event of told) {
      announce.events([event], personBefore(event, before));
      if (event.type === 'AccountBarred') await options.lost(event.person, telling.cause);
    }
    return told;
  }

  return {
    offer: (account) => (admins().length === 0 ? problem('LINK_OFF', {}) : codes.offer(account)),
    async propose(code, by, cause) {
      if (admins().length === 0) return problem('LINK_OFF', {});
      const shown = codes.take(code, by.person);
      if ('code' in shown) return shown;
      const link = `ln-${options.sha256(cause).slice(0, 8)}`;
      const kind = surfaceKind(shown.surface);
      const { account } = shown;
      const intent = { type: 'Propose', at: now(), link, by, kind, account } as const;
      const told = await tell(intent, { cause, by: by.person });
      if ('code' in told) return told;
      return found((each) => each.person === by.person && each.account === account, link);
    },
    async confirm(link, by, cause) {
      const factorOn = options.hasFactors ? { factorOn: options.sha256(accountSubject(link)) } : {};
      const asked = { at: now(), link, by, admins: admins() };
      const intent = { type: 'Confirm', ...asked, ...factorOn } as const;
      const told = await tell(intent, { cause, by: by.person });
      return 'code' in told ? told : found((each) => each.link === link, link);
    },
    async unlink(account, by, cause) {
      const kind = kindOf(account);
      const intent = { type: 'Bar', kind, account, by, admins: admins() } as const;
      const told = await tell(intent, { cause, by: by.person });
      if ('code' in told) return told;
      return { person: told[0]?.person ?? by.person };
    },
    links: (person) =>
      record
        .state()
        .links.filter((each) => each.linkedAt !== undefined || isPending(each, now()))
        .filter((each) => person === undefined || each.person === person),
    linkedSince: (kind, account) => linkedSince(record.state(), kind, account),
    left: (kind, account) => comesOrGoes('Leave', kind, account),
    back: (kind, account) => comesOrGoes('Return', kind, account),
    speaks: announce.speaks,
  };

  async function comesOrGoes(
    type: 'Leave' | 'Return',
    kind: string,
    account: string,
  ): Promise<void> {
    const cause = `identity/${type}/${kind}/${account}/${now()}`;
    await tell({ type, kind, account }, { cause, by: 'tocsin' });
  }

  function found(isMeant: (link: Link) => boolean, link: string): Link | Problem {
    return record.state().links.find(isMeant) ?? problem('LINK_UNKNOWN', { link });
  }

  /** The kind of an account by its owner, or by the proposal that names it. */
  function kindOf(account: string): string {
    const owned = people().flatMap(({ accounts }) =>
      Object.entries(accounts).filter(([kind, all]) => kind !== 'console' && all.includes(account)),
    );
    const proposed = record.state().links.find((each) => each.account === account);
    return owned[0]?.[0] ?? proposed?.kind ?? '';
  }
}

function personBefore({ person }: IdentityEvent, people: readonly Person[]): Person | undefined {
  return people.find(({ id }) => id === person);
}
