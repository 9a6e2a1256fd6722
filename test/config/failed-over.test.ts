// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { describe, expect, it } from 'vitest';
import { accepted, faultsOf, yaml } from './given.ts';

const env = { PW: 'p', KEY: 'k' };

describe('a Redis', () => {
  it.each([
    ['has none of the three', '{}', 'has no servers'],
    ['has two of them', '{ cluster: [ "a:1" ], servers: [ "b:1" ] }', 'has cluster and servers'],
    ['has Sentinels without a name', '{ sentinels: [ "a:1" ] }', 'has sentinels without master'],
    [
      'has a name beside a cluster',
      '{ cluster: [ "a:1" ], master: x }',
      'is written beside cluster',
    ],
    [
      'has the login of Sentinels beside servers',
      '{ servers: [ "a:1" ], sentinel_password: "${env:PW}" }',
      'is written beside servers',
    ],
    [
      'names a server without a port',
      '{ cluster: [ redis-1 ] }',
      'a server is reached at host:port',
    ],
    [
      'names an authority without TLS',
      '{ cluster: [ "a:1" ], ca: ca.pem }',
      'is written without tls',
    ],
  ])('that %s is refused', (_, redis, said) => {
    expect(faults(`redis: ${redis}`).join('\n')).toContain(said);
  });

  it('is one of three, and has a credential for looking beside that of changes', () => {
    const text = target(
      'redis: { cluster: [ "a:1", "[::1]:2" ], password: "${env:PW}", read: { username: looks, password: "${env:KEY}" } }',
    );
    const [redis] = accepted(text, { env }).config.targets.redis;
    expect(redis).toMatchObject({
      kind: 'cluster',
      nodes: [
        { host: 'a', port: 1 },
        { host: '::1', port: 2 },
      ],
      read: { username: 'looks' },
    });
    expect([redis?.password?.reveal(), redis?.read?.password?.reveal()]).toEqual(['p', 'k']);
  });
});

describe('a Patroni', () => {
  it.each([
    ['has no endpoints', '{ endpoints: [] }', 'endpoints'],
    [
      'has a key without a certificate',
      '{ endpoints: [ "https://a:1" ], key: "${env:KEY}" }',
      'is written without certificate',
    ],
    [
      'has an authority and endpoints in the clear',
      '{ endpoints: [ "http://a:1" ], ca: ca.pem }',
      'is written for endpoints in the clear',
    ],
    [
      'waits less for a change than Patroni takes',
      '{ endpoints: [ "http://a:1" ], change_timeout: 5s }',
      'change_timeout',
    ],
  ])('that %s is refused', (_, patroni, said) => {
    expect(faults(`patroni: ${patroni}`).join('\n')).toContain(said);
  });

  it('has an endpoint once, however often it is written, and a minute for a change', () => {
    const text = target('patroni: { endpoints: [ "http://a:1", "http://b:1", "http://a:1" ] }');
    expect(accepted(text, { env }).config.targets.patroni).toEqual([
      {
        target: 'main',
        endpoints: ['http://a:1', 'http://b:1'],
        timeoutMs: 5_000,
        actionTimeoutMs: 60_000,
      },
    ]);
  });
});

function faults(written: string): readonly string[] {
  const files = { '/etc/tocsin/ca.pem': '-----BEGIN CERTIFICATE-----\n' };
  return faultsOf(target(written), { env, files });
}

function target(written: string): string {
  return yaml({ targets: `targets: { main: { ${written} } }`, services: '', policies: '' });
}
