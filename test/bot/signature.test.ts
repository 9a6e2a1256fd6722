import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSignature } from '../../src/bot/signature.ts';
import { Secret } from '../../src/core/secret.ts';

const body = Buffer.from('{"event":{"id":"1"}}');
const secret = new Secret('c2VjcmV0LXRoYXQtbG9va3MtbGlrZS1iYXNlNjQ=');
const other = new Secret('another');
const sign = (key: Secret, bytes: Buffer = body) =>
  `v1=${createHmac('sha256', key.reveal()).update(bytes).digest('hex')}`;
const wrong = `v1=${'0'.repeat(64)}`;

describe('the signature of a page', () => {
  it.each([
    ['by the secret', sign(secret), [secret]],
    ['by one of two secrets', sign(other), [secret, other]],
    ['among several, while secrets are exchanged', `${wrong},${sign(secret)}`, [secret]],
    ['with blanks around it', ` ${wrong} , ${sign(secret)} `, [secret]],
    ['in capitals', sign(secret).replace(/[0-9a-f]{64}/, (hex) => hex.toUpperCase()), [secret]],
  ] as const)('matches %s', (_how, header, secrets) => {
    expect(checkSignature(header, body, secrets)).toBe('matches');
  });

  it('matches when the header came twice', () => {
    expect(checkSignature([wrong, sign(secret)], body, [secret])).toBe('matches');
  });

  it.each([
    ['another secret', sign(other)],
    ['another body', sign(secret, Buffer.from('{}'))],
    ['another version', sign(secret).replace('v1', 'v2')],
    ['a cut value', sign(secret).slice(0, -2)],
    ['no signature at all', 'hello'],
    ['one that stands behind too many', `${`${wrong},`.repeat(20)}${sign(secret)}`],
  ])('does not match by %s', (_what, header) => {
    expect(checkSignature(header, body, [secret])).toBe('mismatch');
  });

  it('of a body that was read as base64 by its secret is another one', () => {
    const decoded = createHmac('sha256', Buffer.from(secret.reveal(), 'base64')).update(body);
    expect(checkSignature(`v1=${decoded.digest('hex')}`, body, [secret])).toBe('mismatch');
  });

  it.each([undefined, '', ' , '])('is none: %s', (header) => {
    expect(checkSignature(header, body, [secret])).toBe('none');
  });

  it('matches nothing where no secret is configured', () => {
    expect(checkSignature(sign(secret), body, [])).toBe('mismatch');
  });
});

const folder = join(import.meta.dirname, '../../../shared/fixtures/pagerduty-v3-signed');

describe.skipIf(!existsSync(folder))('real deliveries', () => {
  const { vectors } = existsSync(folder)
    ? JSON.parse(readFileSync(join(folder, 'vectors.json'), 'utf8'))
    : { vectors: [] };

  it('are believed exactly where they are genuine', () => {
    expect(vectors.length).toBeGreaterThan(5);
    for (const { file, secret: key, header, valid } of vectors) {
      const verdict = checkSignature(header, readFileSync(join(folder, file)), [new Secret(key)]);
      expect([file, verdict]).toEqual([file, valid ? 'matches' : 'mismatch']);
    }
  });
});
