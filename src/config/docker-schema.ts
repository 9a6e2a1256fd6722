import { duration, field, keys, path, url } from './field.ts';

/** One Docker Engine. */
export const dockerTarget = keys({
  socket: path.optional().describe('Its socket, `/var/run/docker.sock`.'),
  url: url
    .optional()
    .describe('Where its API, or a proxy that lets through what is needed, listens.'),
  timeout: duration('100ms', '1m').default(5_000).describe('How long one question may take.'),
});

/** https://docs.docker.com/reference/cli/docker/container/create/ : what names a container is the end of an address. */
export const containerName = field('name of a container', (written) =>
  typeof written === 'string' && /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/.test(written)
    ? { value: written }
    : {
        why: 'a container has letters, digits and _ . - in its name',
        instead: 'write it as `docker ps` does',
      },
);
