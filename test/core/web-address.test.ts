import { describe, expect, it } from 'vitest';
import { type Reach, reachOf, webAddress } from '../../src/core/web-address.ts';

describe('an address that becomes a link', () => {
  it.each([
    ['https://grafana.example.com/d/x?orgId=1#a', 'https://grafana.example.com/d/x?orgId=1#a'],
    ['HTTP://Example.COM', 'http://example.com/'],
    // Letters that look like others show as what they are.
    ['https://gоogle.com/', 'https://xn--gogle-jye.com/'],
  ])('is %s', (text, href) => {
    expect(webAddress(text)).toBe(href);
  });

  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'vbscript:x',
    'ftp://example.com',
    '//example.com',
    'example.com',
    '',
    'https://',
    'https://bank.example@evil.example/',
    'https://:secret@example.com/',
    'https://exa\nmple.com/',
    'https://example.com/\u0000',
    'https://example.com/\u202Egnp.exe',
    'https://example.com/\u200B',
    ' https://example.com/',
    'https://example.com/a b',
    `https://example.com/${'x'.repeat(2000)}`,
  ])('is not %j', (text) => {
    expect(webAddress(text)).toBeUndefined();
  });
});

const reaches: readonly (readonly [string, Reach])[] = [
  ['93.184.216.34', 'public'],
  ['8.8.8.8', 'public'],
  ['172.15.255.255', 'public'],
  ['172.32.0.0', 'public'],
  ['100.63.255.255', 'public'],
  ['2606:2800:220:1::1', 'public'],
  ['127.0.0.1', 'loopback'],
  ['127.255.255.254', 'loopback'],
  ['::1', 'loopback'],
  ['0:0:0:0:0:0:0:1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['::127.0.0.1', 'loopback'],
  ['64:ff9b::7f00:1', 'loopback'],
  ['2002:7f00:1::', 'loopback'],
  ['::ffff:0:127.0.0.1', 'loopback'],
  ['10.0.0.1', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.1.1', 'private'],
  ['100.64.0.1', 'private'],
  ['fd00::1', 'private'],
  ['fc00::1', 'private'],
  ['fec0::1', 'private'],
  ['::ffff:10.0.0.1', 'private'],
  ['64:ff9b::a00:1', 'private'],
  ['169.254.169.254', 'link-local'],
  ['192.0.0.192', 'link-local'],
  ['100.100.100.200', 'private'],
  ['::ffff:169.254.169.254', 'link-local'],
  ['2002:a9fe:a9fe::', 'link-local'],
  ['2001:0:0:0:0:0:5601:5601', 'link-local'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local'],
  ['[fe80::1]', 'link-local'],
  ['0.0.0.0', 'reserved'],
  ['::', 'reserved'],
  ['224.0.0.1', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['ff02::1', 'reserved'],
  ['2001:db8::1', 'reserved'],
  ['198.18.0.1', 'reserved'],
  ['::ffff:0.0.0.0', 'reserved'],
];

describe('what a literal address reaches', () => {
  it.each(reaches)('%s is %s', (address, reach) => {
    expect(reachOf(address)).toBe(reach);
  });

  it.each(['localhost', 'example.com', '256.1.1.1', '1.2.3', '', 'fe80', '[', '::1::', 'g::1'])(
    '%j is no literal address',
    (address) => {
      expect(reachOf(address)).toBeUndefined();
    },
  );

  it.each([
    'http://2130706433/',
    'http://0x7f000001/',
    'http://017700000001/',
    'http://0177.0.0.1/',
    'http://0x7f.1/',
    'http://127.1/',
    'http://127.0.0.1./',
    'http://１２７.０.０.１/',
    'http://127。0。0。1/',
    'http://[::ffff:127.0.0.1]/',
    'http://[0:0:0:0:0:ffff:7f00:1]/',
    'http://%31%32%37.0.0.1/',
  ])('%s is loopback, however it is written', (url) => {
    expect(reachOf(new URL(url).hostname)).toBe('loopback');
  });
});
