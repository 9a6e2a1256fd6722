import { lookup as lookUp } from 'node:dns/promises';
import { request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Outbound, OutboundAnswer, OutboundBounds } from '../core/ports/outbound.ts';
import { type Problem, type ProblemBook, problem } from '../core/problem.ts';
import { type Reach, reachOf, webAddress } from '../core/web-address.ts';

export interface OutboundOptions {
  /** Base URLs of the configuration: whose pages may be fetched. Scheme, host and port have to be theirs. */
  readonly allowed: readonly string[];
  /** All addresses of a name. The system's resolver where absent. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/**
 * Fetches what an address from outside names, if it is a page of a host of the configuration. The name is resolved once, every address
 * it has is judged, and the connection goes to one that was: what the name says a moment later counts for nothing.
 */
export function createOutbound({ allowed, resolve = resolved }: OutboundOptions): Outbound {
  const hosts = new Map(
    allowed.map((url) => {
      const { origin, hostname } = new URL(url);
      return [origin, named(hostname)] as const;
    }),
  );

  async function admit(url: string): Promise<Admitted | Problem> {
    const page = webAddress(url);
    if (page === undefined) return problem('OUTBOUND_NO_PAGE');
    const target = new URL(page);
    const known = hosts.get(target.origin);
    if (!known) return problem('OUTBOUND_NOT_ALLOWED', { host: target.host });
    const literal = bare(target.hostname);
    const isLiteral = reachOf(literal) !== undefined;
    const addresses = isLiteral ? [literal] : await resolve(literal).catch(() => []);
    const [address] = addresses;
    if (address === undefined) return problem('OUTBOUND_NO_ADDRESS', { host: target.host });
    const bad = addresses.find((each) => !known.has(reachOf(each) ?? 'reserved'));
    return bad === undefined
      ? { target, address }
      : problem('OUTBOUND_ADDRESS_REFUSED', { host: target.host, reach: reachOf(bad) ?? 'unread' });
  }

  return {
    async get(url, bounds) {
      const admitted = await admit(url);
      return 'code' in admitted ? { ok: false, problem: admitted } : fetched(admitted, bounds);
    },
  };
}

interface Admitted {
  readonly target: URL;
  readonly address: string;
}

/**
 * A host of the configuration is often in our own network. Where clouds hand out credentials is never meant, and this machine
 * only where the configuration names it.
 */
function named(hostname: string): ReadonlySet<Reach> {
  const own = reachOf(bare(hostname));
  const isHere = own === 'loopback' || hostname === 'localhost' || hostname.endsWith('.localhost');
  return new Set<Reach>(['public', 'private', ...(isHere ? (['loopback'] as const) : [])]);
}

/** Without the brackets of IPv6, and without the dot that ends a name. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

async function resolved(host: string): Promise<readonly string[]> {
  return (await lookUp(host, { all: true })).map(({ address }) => address);
}

function fetched({ target, address }: Admitted, bounds: OutboundBounds): Promise<OutboundAnswer> {
  const { bytesMax, timeoutMs, type: wanted } = bounds;
  const fail = (code: string, facts = {}): OutboundAnswer => ({
    ok: false,
    problem: problem(code, { host: target.host, ...facts }),
  });
  const family = address.includes(':') ? 6 : 4;
  const lookup: LookupFunction = (_host, options, done) =>
    options.all ? done(null, [{ address, family }]) : done(null, address, family);
  const send = target.protocol === 'https:' ? overHttps : overHttp;
  return new Promise((resolve) => {
    const request = send(target, {
      // A connection of its own: one that is kept may lead elsewhere than what was judged.
      agent: false,
      lookup,
      method: 'GET',
      headers: { accept: `${wanted}*`, 'accept-encoding': 'identity' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.once('error', () => resolve(fail('OUTBOUND_FAILED')));
    request.once('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      const type = headers['content-type'] ?? '';
      const chunks: Buffer[] = [];
      let length = 0;
      const end = (answer: OutboundAnswer) => {
        resolve(answer);
        request.destroy();
      };
      if (status !== 200) return end(fail('OUTBOUND_STATUS', { status }));
      if (!type.startsWith(wanted)) return end(fail('OUTBOUND_TYPE', { wanted }));
      response.on('data', (chunk: Buffer) => {
        length += chunk.byteLength;
        if (length > bytesMax) end(fail('OUTBOUND_TOO_LARGE', { most: bytesMax }));
        else chunks.push(chunk);
      });
      response.once('end', () => end({ ok: true, bytes: Buffer.concat(chunks), type }));
      response.once('error', () => end(fail('OUTBOUND_FAILED')));
    });
    request.end();
  });
}

/** Words of what is not fetched. */
export const outboundProblems: ProblemBook = {
  OUTBOUND_NO_PAGE: {
    what: 'The address was not fetched.',
    changed: 'Nothing was changed.',
    why: 'It is no plain address of a page: http or https, without a name or a password in it, and without characters that are not seen.',
    next: 'Look at the alert’s rule; open the page by hand if you trust it.',
  },
  OUTBOUND_NOT_ALLOWED: {
    what: 'The address was not fetched.',
    changed: 'Nothing was changed.',
    why: '{host} is no host of a source of the configuration.',
    next: 'Add it to the configuration if its pages are meant to be shown.',
  },
  OUTBOUND_NO_ADDRESS: {
    what: 'The address was not fetched.',
    changed: 'Nothing was changed.',
    why: 'Nobody knows the name {host}.',
    next: 'Look at the name and at the resolver of this host.',
  },
  OUTBOUND_ADDRESS_REFUSED: {
    what: 'The address was not fetched.',
    changed: 'Nothing was changed.',
    why: '{host} leads to an address that is {reach}, where no page of a source is.',
    next: 'Look at who answers for that name: it points into this machine or its neighbours.',
  },
  OUTBOUND_FAILED: {
    what: 'The page was not fetched.',
    changed: 'Nothing was changed.',
    why: '{host} did not answer whole and in time.',
    next: 'Open it by hand.',
  },
  OUTBOUND_STATUS: {
    what: 'The page was not fetched.',
    changed: 'Nothing was changed.',
    why: '{host} answered {status}; a redirect is not followed.',
    next: 'Open it by hand; if it wants a sign-in, its own integration has to ask for it.',
  },
  OUTBOUND_TYPE: {
    what: 'The page was not fetched.',
    changed: 'Nothing was changed.',
    why: 'What {host} answered does not begin with {wanted}.',
    next: 'Open it by hand.',
  },
  OUTBOUND_TOO_LARGE: {
    what: 'The page was not fetched.',
    changed: 'Nothing was changed.',
    why: 'It has more than {most} bytes.',
    next: 'Open it by hand.',
  },
};
