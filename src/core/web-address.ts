/** Longer ones are no page that a person opens. */
const lengthMax = 2000;

/**
 * An address from outside that may become a link: a page of the web, with nobody's name before the host (`https://bank@evil`
 * reads as the bank) and no character that is not seen. Answers it as browsers read it, the host in ASCII; undefined for anything else.
 */
export function webAddress(text: string): string | undefined {
  if (text.length > lengthMax || unseen.test(text)) return undefined;
  const parsed = URL.parse(text);
  if (parsed?.protocol !== 'https:' && parsed?.protocol !== 'http:') return undefined;
  return parsed.username === '' && parsed.password === '' ? parsed.href : undefined;
}

/** Controls, blanks, and what turns or hides the text around it. */
const unseen = /[\p{Cc}\p{Cf}\p{Z}]/u;

/** Where an address of the internet leads, as far as its number says. */
export type Reach =
  /** Anybody's. */
  | 'public'
  /** Of this network: RFC 1918, RFC 4193, RFC 6598. */
  | 'private'
  | 'loopback'
  /** Neighbours on the wire, and where clouds answer with credentials: RFC 3927, RFC 4291. */
  | 'link-local'
  /** Nobody's: unspecified, multicast, documentation, reserved. */
  | 'reserved';

/**
 * What a literal address reaches. IPv6 addresses that carry an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo) reach what that
 * one does. Undefined for what is no literal address: `URL` has turned decimal, octal and hex hosts into dotted ones before.
 */
export function reachOf(address: string): Reach | undefined {
  const four = readFour(address);
  if (four) return reachOfFour(four);
  const eight = readSix(address);
  return eight && reachOfSix(eight);
}

type Four = readonly [number, number, number, number];

function reachOfFour([a, b, c]: Four): Reach {
  if (a === 127) return 'loopback';
  if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)) return 'private';
  if (a === 100 && b >= 64 && b < 128) return 'private';
  if (a === 169 && b === 254) return 'link-local';
  // Oracle's and Alibaba's metadata services stand in ranges of their own.
  if (a === 192 && b === 0 && c === 0) return 'link-local';
  const isDocumentation =
    (a === 192 && b === 0 && c === 2) ||
    (a === 198 && b === 51 && c === 100) ||
    (a === 203 && b === 0 && c === 113) ||
    (a === 198 && (b === 18 || b === 19)) ||
    (a === 192 && b === 88 && c === 99);
  return a === 0 || a >= 224 || isDocumentation ? 'reserved' : 'public';
}

function reachOfSix(parts: readonly number[]): Reach {
  const [first = 0, second = 0] = parts;
  const carried = carriedFour(parts);
  if (carried) return reachOfFour(carried);
  if (parts.every((part, index) => part === (index === 7 ? 1 : 0))) return 'loopback';
  if (parts.every((part) => part === 0)) return 'reserved';
  if (first >= 0xfe80 && first <= 0xfebf) return 'link-local';
  if (first >= 0xfc00 && first <= 0xfdff) return 'private';
  if (first >= 0xfec0 && first <= 0xfeff) return 'private';
  if (first === 0x2001 && (second === 0xdb8 || second === 2)) return 'reserved';
  return first >= 0x2000 && first <= 0x3fff ? 'public' : 'reserved';
}

/** Prefixes behind which an IPv4 address stands: RFC 4291, RFC 6052, RFC 3056, RFC 4380. */
function carriedFour(parts: readonly number[]): Four | undefined {
  const zeros = (from: number, to: number) => parts.slice(from, to).every((part) => part === 0);
  const fourAt = (index: number, turn = 0): Four => {
    const [high = 0, low = 0] = parts.slice(index, index + 2).map((part) => part ^ turn);
    return [high >> 8, high & 255, low >> 8, low & 255];
  };
  const [first, second] = parts;
  const isMapped = zeros(0, 5) && parts[5] === 0xffff;
  const isTranslated = zeros(0, 4) && parts[4] === 0xffff && parts[5] === 0;
  const isCompatible = zeros(0, 6) && (parts[6] !== 0 || (parts[7] ?? 0) > 1);
  if (isMapped || isTranslated || isCompatible) return fourAt(6);
  if (first === 0x64 && second === 0xff9b) return fourAt(6);
  if (first === 0x2002) return fourAt(1);
  return first === 0x2001 && second === 0 ? fourAt(6, 0xffff) : undefined;
}

function readFour(text: string): Four | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  const [a, b, c, d] = parts ?? [];
  if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
  return Math.max(a, b, c, d) <= 255 ? [a, b, c, d] : undefined;
}

/** Eight groups of 16 bits; a zone (`fe80::1%eth0`) is left out. */
function readSix(text: string): readonly number[] | undefined {
  const [bare = ''] = text.replace(/^\[(.*)\]$/, '$1').split('%');
  if (!bare.includes(':')) return undefined;
  // `URL` writes every form the same way, the dotted tail in hex.
  const host = URL.parse(`http://[${bare}]/`)?.hostname.slice(1, -1);
  if (host === undefined) return undefined;
  const [head = '', tail] = host.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = groups(tail ?? '');
  const gap = tail === undefined ? [] : Array(8 - left.length - right.length).fill('0');
  return [...left, ...gap, ...right].map((group) => Number.parseInt(group, 16));
}
