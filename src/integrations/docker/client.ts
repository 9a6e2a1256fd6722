import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import { ProblemError, problem } from '../../core/problem.ts';
import type { DockerConfig } from './schema.ts';

const bytesMax = 1024 ** 2;

export interface Reply {
  readonly status: number;
  readonly text: string;
  /** The newest version of the API that this engine speaks; empty where it does not say. */
  readonly version: string;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly withinMs?: number;
}

/**
 * One request on a connection of its own; nothing is sent twice and no redirect is followed. Throws DOCKER_UNREACHABLE:
 * what was asked may have taken effect.
 */
export function send({ target, at, timeoutMs }: DockerConfig, call: Call): Promise<Reply> {
  const { method, path, body, withinMs = timeoutMs } = call;
  const text = body === undefined ? undefined : JSON.stringify(body);
  const deadline = AbortSignal.timeout(withinMs);
  const options = {
    method,
    agent: false as const,
    signal: deadline,
    headers: {
      // An engine takes no more of a host's name than that there is one.
      host: 'docker',
      ...(text !== undefined && { 'content-type': 'application/json' }),
    },
  };
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => {
      const why = deadline.aborted ? `no answer within ${withinMs} ms` : error.message;
      reject(new ProblemError(problem('DOCKER_UNREACHABLE', { target, why: why.slice(0, 200) })));
    };
    const request =
      'socket' in at
        ? overHttp({ ...options, socketPath: at.socket, path })
        : (at.url.startsWith('https:') ? overHttps : overHttp)(
            new URL(`${at.url.replace(/\/$/, '')}${path}`),
            { ...options, headers: { ...options.headers, host: new URL(at.url).host } },
          );
    request.on('error', failed);
    request.once('response', (response) => {
      read(response).then(resolve, failed);
    });
    request.end(text);
  });
}

async function read(response: IncomingMessage): Promise<Reply> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length > bytesMax) throw new Error(`it answered more than ${bytesMax} characters`);
  }
  const version = String(response.headers['api-version'] ?? '');
  return { status: response.statusCode ?? 0, text, version };
}
