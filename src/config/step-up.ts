import type { Policy } from '../core/operation/policy.ts';
import type { Secret } from '../core/secret.ts';
import { sayList } from './error.ts';
import { checkGroup } from './people.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';

/** What a key of the keyring has to hold at least: 32 bytes in base64 are 44. */
const keyCharactersMin = 32;

export interface StepUpScope {
  readonly policy: Policy;
  readonly identityAdmins: readonly string[];
  readonly console: Section<'console'>;
  readonly journal: Section<'journal'>;
  readonly report: Report;
}

/** What rules and `identity_admins` ask for has to be possible: an address that authenticators take, and a key for what proves the factors. */
export function checkStepUp({
  policy,
  identityAdmins,
  console,
  journal,
  report,
}: StepUpScope): void {
  checkKeys(journal.keyring_key ?? [], report);
  const rules = policy.rules.flatMap((rule) =>
    rule.kind === 'allow' && rule.stepUp ? [rule.where] : [],
  );
  // They confirm accounts and factors of others, and stand for it with a factor of their own.
  const wanting = [...rules, ...(identityAdmins.length > 0 ? ['identity_admins'] : [])];
  if (wanting.length === 0) return;
  const what = `a second factor is wanted by ${sayList(wanting)}`;
  if (journal.keyring_key === undefined || journal.keyring_key.length === 0) {
    report.error(['journal'], {
      what,
      why: 'without journal.keyring_key seeds and keys would lie readable beside the journal, so none are kept',
      instead: 'write keyring_key: ${file:/run/secrets/keyring}, made by: openssl rand -base64 32',
    });
  }
  const url = console.public_url === undefined ? null : URL.parse(console.public_url);
  if (url !== null && isDomain(url.hostname)) return;
  report.error(['console'], {
    what,
    why:
      url === null
        ? 'passkeys are bound to console.public_url, and there is none'
        : `passkeys are bound to a domain, and ${url.hostname} is an address`,
    instead: 'write public_url: https://… as people type it',
  });
}

function checkKeys(keys: readonly Secret[], report: Report): void {
  for (const [index, key] of keys.entries()) {
    if (key.reveal().trim().length >= keyCharactersMin) continue;
    report.error(['journal', 'keyring_key'], {
      what: `journal.keyring_key holds a key of fewer than ${keyCharactersMin} characters${keys.length > 1 ? ` (the ${index + 1}. of ${keys.length})` : ''}`,
      why: 'it could be guessed',
      instead: 'make one by: openssl rand -base64 32',
    });
  }
}

/** A group that nobody knows could confirm nothing. */
export function readIdentityAdmins(
  written: Section<'identity_admins'>,
  scope: Pick<Parameters<typeof checkGroup>[1], 'groups' | 'report'>,
): readonly string[] {
  for (const [index, group] of written.entries()) {
    checkGroup(group, { path: ['identity_admins', index], ...scope });
  }
  return written;
}

/** RP ids are domains, and localhost is one: https://www.w3.org/TR/webauthn-3/#rp-id */
function isDomain(host: string): boolean {
  return !/^[\d.]+$|^\[/.test(host);
}
