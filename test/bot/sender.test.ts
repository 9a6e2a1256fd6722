import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { createSender } from '../../src/bot/sender.ts';

const trusted = ['10.0.0.0/8', '127.0.0.1', '2001:db8::/32'];

it.each([
  ['203.0.113.9', undefined, '203.0.113.9'],
  ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
  ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
  ['10.1.1.1', 'made-up, 198.51.100.1, 10.2.2.2', '198.51.100.1'],
  ['10.1.1.1', '1.1.1.1, 198.51.100.1', '198.51.100.1'],
  ['10.1.1.1', 'made-up', '10.1.1.1'],
  ['10.1.1.1', undefined, '10.1.1.1'],
  ['2001:db8::1', '2001:db9::7', '2001:db9::7'],
])('a request from %s that names %s is from %s', (remoteAddress, forwarded, sender) => {
  const request = { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress } };
  expect(createSender(trusted)(request as unknown as IncomingMessage)).toBe(sender);
});

it('without a trusted proxy nobody is believed', () => {
  const headers = { 'x-forwarded-for': '198.51.100.1' };
  const request = { headers, socket: { remoteAddress: '127.0.0.1' } };
  expect(createSender([])(request as unknown as IncomingMessage)).toBe('127.0.0.1');
});
