// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import { describe, expect, it } from 'vitest';
import { faultsOf, warningsOf, yaml } from './given.ts';

describe('listeners, console, journal and times', () => {
  it('refuses a bare port', () => {
    expect(faultsOf(yaml({ server: 'server: { listen: 8080 }' }))).toEqual([
      'tocsin.yaml:1: server.listen is 8080, an address has a host and a port, write for example 127.0.0.1:8080, or "[::1]:8080" in quotes',
    ]);
  });

  it('refuses a port above the last', () => {
    expect(faultsOf(yaml({ server: 'server: { listen: 0.0.0.0:99999 }' }))).toEqual([
      'tocsin.yaml:1: server.listen is "0.0.0.0:99999", a port is at most 65535, write for example 127.0.0.1:8080, or "[::1]:8080" in quotes',
    ]);
  });

  it('refuses an address of another listener', () => {
    expect(faultsOf(yaml({ server: 'server: { listen: 127.0.0.1:8081 }' }))).toEqual([
      'tocsin.yaml:3: console.listen is 127.0.0.1:8081, server listens there already, write another port',
    ]);
  });

  it('refuses an address under all addresses of another listener', () => {
    expect(
      faultsOf(
        yaml({
          server: 'server: { listen: 0.0.0.0:9090 }',
          metrics: 'metrics: { listen: 127.0.0.1:9090 }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: metrics.listen is 127.0.0.1:9090, server listens there already, write another port',
    ]);
  });

  it('refuses sizes and durations without their units', () => {
    expect(faultsOf(yaml({ server: 'server: { body_limit: 5MB, shutdown_grace: 30 }' }))).toEqual([
      'tocsin.yaml:1: server.body_limit is "5MB", a size is a number with KiB or MiB, from 16KiB to 64MiB, write for example 5MiB',
      'tocsin.yaml:1: server.shutdown_grace is 30, a duration is a number with its unit, write for example 30s, 5m or 1h30m',
    ]);
  });

  it('refuses proxies that are no networks', () => {
    expect(faultsOf(yaml({ server: 'server: { trusted_proxies: [10.0.0.0/33, foo] }' }))).toEqual([
      'tocsin.yaml:1: server.trusted_proxies[0] is "10.0.0.0/33", it is neither an address nor a network, write for example 10.0.0.0/8',
      'tocsin.yaml:1: server.trusted_proxies[1] is "foo", it is neither an address nor a network, write for example 10.0.0.0/8',
    ]);
  });

  it('refuses a public URL of another kind', () => {
    expect(faultsOf(yaml({ server: 'server: { public_url: ftp://x }' }))).toEqual([
      'tocsin.yaml:1: server.public_url is "ftp://x", it is no http or https URL, write for example https://alerts.example.com',
    ]);
  });

  it('refuses a base URL with a query', () => {
    expect(faultsOf(yaml({ server: 'server: { public_url: "https://x/?a=b" }' }))).toEqual([
      'tocsin.yaml:1: server.public_url is "https://x/?a=b", a base URL has no ? or # part, write https://x',
    ]);
  });

  it('refuses a password in a URL and does not repeat it', () => {
    expect(faultsOf(yaml({ server: 'server: { public_url: https://u:hunter2@x }' }))).toEqual([
      'tocsin.yaml:1: server.public_url holds an @, a URL ends up in logs and must not hold a name or password, write it as basic: { username: …, password: ${env:NAME} }',
    ]);
  });

  it('wants a public URL for a console that others reach', () => {
    expect(faultsOf(yaml({ console: 'console: { listen: 0.0.0.0:8081 }' }))).toEqual([
      'tocsin.yaml:1: console listens on 0.0.0.0 and has no public_url, Origin and Host of a request are checked against it, write public_url: https://… as people type it',
    ]);
  });

  it('wants https, and the root of the host, for the console', () => {
    expect(
      faultsOf(yaml({ console: 'console: { public_url: http://ops.example.com/x }' })),
    ).toEqual([
      'tocsin.yaml:1: console.public_url is http://ops.example.com/x, the session cookie is sent over https only, except on this machine, write https:// and end TLS before the console',
      'tocsin.yaml:1: console.public_url ends in /x, the console stands at the root of its host, write http://ops.example.com',
    ]);
  });

  it('refuses an API token written out and an unknown scope', () => {
    expect(
      faultsOf(
        yaml({ console: 'console: { tokens: { ci: { token: hunter2, scopes: [approve] } } }' }),
      ),
    ).toEqual([
      'tocsin.yaml:1: console.tokens.ci.token holds a value written out, a secret never stands in the configuration itself, write ${env:NAME} or ${file:/run/secrets/NAME}',
      'tocsin.yaml:1: console.tokens.ci.scopes[0] is "approve", only read, commands and export are known here, write read, commands or export',
    ]);
  });

  it('takes a token that proposes, and says nothing of it', () => {
    const written = 'console: { tokens: { ci: { token: "${env:T}", scopes: [read, commands] } } }';
    expect(
      warningsOf(yaml({ console: written }), { env: { T: 'token', AM_TOKEN: 'token' } }),
    ).toEqual([]);
  });

  it('refuses the redis journal', () => {
    expect(
      faultsOf(
        yaml({
          journal: `journal:
  store: redis
  url: redis://x`,
        }),
      ),
    ).toEqual([
      'tocsin.yaml:2: journal.store is "redis", this build has no redis journal, write store: sqlite',
      'tocsin.yaml:3: journal.url is written, this build has no redis journal, take it out and write path: ./data/tocsin.db',
    ]);
  });

  it('refuses an unknown store', () => {
    expect(faultsOf(yaml({ journal: 'journal: { store: sqllite }' }))).toEqual([
      'tocsin.yaml:1: journal.store is "sqllite", only sqlite and redis are known here, did you mean "sqlite"?',
    ]);
  });

  it('refuses times out of their bounds', () => {
    expect(
      faultsOf(
        yaml({ incident: 'incident: { resolved_join: 2w, compare_every: 0s, ack_remindr: 5m }' }),
      ),
    ).toEqual([
      'tocsin.yaml:1: incident.resolved_join is "2w", a duration is a number with its unit, write for example 30s, 5m or 1h30m',
      'tocsin.yaml:1: incident.compare_every is "0s", it must be from 1s to 1d, write a time in between',
      'tocsin.yaml:1: incident.ack_remindr is not known, incident takes resolved_join, compare_every, ack_reminder and silence_warning, did you mean "ack_reminder"?',
    ]);
  });

  it('refuses a platform that nobody knows', () => {
    expect(
      faultsOf(
        yaml({
          surfaces: 'surfaces: { slak: {} }',
        }),
      ),
    ).toEqual([
      'tocsin.yaml:1: surfaces.slak is not known, surfaces takes slack and discord, did you mean "slack"?',
    ]);
  });
});
