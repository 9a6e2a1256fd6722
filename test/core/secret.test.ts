import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.ts';

describe('a secret', () => {
  const secret = new Secret('canary');

  it('is revealed when asked', () => {
    expect(secret.reveal()).toBe('canary');
  });

  it.each([
    ['a template', `${secret}`],
    ['String', String(secret)],
    ['JSON', JSON.stringify({ secret })],
    ['inspect', inspect({ secret }, { showHidden: true, depth: 9 })],
    ['format', format('%s %o %O %j', secret, secret, secret, secret)],
    ['its keys', JSON.stringify([Object.keys(secret), { ...secret }])],
    ['a clone', inspect(structuredClone(secret), { showHidden: true })],
    ['an error', inspect(new Error('no', { cause: secret }))],
  ])('does not appear in %s', (_, text) => {
    expect(text).not.toContain('canary');
  });
});
