import type { Written } from '../client.ts';
import type { WritableCluster } from '../cluster.ts';
import type { Intended } from '../simulate.ts';

/** Part of a running step: never held back because other requests failed. */
export function sendIntended(
  { writer }: WritableCluster,
  path: string,
  send: Intended['send'],
): Promise<Written> {
  return 'put' in send
    ? writer.put(path, send.put, { urgent: true })
    : writer.patch(path, send.patch, { urgent: true });
}
