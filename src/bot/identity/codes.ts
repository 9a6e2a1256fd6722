import { type Problem, problem } from '../../core/problem.ts';
import type { Offer } from '../../handlers/identity.ts';

export interface Account {
  readonly surface: string;
  readonly account: string;
}

/**
 * Codes that accounts of nobody show, in memory and for ten minutes: of strangers nothing is kept. Whoever types one holds
 * the account that showed it. Each is good once; wrong ones are counted for each person.
 */
export interface Codes {
  offer(account: Account): Offer | Problem;
  /** The account that showed it. It is used up by that. */
  take(code: string, person: string): Account | Problem;
}

const offerMs = 10 * 60_000;
const offersMax = 100;
const triesMax = 5;
const triesMs = 10 * 60_000;
/** Without those that are taken for one another. 32 of them: eight are 40 bits. */
const letters = 'abcdefghjkmnpqrstuvwxyz023456789';
const length = 8;

export function createCodes(options: {
  readonly now: () => number;
  readonly random: (bytes: number) => Uint8Array;
}): Codes {
  const { now } = options;
  const offers = new Map<string, { readonly account: Account; readonly until: number }>();
  const wrong = new Map<string, { readonly since: number; readonly count: number }>();

  function sweep(): void {
    for (const [code, { until }] of offers) if (until <= now()) offers.delete(code);
    for (const [person, { since }] of wrong) if (now() - since >= triesMs) wrong.delete(person);
  }

  return {
    offer(account) {
      sweep();
      // An account shows one code: the newest.
      for (const [code, offer] of offers) {
        const { surface, account: id } = offer.account;
        if (surface === account.surface && id === account.account) offers.delete(code);
      }
      if (offers.size >= offersMax) return problem('LINK_OFFERS_FULL', {});
      const code = [...options.random(length)].map((byte) => letters[byte % 32]).join('');
      const until = now() + offerMs;
      offers.set(code, { account, until });
      return { code, until };
    },
    take(typed, person) {
      sweep();
      const tries = wrong.get(person);
      if (tries && tries.count >= triesMax) {
        return problem('LINK_TRIES', { at: new Date(tries.since + triesMs).toISOString() });
      }
      const code = typed.toLowerCase();
      const offer = offers.get(code);
      if (!offer) {
        wrong.set(person, { since: tries?.since ?? now(), count: (tries?.count ?? 0) + 1 });
        return problem('LINK_CODE_WRONG', {});
      }
      offers.delete(code);
      return offer.account;
    },
  };
}
