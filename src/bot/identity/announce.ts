import type { IdentityEvent } from '../../core/identity/link.ts';
import type { Person } from '../../core/person.ts';
import type { Surface } from '../../core/ports/surface.ts';
import { said } from '../../handlers/answer.ts';
import type { Log } from '../bot-parts.ts';
import type { TellSecurity } from '../security/notices.ts';

/** Says what happens to somebody's accounts: on every account they had before, and to those who answer for security. */
export interface Announce {
  /** `person`: as they were before it. Never rejects and is not waited for. */
  events(events: readonly IdentityEvent[], person: Person | undefined): void;
  /** From then on there are surfaces to say it on. */
  speaks(surfaces: readonly Surface[]): void;
}

export function createAnnounce(options: {
  readonly tellSecurity: TellSecurity;
  readonly now: () => number;
  readonly log: Log;
}): Announce {
  let surfaces: readonly Surface[] = [];
  let told = 0;

  async function tell(event: IdentityEvent, person: Person | undefined): Promise<void> {
    told += 1;
    const what = wordsOf(event);
    const cause = `identity/${event.person}/told/${event.type}/${options.now()}/${told}`;
    const facts = { person: event.person, what };
    await options.tellSecurity({ kind: 'account-changed', facts }, { cause, by: 'tocsin' });
    const answer = said(
      'asker',
      [`Your accounts: ${what}`],
      [
        {
          kind: 'text',
          text: [
            'If you did not expect this, tell your security people, and type `unlink` and the account.',
          ],
        },
      ],
    );
    for (const surface of surfaces) {
      const [kind = ''] = surface.name.split('/', 1);
      for (const account of person?.accounts[kind] ?? []) {
        await surface.whisper?.({ account, channel: '', root: '', answer }).catch(() => undefined);
      }
    }
  }

  return {
    events(events, person) {
      for (const event of events) {
        tell(event, person).catch((error: unknown) =>
          options.log('a change of accounts was not announced', { person: event.person, error }),
        );
      }
    },
    speaks(all) {
      surfaces = all;
    },
  };
}

/** Ids are the platform's and the configuration's own: nothing that somebody chose as a name. */
function wordsOf(event: IdentityEvent): string {
  switch (event.type) {
    case 'AccountProposed':
      return `the ${event.kind} account ${event.account} is proposed as theirs, from ${event.from.surface}; it counts for nothing until somebody of identity_admins confirms it (${event.link})`;
    case 'AccountLinked':
      return `the proposed account (${event.link}) is theirs now, confirmed by ${event.confirmedBy}; it approves nothing for a day`;
    case 'AccountBarred':
      return event.why === 'left'
        ? `the ${event.kind} account ${event.account} was switched off there, or left: it is nobody's here, and what it approved is asked again`
        : `the ${event.kind} account ${event.account} was taken away by ${event.barredBy}: it is nobody's here, and what was approved is asked again`;
    case 'AccountBack':
      return `the ${event.kind} account ${event.account} is a member again, and theirs as before`;
    default:
      return event satisfies never;
  }
}
