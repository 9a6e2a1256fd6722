import { describe, expect, it } from 'vitest';
import { secretNet, secretsIn } from '../../src/cli/secret-net.ts';
import { Secret } from '../../src/core/secret.ts';

const token = 'xoxb-1+2/3=4"5 tail';
const net = secretNet([new Secret(token), new Secret('short')]);

describe('the last net', () => {
  it.each([
    ['as it is', token],
    ['in a URL', encodeURIComponent(token)],
    ['in JSON', JSON.stringify({ token })],
    ['in base64, alone', Buffer.from(token).toString('base64')],
    ['in base64, after one character', Buffer.from(`a${token}`).toString('base64')],
    ['in base64, after two', Buffer.from(`u:${token}`).toString('base64')],
    ['in base64, before others', Buffer.from(`${token} and more`).toString('base64')],
  ])('catches a secret %s', (_how, text) => {
    const caught = net(`{"msg":"failed","said":"${text}"}`);
    expect(caught).toContain('[secret]');
    expect(caught).not.toContain('xoxb-1');
    expect(caught.match(/[A-Za-z0-9+/]{16,}/g) ?? []).toEqual([]);
  });

  it('leaves everything else, and words that are too short to be told from others', () => {
    expect(net('a short text')).toBe('a short text');
    expect(secretNet([])('nothing')).toBe('nothing');
  });

  it('knows every secret of a configuration, wherever it stands', () => {
    const config = { a: { b: [{ c: new Secret('one-secret') }] }, d: new Secret('another'), e: 1 };
    expect(secretsIn(config).map((secret) => secret.reveal())).toEqual(['one-secret', 'another']);
  });
});
