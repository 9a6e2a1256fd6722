import type { Evidence } from './person.ts';

/** Where something was said or pressed, as an auditor asks for it. Absent in what older versions wrote. */
export interface Origin {
  /** `console`, `slack/main`. */
  readonly surface: string;
  /** The platform's own id: `T01/U01`; the person's id for a console link made on the host. */
  readonly account: string;
  /** Session of the console; absent where it was said elsewhere. */
  readonly session?: string;
  /** Address of the console's request, through the proxies that are trusted. */
  readonly ip?: string;
}

export function originOf({ surface, account, session, ip }: Evidence): Origin {
  return {
    surface,
    account,
    ...(session === undefined ? {} : { session }),
    ...(ip === undefined ? {} : { ip }),
  };
}

/**
 * Events as they go on the record: those that name a person say where that person was. It is added after the decision,
 * because nothing is decided by it; what holds the whole evidence (a request, an approval) says it there.
 */
export function withOrigin<E extends { readonly type: string }>(
  events: readonly E[],
  by: Evidence | undefined,
): readonly (E & { readonly where?: Origin })[] {
  if (by === undefined) return events;
  const where = originOf(by);
  return events.map((event) =>
    'person' in event || event.type === 'IncidentOpened' ? { ...event, where } : event,
  );
}

/** The workspace or guild of an account, `T01` of `T01/U01`; empty on the console. */
export function workspaceOf({ surface, account }: Pick<Origin, 'surface' | 'account'>): string {
  const isChat = surface.includes('/');
  return isChat && account.includes('/') ? account.slice(0, account.indexOf('/')) : '';
}
