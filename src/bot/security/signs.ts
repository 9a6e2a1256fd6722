import type { SecurityKind } from '../../core/incident/security.ts';

/** What refusals at a door are a sign of, and how many within five minutes make a notice. */
export interface Sign {
  readonly kind: SecurityKind;
  readonly atLeast: number;
}

/** Some of these happen to honest people: a colleague who is not in `people:` yet, a link that is opened twice. */
const forged: Sign = { kind: 'forged-requests', atLeast: 5 };
/** Pages come from one sender, who holds the next one back until the first is taken. */
const repeated: Sign = { kind: 'forged-requests', atLeast: 2 };
const signIn: Sign = { kind: 'sign-ins-failed', atLeast: 5 };
const stranger: Sign = { kind: 'strangers-refused', atLeast: 20 };
const overreach: Sign = { kind: 'tokens-overreached', atLeast: 1 };
const button: Sign = { kind: 'buttons-forged', atLeast: 1 };
const flood: Sign = { kind: 'floods-limited', atLeast: 100 };

/** Codes that are in no line are mistakes, and only counted. */
const signs: ReadonlyMap<string, Sign> = new Map([
  ...[
    'SLACK_SIGNATURE_WRONG',
    'SLACK_REQUEST_STALE',
    'SLACK_REQUEST_REPLAYED',
    'DISCORD_SIGNATURE',
    'DISCORD_REQUEST_OLD',
    'DISCORD_APPLICATION_OTHER',
    'WEBHOOK_UNAUTHENTICATED',
    'PAGE_UNSIGNED',
    'CONSOLE_TOKEN_REFUSED',
    'CONSOLE_WRONG_ORIGIN',
    'CONSOLE_WRONG_HOST',
  ].map((code) => [code, forged] as const),
  ...[
    'CONSOLE_LINK_UNKNOWN',
    'CONSOLE_LINK_USED',
    'CONSOLE_LINK_EXPIRED',
    'CONSOLE_LINK_REVOKED',
    'CONSOLE_TOO_MANY',
  ].map((code) => [code, signIn] as const),
  ...[
    'PERSON_NOT_BOUND',
    'SLACK_STRANGER',
    'DISCORD_BOT',
    'DISCORD_DIRECT',
    'DISCORD_GUILD_OTHER',
  ].map((code) => [code, stranger] as const),
  ['PAGE_SIGNATURE_MISMATCH', repeated],
  ['CONSOLE_TOKEN_APPROVES', overreach],
  ['BUTTON_NOT_OURS', button],
  ['TOO_MANY_REQUESTS', flood],
  ['WEBHOOK_TOO_MANY', flood],
]);

export function signOf(code: string): Sign | undefined {
  return signs.get(code);
}

export const signCodes: readonly string[] = [...signs.keys()];
