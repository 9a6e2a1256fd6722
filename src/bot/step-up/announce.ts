import type { FactorEvent, FactorKind } from '../../core/factor/factor.ts';
import type { Person } from '../../core/person.ts';
import type { Answer } from '../../core/view/card.ts';
import { sentence } from '../../core/view/words.ts';
import { said } from '../../handlers/answer.ts';
import type { Deliver } from '../inbox.ts';
import type { TellSecurity } from '../security/notices.ts';

/** Says what happened to somebody's factors: to them on every account, and to those who answer for security. */
export interface Announce {
  /** Of events that are on disk. Never rejects and is not waited for; what needs no word gets none. */
  what(person: string, events: readonly FactorEvent[]): void;
}

export interface AnnounceOptions {
  readonly people: () => readonly Person[];
  /** Chat surfaces that are connected, by name: `slack/main`. */
  readonly surfaces: () => readonly string[];
  readonly deliver: Deliver;
  readonly tellSecurity: TellSecurity;
  readonly now: () => number;
  readonly log: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

export function createAnnounce(options: AnnounceOptions): Announce {
  let told = 0;

  async function tell(person: string, words: Words, event: FactorEvent): Promise<void> {
    told += 1;
    const cause = `factor/${person}/told/${event.type}/${options.now()}/${told}`;
    const { kind, what } = words;
    await options.tellSecurity({ kind, facts: { person, what } }, { cause, by: 'tocsin' });
    const known = options.people().find(({ id }) => id === person);
    const answer = noteTo(words);
    await Promise.all(known ? whisperTo(known, answer) : []);
  }

  /** On all of them: an account that somebody else holds by now is not the only one that hears of it. */
  function whisperTo({ accounts }: Person, answer: Answer): readonly Promise<void>[] {
    return options.surfaces().flatMap((surface) => {
      const [kind = surface] = surface.split('/', 1);
      return (accounts[kind] ?? []).map((account) =>
        options
          .deliver(surface, { account, channel: '', root: '', answer })
          .catch((error: unknown) =>
            // Of an account in another workspace or guild each surface but one says so.
            options.log('a person was not told about their factors there', { surface, error }),
          ),
      );
    });
  }

  return {
    what(person, events) {
      for (const event of events) {
        const words = wordsOf(event);
        if (words === undefined) continue;
        tell(person, words, event).catch((error: unknown) =>
          options.log('a change of factors was not announced', { person, error }),
        );
      }
    },
  };
}

interface Words {
  readonly kind: 'factor-changed' | 'step-up-abused';
  /** Follows the name of the person: `enrolled a passkey`. */
  readonly what: string;
  /** The same, to themselves. */
  readonly own: string;
}

const kinds: Readonly<Record<FactorKind, string>> = {
  passkey: 'a passkey',
  totp: 'an authenticator app',
  recovery: 'recovery codes',
};

/** Uses of a factor are on the record and need no word; a recovery code is a sign that something was lost. */
function wordsOf(event: FactorEvent): Words | undefined {
  switch (event.type) {
    case 'EnrolmentCodeMade':
      return changed(
        'was given an enrolment code on the host',
        'An enrolment code was printed for you on the host.',
      );
    case 'FactorEnrolled': {
      const what = kinds[event.kind];
      return changed(
        `enrolled ${what} (${event.factor})`,
        `You enrolled ${what}: \`${event.factor}\`. It counts in a day, or once somebody of \`identity_admins\` has confirmed it.`,
      );
    }
    case 'FactorConfirmed':
      return changed(
        `has a factor that ${event.person} confirmed (${event.factor})`,
        `${event.person} confirmed your factor \`${event.factor}\`. It counts from now on.`,
      );
    case 'FactorRemoved':
      return changed(
        `removed a factor (${event.factor})`,
        `Your factor \`${event.factor}\` was removed.`,
      );
    case 'RecoveryUsed':
      return changed(
        `used a recovery code, ${event.left} are left`,
        `One of your recovery codes was used. ${event.left} are left.`,
      );
    case 'StepUpFailed':
      if (event.code === 'PASSKEY_CLONED') {
        return abused(
          'gave a passkey whose count did not grow: there may be a copy of it',
          'A passkey of yours was refused: its count of uses did not grow, so there may be a copy of it.',
        );
      }
      return event.locks
        ? abused(
            'gave five wrong factors within 15 minutes, and is locked out of them for a while',
            'Five wrong factors were given in your name within 15 minutes. None is looked at for 15 minutes now.',
          )
        : undefined;
    default:
      return undefined;
  }
}

function changed(what: string, own: string): Words {
  return { kind: 'factor-changed', what, own };
}

function abused(what: string, own: string): Words {
  return { kind: 'step-up-abused', what, own };
}

function noteTo({ kind, own }: Words): Answer {
  const next =
    'If that was not you, sign out everywhere in the console, remove the factor, and tell whoever answers for security.';
  const tone = kind === 'step-up-abused' ? 'warning' : 'info';
  return said(
    'asker',
    ['Your second factors'],
    [
      { kind: 'text', text: sentence(own) },
      { kind: 'text', text: [next] },
    ],
    tone,
  );
}
