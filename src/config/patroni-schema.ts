import { flag, keys, path, secret, text } from './field.ts';

/** How the servers of a Patroni cluster are reached by SQL, for backups alone. */
export const patroniLogin = keys({
  username: text.describe(
    'User at every server; needs the rights of a backup, and those of a restore where one is wanted.',
  ),
  password: secret.optional().describe('Its password.'),
  database: text.default('postgres').describe('Database that it connects to.'),
  tls: flag.default(false).describe('Speak TLS to the servers.'),
  ca: path
    .optional()
    .describe(
      "PEM file of the authority that signed their certificates; the system's when absent.",
    ),
  programs: path
    .optional()
    .describe('Folder of the programs of PostgreSQL; the usual ones when absent.'),
});
