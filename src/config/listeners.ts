import { BlockList, isIP } from 'node:net';
import type { ConsoleConfig, ServerConfig } from './config.ts';
import type { Listen } from './field.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';

export function readServer(written: Section<'server'>, report: Report): ServerConfig {
  for (const [index, network] of written.trusted_proxies.entries()) {
    if (isNetwork(network)) continue;
    report.error(['server', 'trusted_proxies', index], {
      what: `server.trusted_proxies[${index}] is "${network}"`,
      why: 'it is neither an address nor a network',
      instead: 'write for example 10.0.0.0/8',
    });
  }
  return {
    listen: written.listen,
    ...(written.public_url !== undefined && { publicUrl: written.public_url }),
    trustedProxies: written.trusted_proxies,
    bodyLimitBytes: written.body_limit,
    shutdownGraceMs: written.shutdown_grace,
  };
}

export function readConsole(written: Section<'console'>, report: Report): ConsoleConfig {
  const { listen, public_url, tokens } = written;
  const instead = 'write public_url: https://… as people type it';
  if (public_url === undefined && !isLoopback(listen.host)) {
    report.error(['console'], {
      what: `console listens on ${listen.host} and has no public_url`,
      why: 'Origin and Host of a request are checked against it',
      instead,
    });
  }
  const parsed = public_url === undefined ? null : URL.parse(public_url);
  if (parsed && parsed.protocol === 'http:' && !isLoopback(parsed.hostname)) {
    report.error(['console', 'public_url'], {
      what: `console.public_url is ${public_url}`,
      why: 'the session cookie is sent over https only, except on this machine',
      instead: 'write https:// and end TLS before the console',
    });
  }
  if (parsed && parsed.pathname !== '/') {
    report.error(['console', 'public_url'], {
      what: `console.public_url ends in ${parsed.pathname}`,
      why: 'the console stands at the root of its host',
      instead: `write ${parsed.origin}`,
    });
  }
  return {
    listen,
    ...(public_url !== undefined && { publicUrl: public_url }),
    tokens: Object.entries(tokens).map(([name, { token, scopes }]) => ({ name, token, scopes })),
  };
}

/** Three listeners, three addresses. */
export function checkListeners(listens: Readonly<Record<string, Listen>>, report: Report): void {
  const all = Object.entries(listens);
  for (const [index, [name, listen]] of all.entries()) {
    const twin = all.slice(0, index).find(([, other]) => clash(other, listen));
    if (!twin) continue;
    report.error([name, 'listen'], {
      what: `${name}.listen is ${listen.host}:${listen.port}`,
      why: `${twin[0]} listens there already`,
      instead: 'write another port',
    });
  }
}

function clash(a: Listen, b: Listen): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  const everywhere = (host: string) => host === '0.0.0.0' || host === '::';
  return a.host === b.host || everywhere(a.host) || everywhere(b.host);
}

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || /^127\.\d+\.\d+\.\d+$/.test(bare);
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const kind = isIP(address);
  if (kind === 0 || more.length > 0) return false;
  if (bits === undefined) return true;
  if (!/^\d{1,3}$/.test(bits)) return false;
  try {
    new BlockList().addSubnet(address, Number(bits), kind === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
}
