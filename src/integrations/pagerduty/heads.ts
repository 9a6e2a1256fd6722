import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ClientRequest, IncomingMessage } from 'node:http';

export interface Head {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
}

/** What marks a request as ours. */
export const REQUEST_HEADER = 'x-tocsin-request';

/**
 * Tells the head of the answer to each request that carries our mark, before its body is read. The SDK keeps a 429 to
 * itself: it waits twenty seconds, whatever the answer says, and sends again; who knows of the 429 can end that.
 * https://nodejs.org/api/diagnostics_channel.html#http
 */
export function watchHeads(): {
  await(mark: string, tell: (head: Head) => void): () => void;
  close(): void;
} {
  const waiting = new Map<string, (head: Head) => void>();
  const heard = (message: unknown): void => {
    if (typeof message !== 'object' || message === null) return;
    const { request, response }: { request?: unknown; response?: unknown } = message;
    if (!isRequest(request) || !isResponse(response)) return;
    const mark = [request.getHeader(REQUEST_HEADER)].flat()[0];
    const tell = typeof mark === 'string' ? waiting.get(mark) : undefined;
    tell?.({ status: response.statusCode ?? 0, headers: response.headers });
  };
  subscribe(CHANNEL, heard);
  return {
    await(mark, tell) {
      waiting.set(mark, tell);
      return () => waiting.delete(mark);
    },
    close: () => unsubscribe(CHANNEL, heard),
  };
}

const CHANNEL = 'http.client.response.finish';

function isRequest(value: unknown): value is ClientRequest {
  return value instanceof ClientRequest;
}

function isResponse(value: unknown): value is IncomingMessage {
  return value instanceof IncomingMessage;
}
