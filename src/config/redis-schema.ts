import { z } from 'zod';
import { duration, flag, keys, path, secret, text } from './field.ts';

/** A Redis: behind Sentinels, a Redis Cluster, or servers by themselves. */
export const redisTarget = keys({
  sentinels: z
    .array(text)
    .min(1)
    .optional()
    .describe(
      '`host:port` of every Sentinel, with master; the first that answers is told to fail over.',
    ),
  master: text.optional().describe('Name that the Sentinels know the master by.'),
  cluster: z
    .array(text)
    .min(1)
    .optional()
    .describe('`host:port` of every node of a Redis Cluster, in place of sentinels.'),
  servers: z
    .array(text)
    .min(1)
    .optional()
    .describe(
      '`host:port` of a master and its replicas that no Sentinel looks after, in place of sentinels.',
    ),
  username: text.optional().describe('User at the servers; the default one when absent.'),
  password: secret.optional().describe('Its password.'),
  read: keys({
    username: text.optional().describe('User that only looks; plans and `tocsin doctor` are its.'),
    password: secret.optional().describe('Its password.'),
  })
    .optional()
    .describe('Credential for looking; that of changes when absent.'),
  sentinel_username: text.optional().describe('User at the Sentinels.'),
  sentinel_password: secret.optional().describe('Its password.'),
  tls: flag.default(false).describe('Speak TLS to servers and Sentinels.'),
  ca: path
    .optional()
    .describe(
      "PEM file of the authority that signed their certificates; the system's when absent.",
    ),
  timeout: duration('100ms', '30s').default(3_000).describe('How long one command may take.'),
});
