/**
 * What a factor is given for when somebody confirms that an account belongs to another person: SHA-256 of this. The name of
 * a proposal is never given twice, and its person and account never change.
 */
export function accountSubject(link: string): string {
  return JSON.stringify(['account', link]);
}
