import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, yaml } from './given.ts';

const key = 'AGE-SECRET-KEY-179RVLGS27VT3DRCS4Z7AKD296WRATZALFZPQ0NRWPS32VD26FH4QYJYJ7J';
const recipient = 'age1q0yteamv527u6pq7ekrwfhy9cgkn7mt9xhkz2hf0pzjhmgjcls3sr3hx06';

const text = (more: string) =>
  yaml({
    targets: `targets:
  pg-main: { postgres: { nodes: { one: { address: "db:5432" } }, username: tocsin, application: { username: app } } }`,
    services: `services:
  checkout: { match: { app: checkout }, environments: { production: { database: { postgres: pg-main } } } }`,
    backups: `backups: [ { service: checkout, what: database, to: ./b, ${more} } ]`,
  });
const faults = (more: string, file = '') =>
  faultsOf(text(more), { files: { '/etc/tocsin/age.key': file } }).map((fault) =>
    fault.replace(/^tocsin\.yaml:\d+: /, ''),
  );
const reference = '${file:age.key}';
const both = `encrypt: { recipients: [${recipient}], identity: ${reference} }`;

describe('encrypt of a backup', () => {
  it('is for whom it says, and opened by the file of age-keygen', () => {
    const file = `# created: 2026-11-26T03:00:00Z\n# public key: ${recipient}\n${key}\n\n${key}\n`;
    const { settings } = accepted(text(both), { files: { '/etc/tocsin/age.key': file } });
    const [{ encrypt } = { encrypt: undefined }] = settings.backups ?? [];
    expect(encrypt?.recipients).toEqual([recipient]);
    expect(encrypt?.identities.map((each) => each.reveal())).toEqual([key, key]);
    expect(JSON.stringify(settings)).not.toContain(key);
    expect(faults(`encrypt: { recipients: [${recipient}] }`)).toEqual([]);
  });

  it.each([
    ['[]', /recipients/],
    [`[${recipient.replace('q0yt', 'q0yq')}]`, /no public key of age, or a letter of it is wrong/],
    ['[age1qqqq]', /no public key of age/],
    [`[${key}]`, /it is the secret half of a key, write its public half/],
    ['["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"]', /keys of SSH and of plugins/],
    ['[age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t]', /of plugins/],
  ])('%s is for nobody', (recipients, why) => {
    const found = faults(`encrypt: { recipients: ${recipients} }`);
    expect(found).toEqual([expect.stringMatching(why)]);
    expect(found.join()).not.toContain(key);
  });

  it.each([
    ['', /is empty/],
    ['# nothing\n', /no AGE-SECRET-KEY-1/],
    [key.replace('179R', '179V'), /no AGE-SECRET-KEY-1…, or a letter of it is wrong/],
    [`${key}\nmore`, /no AGE-SECRET-KEY-1/],
    ['-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n', /behind a passphrase, and at night nobody/],
    ['age-encryption.org/v1\n-> scrypt x 18\n', /behind a passphrase/],
    ['AGE-PLUGIN-YUBIKEY-1Q9TYQYZ', /keys of SSH and of plugins/],
    ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n', /keys of SSH and of plugins/],
  ])('%j opens nothing', (file, why) => {
    const found = faults(both, file);
    expect(found).toEqual([expect.stringMatching(why)]);
    if (file.length > 20) expect(found.join()).not.toContain(file.slice(0, 40));
  });

  it('has no identity written out, and needs one where it is verified by schedule', () => {
    expect(faults(`encrypt: { recipients: [${recipient}], identity: ${key} }`)).toEqual([
      expect.stringMatching(/a secret never stands in the configuration itself/),
    ]);
    expect(faults(`verify: "0 5 * * sun", encrypt: { recipients: [${recipient}] }`)).toEqual([
      'verify of backups[0] could not look at what it holds, it is encrypted, and there is no identity to open it with, write encrypt.identity, or take verify out and verify it where the key is',
    ]);
    expect(faults(`encrypt: { identity: ${reference} }`, key)).toEqual([
      expect.stringMatching(/recipients/),
    ]);
  });
});
