import { duration, keys, name, notBuilt, oneOf, path, text } from './field.ts';

/** What can be backed up: the role of a service in which it lives. */
export const backedUp = ['database', 'cache'] as const;

/** One entry of `backups:`. */
export const backup = keys({
  service: name.describe('The service.'),
  environment: name
    .optional()
    .describe('Its environment; may be left out where only one has such a part.'),
  what: oneOf(backedUp).describe('Which part of it.'),
  to: path.describe('Folder in which it is kept, readable by Tocsin alone.'),
  database: text
    .optional()
    .describe('Name of the database within its server; that of the target when absent.'),
  query: text
    .optional()
    .describe(
      'A SELECT whose answer must be the same after restoring: asked in the state that is copied, and again when it is verified.',
    ),
  timeout: duration('1m', '7d')
    .default(21_600_000)
    .describe('How long one backup, or one verification, may take.'),
  schedule: notBuilt('schedule of backups'),
  time_zone: notBuilt('schedule of backups'),
  keep: notBuilt('retention of backups'),
});
