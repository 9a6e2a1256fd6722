import { connect } from 'node:net';
import type { Endpoint } from '../../core/ports/endpoint.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { reasonOf } from './reason.ts';

/** A connection that is taken is an answer. Nothing is said on it. */
export function tcpEndpoint(
  { host, port }: { readonly host: string; readonly port: number },
  timeoutMs: number,
): Endpoint {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return {
    check: () =>
      new Promise((resolve) => {
        const deadline = AbortSignal.timeout(timeoutMs);
        const socket = connect({ host, port, signal: deadline });
        const end = (found: Problem | undefined) => {
          resolve(found);
          socket.destroy();
        };
        socket.once('connect', () => end(undefined));
        socket.on('error', (error) =>
          end(
            deadline.aborted
              ? problem('WATCH_TIMEOUT', { address, timeoutMs })
              : problem('WATCH_NO_ANSWER', { address, reason: reasonOf(error) }),
          ),
        );
      }),
  };
}
