// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so in the file.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { holdsPrivate, maskReferences, unmask } from '../../src/config/reference.ts';
import { accepted, yaml } from './given.ts';

const key = { '/etc/tocsin/key': 'PEM\n', '/run/secrets/tocsin.key': 'PEM\n', '/a b,c': 'PEM' };

function signingKey(journal: string): string | undefined {
  const { config } = accepted(yaml({ journal }), { files: key, env: { KEY: 'PEM' } });
  return config.journal.signingKey?.reveal();
}

describe('a reference', () => {
  it.each([
    [
      'in a flow map',
      'journal: { store: sqlite, signing_key: ${file:/run/secrets/tocsin.key} }   # or { … }',
    ],
    ['in a flow map, at its very end', 'journal: {signing_key: ${env:KEY}}'],
    ['in a block map', 'journal:\n  signing_key: ${env:KEY} # the key'],
    ['in single quotes', "journal: { signing_key: '${env:KEY}' }"],
    ['in double quotes', 'journal: { signing_key: "${env:KEY}" }'],
    ['in a folded scalar', 'journal:\n  signing_key: >-\n    ${env:KEY}'],
    ['through an alias', 'journal: { path: &where "${env:KEY}", signing_key: *where }'],
    ['to a path with a comma and a space', 'journal: { signing_key: ${file:/a b,c} }'],
    ['to a path seen from the folder of the file', 'journal: { signing_key: ${file:key} }'],
  ])('%s is read', (_, journal) => {
    expect(signingKey(journal)).toBe('PEM');
  });

  it('in a flow list is read, one or several, with or without spaces', () => {
    const sources =
      'sources: { alertmanager: { main: { bearers: [${env:A}, ${env:B} ,${env:AM_TOKEN}], api: http://am:9093 } } }';
    const { config } = accepted(yaml({ sources }), { env: { A: 'a', B: 'b' } });
    const [source] = config.sources.alertmanager;
    expect(
      source?.auth.kind === 'bearers' && source.auth.bearers.map((bearer) => bearer.reveal()),
    ).toEqual(['a', 'b', 'am-token']);
  });

  it('in a comment is a comment', () => {
    expect(signingKey('journal: {} # signing_key: ${env:NOPE}')).toBeUndefined();
  });

  it('may stand for a path or a URL', () => {
    const { config } = accepted(
      yaml({
        journal: 'journal: { path: ${env:DB} }',
        server: 'server: { public_url: ${env:URL} }',
      }),
      { env: { DB: '/var/lib/tocsin.db', URL: 'https://t.example.com/' } },
    );
    expect([config.journal.path, config.server.publicUrl]).toEqual([
      '/var/lib/tocsin.db',
      'https://t.example.com',
    ]);
  });

  it('of another language is text where text stands', () => {
    const { settings } = accepted(yaml({ routes: 'routes: [ { match: { name: "a ${b} c" } } ]' }));
    expect(settings.routes.routes[0]?.match).toEqual({ name: 'a ${b} c' });
  });

  it('keeps every other character where it is', () => {
    const line = fc.string({ unit: fc.constantFrom(...'ab:{}[]$,#"\'\\ \n-é'), maxLength: 60 });
    fc.assert(
      fc.property(line, (text) => {
        const masked = maskReferences(text);
        expect(masked.length).toBe(text.length);
        expect(unmask(masked)).toBe(text);
        expect([...masked.matchAll(/\n/g)].map(({ index }) => index)).toEqual(
          [...text.matchAll(/\n/g)].map(({ index }) => index),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing of what YAML already reads in quotes and blocks', () => {
    const word = fc.string({ unit: fc.constantFrom(...'ab:{}$,# '), maxLength: 12 });
    fc.assert(
      fc.property(word, word, (before, inside) => {
        const value = `${before}\${${inside}}`;
        for (const text of [`k: ${JSON.stringify(value)}`, `k: '${value}'`, `k: |-\n  x${value}`]) {
          const masked = parse(maskReferences(text)) as { k: string };
          expect({ k: unmask(masked.k) }).toEqual(parse(text));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is not confused by characters of its private range', () => {
    expect(holdsPrivate('a\uE024b')).toBe(1);
    expect(holdsPrivate('a\uE0A0b')).toBe(-1);
  });
});
