import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Relay {
  readonly url: string;
  /** From now on requests go there; before, and where nobody answers, they get a 503. */
  to(base: string): void;
  readonly bodies: readonly string[];
  close(): Promise<void>;
}

/** An address that is known before the bot is: senders are configured with it, and it hands on what they send. */
export async function startRelay(): Promise<Relay> {
  let base = '';
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    bodies.push(body.toString('utf8'));
    const { authorization = '', 'content-type': type = '' } = request.headers;
    try {
      const answer = await fetch(base + (request.url ?? ''), {
        method: request.method ?? 'POST',
        headers: { authorization, 'content-type': type },
        body: new Uint8Array(body),
      });
      response.writeHead(answer.status).end(await answer.text());
    } catch {
      response.writeHead(503).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    to(url) {
      base = url;
    },
    bodies,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
