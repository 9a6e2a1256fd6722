import { duration, field, keys, named, path, reached } from './field.ts';

/** One HAProxy, or several that are turned together. */
export const haproxyTarget = keys({
  instances: named(
    keys({
      socket: path.optional().describe('Its runtime socket, `stats socket PATH level admin`.'),
      address: reached
        .optional()
        .describe('Where its runtime API is bound to TCP, `stats socket ipv4@… level admin`.'),
    }),
  ).describe('Each HAProxy by a name of yours; one of socket and address.'),
  timeout: duration('100ms', '30s').default(3_000).describe('How long one command may take.'),
});

/**
 * What may name a backend or a server: nothing that would begin another command.
 * https://docs.haproxy.org/2.6/configuration.html#4 says which letters a name may have.
 */
export const haproxyName = field('name in HAProxy', (written) =>
  typeof written === 'string' && /^[A-Za-z0-9_.:-]{1,100}$/.test(written)
    ? { value: written }
    : {
        why: 'names of HAProxy have letters, digits and - _ . : only',
        instead: 'write it as its configuration does',
      },
);
