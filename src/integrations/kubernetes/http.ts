import { type Agent, request as plain } from 'node:http';
import { type RequestOptions, request as secure } from 'node:https';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** TLS material and agent. */
  readonly options: RequestOptions & { readonly agent?: Agent };
  readonly timeoutMs: number;
  readonly bytesMax: number;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The answer began but did not come whole: too long, or the connection broke. */
  readonly cut?: 'too-long' | 'broken';
}

/** No status came back. `sent` is false only when the request surely never left this machine. */
export class NoAnswer extends Error {
  readonly sent: boolean;
  readonly why: 'timeout' | 'connection' | 'tls';

  constructor(why: NoAnswer['why'], sent: boolean, detail: string) {
    super(detail);
    this.name = 'NoAnswer';
    this.why = why;
    this.sent = sent;
  }
}

/** One request, one deadline over all of it: connecting, sending and every byte of the answer. */
export function exchange(wanted: HttpRequest): Promise<HttpReply> {
  return new Promise((resolve, reject) => {
    const { method, url, headers, options, body } = wanted;
    let sent = false;
    let status = 0;
    let received = 0;
    let answered: Record<string, string> = {};
    const parts: Buffer[] = [];

    const request = (url.protocol === 'http:' ? plain : secure)(url, {
      ...options,
      method,
      headers: {
        accept: 'application/json',
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
    });
    const deadline = setTimeout(() => {
      fail(new NoAnswer('timeout', sent, `no answer within ${wanted.timeoutMs} ms`));
    }, wanted.timeoutMs);

    function finish(cut?: HttpReply['cut']): void {
      clearTimeout(deadline);
      const whole = { status, headers: answered, body: Buffer.concat(parts).toString('utf8') };
      resolve(cut === undefined ? whole : { ...whole, cut });
    }
    function fail(error: NoAnswer): void {
      // Once a status is here the answer is known, however the rest of it fared.
      if (status > 0) finish('broken');
      else {
        clearTimeout(deadline);
        reject(error);
      }
      request.destroy();
    }

    request.on('socket', (socket) => {
      if (!socket.connecting) {
        sent = true;
        return;
      }
      socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        sent = true;
      });
    });
    request.on('error', (error) => {
      fail(new NoAnswer(isTls(error) ? 'tls' : 'connection', sent, describe(error)));
    });
    request.on('response', (response) => {
      status = response.statusCode ?? 0;
      answered = flat(response.headers);
      response.on('data', (part: Buffer) => {
        received += part.length;
        if (received > wanted.bytesMax) {
          finish('too-long');
          request.destroy();
        } else parts.push(part);
      });
      response.on('end', () => finish());
      response.on('error', () => finish('broken'));
      response.on('aborted', () => finish('broken'));
    });
    request.end(body);
  });
}

function flat(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}

function isTls(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : '';
  return /^ERR_(TLS|SSL)|CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ISSUER/.test(code);
}

function describe(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  return code === '' ? error.message : `${code} ${error.message}`.replace(`${code} ${code}`, code);
}
