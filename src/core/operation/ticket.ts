/*
 * What a request refers to in somebody else's system: `OPS-123`. A rule says what it looks like by a few patterns, of
 * which the last character may be a `*` for the rest: nothing here is a regular expression, so none can run for ever.
 */

export const ticketLengthMax = 64;

const ticketPattern = /^[A-Za-z0-9#][A-Za-z0-9._/#-]{0,63}$/;

/** One word of letters, digits and `. _ / # -`, so that it stands the same on every surface and in every search. */
export function isTicket(text: string): boolean {
  return ticketPattern.test(text);
}

export function isTicketPattern(text: string): boolean {
  return isTicket(text.endsWith('*') ? text.slice(0, -1) : text);
}

/** `OPS-*` fits `OPS-1`, and not `OPS-`. */
export function fitsTicket(pattern: string, ticket: string): boolean {
  if (!isTicket(ticket)) return false;
  if (!pattern.endsWith('*')) return ticket === pattern;
  const start = pattern.slice(0, -1);
  return ticket.startsWith(start) && ticket.length > start.length;
}
