import { Agent as HttpAgent, request as overHttp } from 'node:http';
import { Agent as HttpsAgent, request as overHttps } from 'node:https';
import { getCACertificates } from 'node:tls';

export interface Reach {
  /** `http://user:password@proxy:3128`. */
  readonly proxy?: string | undefined;
  /** PEM, trusted beside those that Node trusts. */
  readonly ca?: string | undefined;
}

/** How Discord is reached, for calls and for the gateway alike. */
export interface Network {
  /** One request with its whole answer. Rejects with `NotConnected` where nothing was sent. */
  send(request: Outgoing): Promise<Incoming>;
  /** Whether a proxy or a private authority stands between us, which the SDK's websocket does not know of. */
  readonly indirect: boolean;
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  close(): void;
}

export interface Outgoing {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | undefined;
  readonly signal: AbortSignal;
  /** A longer answer is not read to its end. */
  readonly bytesMax: number;
}

export interface Incoming {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** Nothing was sent: there was no connection to send it on. */
export class NotConnected extends Error {
  constructor(cause: Error) {
    super(`no connection: ${cause.message}`, { cause });
    this.name = 'NotConnected';
  }
}

/** An idle connection is closed by us before whatever stands between closes it under a request. */
const idleMs = 30_000;

export function openNetwork({ proxy, ca }: Reach): Network {
  const proxyEnv = proxy === undefined ? {} : { http_proxy: proxy, https_proxy: proxy };
  const authorities = ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] };
  const keeping = { keepAlive: true, timeout: idleMs, maxSockets: 32 };
  const agents = {
    http: new HttpAgent({ ...keeping, proxyEnv }),
    https: new HttpsAgent({ ...keeping, ...authorities, proxyEnv }),
  };

  function send({ method, url, headers, body, signal, bytesMax }: Outgoing): Promise<Incoming> {
    const isPlain = url.startsWith('http:');
    const begin = isPlain ? overHttp : overHttps;
    const agent = isPlain ? agents.http : agents.https;
    return new Promise((resolve, reject) => {
      let sent = false;
      const asked = begin(url, { method, headers, agent, signal });
      asked.once('socket', (socket) => {
        const isOpen = asked.reusedSocket || !socket.connecting;
        if (isOpen) sent = true;
        else socket.once(isPlain ? 'connect' : 'secureConnect', () => (sent = true));
      });
      // Not once: what is ended after it failed may fail again, and nobody else would hear it.
      asked.on('error', (error) => reject(sent ? error : new NotConnected(error)));
      asked.once('response', (answer) => {
        const chunks: Uint8Array[] = [];
        let length = 0;
        answer.on('data', (chunk: Uint8Array) => {
          length += chunk.byteLength;
          chunks.push(chunk);
          if (length > bytesMax) {
            asked.destroy(new RangeError(`the answer is longer than ${bytesMax} bytes`));
          }
        });
        answer.on('error', reject);
        answer.once('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: flat(answer.headers),
            body: Buffer.concat(chunks),
          }),
        );
      });
      asked.end(body);
    });
  }

  return {
    send,
    indirect: proxy !== undefined || ca !== undefined,
    agents,
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

function flat(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
  );
}
