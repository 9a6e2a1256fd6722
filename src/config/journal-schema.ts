import { duration, keys, notBuilt, oneOf, oneOrMany, path, secret } from './field.ts';

/** Where events and secrets are kept. */
export const journal = keys({
  store: oneOf(['sqlite', 'redis'])
    .default('sqlite')
    .describe('Where events are kept; `redis` is refused by this build.'),
  path: path
    .default('./data/tocsin.db')
    .describe('The file of the sqlite store, seen from the folder of this file.'),
  url: notBuilt('redis journal', 'take it out and write path: ./data/tocsin.db'),
  archive: path
    .optional()
    .describe(
      'The folder that payloads older than `retain` move into, once a day; each file is checked by `tocsin journal verify`.',
    ),
  retain: duration('30d', '3650d')
    .optional()
    .describe(
      'How long after its last event the payloads of what is over stay in the journal itself. Needs `archive`.',
    ),
  signing_key: secret
    .optional()
    .describe(
      'Ed25519 key (PEM, PKCS 8) that signs checkpoints; made and kept in the keyring when absent.',
    ),
  keyring_key: oneOrMany(secret)
    .optional()
    .describe(
      'What second factors are encrypted under in the keyring, 32 characters at least. A list while it is replaced: the first encrypts, each decrypts. Without it there are no second factors.',
    ),
});
