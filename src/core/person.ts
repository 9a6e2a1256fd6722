/** One person, many accounts. Bound in the configuration by platform ids, never by e-mail or display name. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** By surface kind: `slack` → `T01/U01`, `discord` → `9001/1234`, `console` → the person id. */
  readonly accounts: Readonly<Record<string, string>>;
}

/** Who did something, from where, and what is known of them: the evidence a decision is judged by. */
export interface Evidence {
  readonly person: string;
  /** `console`, `slack/main`. */
  readonly surface: string;
  /** The platform's own id, or the session for the console. */
  readonly account: string;
  readonly memberships: readonly Membership[];
}

/** How membership was known: the group, the source asked, and how old the answer is. */
export interface Membership {
  readonly group: string;
  readonly source: 'static' | 'directory';
  readonly ageMs: number;
}

export function isMember(evidence: Evidence, group: string): boolean {
  return evidence.memberships.some((membership) => membership.group === group);
}
