import type { Link } from '../core/identity/link.ts';
import type { Evidence } from '../core/person.ts';
import type { Problem } from '../core/problem.ts';

/** How people take accounts on and give them up. Each answer is a decision that is on disk, or a problem. */
export interface Identity {
  /** An account that is nobody's shows this code, once and for ten minutes: whoever types it elsewhere holds both. */
  offer(account: { readonly surface: string; readonly account: string }): Offer | Problem;
  /** The account that showed the code, proposed as one of whoever types it. */
  propose(code: string, by: Evidence, cause: string): Promise<Link | Problem>;
  confirm(link: string, by: Evidence, cause: string): Promise<Link | Problem>;
  /** Takes an account away, at once. Answers whose it was. */
  unlink(
    account: string,
    by: Evidence,
    cause: string,
  ): Promise<{ readonly person: string } | Problem>;
  /** Proposals that wait, and accounts that were linked: those of one person, or all. */
  links(person?: string): readonly Link[];
}

export interface Offer {
  readonly code: string;
  readonly until: number;
}
