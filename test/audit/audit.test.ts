import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readAudit } from './advisories.ts';
import { advisoryExceptions, licenceExceptions } from './exceptions.ts';
import { forbidden, installed } from './licences.ts';

const root = new URL('../../', import.meta.url);
const json = (path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
const today = new Date().toISOString().slice(0, 10);

describe('licences of all that is installed', () => {
  it('allow use and distribution, or are excepted with a reason that still holds', () => {
    const all = installed(json('package-lock.json'), (path) =>
      existsSync(new URL(`${path}/package.json`, root)) ? json(`${path}/package.json`) : undefined,
    );
    expect(all.length).toBeGreaterThan(200);
    expect(forbidden(all, licenceExceptions, today)).toEqual([]);
  });

  const of = (licence: unknown) =>
    forbidden([{ path: 'node_modules/x', name: 'x', licence }], [], today);

  it.each(['MIT', 'MIT OR GPL-3.0-only', '(MIT OR Apache-2.0)', 'MIT AND ISC'])(
    'such as %s',
    (licence) => {
      expect(of(licence)).toEqual([]);
    },
  );

  it.each([
    'GPL-3.0-only',
    'AGPL-3.0-or-later',
    'SSPL-1.0',
    'BUSL-1.1',
    'MIT AND GPL-3.0-only',
    'UNLICENSED',
    'SEE LICENSE IN x',
    '(MIT',
    undefined,
    { type: 'MIT' },
  ])('not %j', (licence) => {
    expect(of(licence)).toHaveLength(1);
  });

  it('an exception ends by itself, and one that is needed no longer is named', () => {
    const bad = [{ path: 'node_modules/x', name: 'x', licence: 'GPL-3.0-only' }];
    const until = (day: string) => [{ of: 'x', because: 'it is not shipped', until: day }];
    expect(forbidden(bad, until('2099-01-01'), today)).toEqual([]);
    expect(forbidden(bad, until('2020-01-01'), today)).toEqual(['x: GPL-3.0-only']);
    expect(forbidden([], until('2099-01-01'), today)).toEqual([
      'x: the exception is needed no longer',
    ]);
  });
});

describe('advisories', () => {
  /** As npm 11 answers. */
  const answer = (severity: string) =>
    JSON.stringify({
      auditReportVersion: 2,
      vulnerabilities: {
        a: { name: 'a', severity, via: ['b'] },
        b: {
          name: 'b',
          severity,
          via: [
            {
              source: 1,
              name: 'b',
              title: 'it can be made to loop',
              url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
              severity,
            },
          ],
        },
      },
    });
  const excepted = [{ of: 'GHSA-aaaa-bbbb-cccc', because: 'not reachable', until: '2099-01-01' }];

  it('that are high or critical are named once, with their package', () => {
    expect(readAudit(answer('high'), [], today)).toEqual({
      asked: true,
      found: ['b: GHSA-aaaa-bbbb-cccc high: it can be made to loop'],
    });
    expect(readAudit(answer('moderate'), [], today)).toEqual({ asked: true, found: [] });
  });

  it('that are excepted pass until their day', () => {
    expect(readAudit(answer('critical'), excepted, today)).toEqual({ asked: true, found: [] });
    const over = excepted.map((one) => ({ ...one, until: '2020-01-01' }));
    expect(readAudit(answer('critical'), over, today)).toMatchObject({ found: { length: 1 } });
  });

  it('are not known where the registry does not say, and that is said', () => {
    expect(readAudit('{"message":"405 Method Not Allowed"}', [], today)).toEqual({
      asked: false,
      why: '405 Method Not Allowed',
    });
    expect(readAudit('', [], today)).toMatchObject({ asked: false });
  });

  it('and licences are excepted with a reason and a day', () => {
    for (const { of, because, until } of [...licenceExceptions, ...advisoryExceptions]) {
      expect(of).not.toBe('');
      expect(because.length).toBeGreaterThan(20);
      expect(until).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
  });
});
