import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsTicket, isTicket, isTicketPattern } from '../../../src/core/operation/ticket.ts';

describe('a ticket', () => {
  it.each(['OPS-123', '#4711', 'acme/shop#12', 'CHG0031', 'a.b_c'])('can be %s', (text) => {
    expect(isTicket(text)).toBe(true);
  });

  it.each(['', ' ', 'OPS 1', '-1', 'OPS-*', 'ü-1', '<b>', 'a\nb', 'x'.repeat(65)])(
    'cannot be %j',
    (text) => {
      expect(isTicket(text)).toBe(false);
    },
  );
});

describe('a pattern', () => {
  it('fits what it spells, or what goes on after its start', () => {
    expect(fitsTicket('OPS-1', 'OPS-1')).toBe(true);
    expect(fitsTicket('OPS-1', 'OPS-12')).toBe(false);
    expect(fitsTicket('OPS-*', 'OPS-12')).toBe(true);
    expect(fitsTicket('OPS-*', 'OPS-')).toBe(false);
    expect(fitsTicket('OPS-*', 'DEV-OPS-1')).toBe(false);
    expect(fitsTicket('OPS-*', 'OPS-1 2')).toBe(false);
  });

  it('has its star at the end, and something before it', () => {
    expect(isTicketPattern('OPS-*')).toBe(true);
    expect(isTicketPattern('OPS-1')).toBe(true);
    for (const odd of ['*', '*-1', 'O*S-1', 'OPS-**', '', 'OPS *', 'OPS-1!']) {
      expect({ odd, is: isTicketPattern(odd) }).toEqual({ odd, is: false });
    }
  });

  it('never fits what is no ticket', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, ticket) => {
        return !fitsTicket(pattern, ticket) || isTicket(ticket);
      }),
    );
  });
});
