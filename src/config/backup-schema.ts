import { z } from 'zod';
import { identities, recipient } from './age.ts';
import { duration, integer, keys, name, oneOf, path, text, timeZone } from './field.ts';
import { cron } from './policy-schema.ts';
import { keptIn } from './store-schema.ts';

/** What can be backed up: the role of a service in which it lives. */
export const backedUp = ['database', 'cache', 'config', 'logs'] as const;

/** A CronJob that makes the copies and puts them where it was told to. */
const job = keys({
  kubernetes: name.describe('The target in which a CronJob makes it.'),
  namespace: text.describe('Its namespace.'),
  cronjob: text.describe('Its name.'),
});

/** One entry of `backups:`. */
export const backup = keys({
  service: name.describe('The service.'),
  environment: name
    .optional()
    .describe('Its environment; may be left out where only one has such a part.'),
  what: oneOf(backedUp).describe('Which part of it.'),
  to: keptIn
    .optional()
    .describe(
      'Where it is kept: a folder, readable by Tocsin alone, or a bucket of S3 or of what speaks as it does (`stores` says how that is reached); left out where whoever holds the data keeps its own copies: RDS, and what `by` names.',
    ),
  by: job.optional(),
  database: text
    .optional()
    .describe('Name of the database within its server; that of the target when absent.'),
  as: oneOf(['custom', 'plain', 'base'])
    .optional()
    .describe(
      'How a PostgreSQL is copied: `custom` is what `pg_restore` reads, and what is meant when absent; `plain` is SQL, compressed by gzip; `base` is the whole server.',
    ),
  wal: path
    .optional()
    .describe(
      'With `as: base`: folder, readable by Tocsin and by whoever runs its throw-away servers, in which the server archives its log of writes; moments between backups can then be restored.',
    ),
  query: text
    .optional()
    .describe(
      'A SELECT whose answer must be the same after restoring: asked in the state that is copied, and again when it is verified.',
    ),
  timeout: duration('1m', '7d')
    .default(21_600_000)
    .describe('How long one backup, or one verification, may take.'),
  schedule: cron
    .optional()
    .describe(
      'When one is taken by itself, without an approval; what was missed is made up for once.',
    ),
  verify: cron
    .optional()
    .describe('When the newest one is verified by itself, without an approval.'),
  time_zone: timeZone.default('UTC').describe('The zone of both.'),
  late_after: duration('1m', '7d')
    .default(3_600_000)
    .describe('How long after it was due one that is not there is an incident.'),
  stops: z
    .array(name)
    .optional()
    .describe(
      'Services of the same environment that are stopped while a restore takes the place of what is in use, and started again.',
    ),
  encrypt: keys({
    recipients: z
      .array(recipient)
      .min(1)
      .describe('Public keys of age; whoever has the other half of one can open it.'),
    identity: identities
      .optional()
      .describe(
        'The other half of one of them, as `age-keygen` writes it, to verify and to restore here. Without it backups are taken, and opened where the key is.',
      ),
  })
    .optional()
    .describe(
      'Encrypts it with age before it leaves this process; it is not where this is absent.',
    ),
  keep: keys({
    days: integer(1, 36_500).optional().describe('One stays that is at most so many days old.'),
    count: integer(1, 100_000)
      .optional()
      .describe('One stays that is among so many of the newest.'),
  })
    .optional()
    .describe(
      'What `retention` leaves: whatever either keeps, and always the newest verified one.',
    ),
});
