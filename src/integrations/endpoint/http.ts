import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { Endpoint } from '../../core/ports/endpoint.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { reasonOf } from './reason.ts';

/** An answer is read to its end, so that half of one is none; a body is no more than this. */
const bytesMax = 256 * 1024;

/**
 * One GET on a connection of its own. A redirect is an answer and is not followed: where it leads was written by whoever
 * answers, not by the operator.
 */
export function httpEndpoint(
  {
    url,
    status: wanted,
    ca,
  }: { readonly url: string; readonly status?: number; readonly ca?: string },
  timeoutMs: number,
): Endpoint {
  const target = new URL(url);
  const { host } = target;
  const send = target.protocol === 'https:' ? overHttps : overHttp;
  return {
    check: () =>
      new Promise((resolve) => {
        const deadline = AbortSignal.timeout(timeoutMs);
        const request = send(target, {
          agent: false,
          method: 'GET',
          headers: { 'user-agent': 'tocsin-watch', accept: '*/*', 'accept-encoding': 'identity' },
          signal: deadline,
          ...(ca !== undefined && { ca }),
        });
        const end = (found: Problem | undefined) => {
          resolve(found);
          request.destroy();
        };
        const failed = (error: Error) =>
          end(
            deadline.aborted
              ? problem('WATCH_TIMEOUT', { address: host, timeoutMs })
              : problem('WATCH_NO_ANSWER', { address: host, reason: reasonOf(error) }),
          );
        request.on('error', failed);
        request.once('response', (response) => {
          response.on('error', failed);
          const { statusCode: status = 0 } = response;
          if (wanted === undefined ? status < 200 || status > 299 : status !== wanted) {
            return end(problem('WATCH_STATUS', { address: host, status, wanted: wanted ?? '2xx' }));
          }
          return drain(response, () => end(undefined));
        });
        request.end();
      }),
  };
}

/** What is longer than anybody needs has answered too. */
function drain(response: IncomingMessage, done: () => void): void {
  let length = 0;
  response.on('data', (chunk: Buffer) => {
    length += chunk.byteLength;
    if (length > bytesMax) done();
  });
  response.once('end', done);
}
