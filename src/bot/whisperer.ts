import type { Surface } from '../core/ports/surface.ts';
import type { Settings } from '../core/settings.ts';
import type { Card } from '../core/view/card.ts';

/** Says something to one person wherever they can be reached, where nobody else reads it. */
export interface Whisperer {
  /** Whether there is a way to them at all. */
  reaches(person: string): boolean;
  tell(person: string, card: Card, thread: string): Promise<Whispered>;
}

export interface Whispered {
  /** Surfaces that took it. */
  readonly on: readonly string[];
  /** Why it went nowhere, in a word: of each surface that was tried, or that there is none. */
  readonly why: readonly string[];
}

/** One try on each surface: whoever has to know for certain is mentioned in a thread as well. */
export function createWhisperer(
  surfaces: readonly Surface[],
  settings: () => Pick<Settings, 'people'>,
): Whisperer {
  function waysTo(person: string) {
    const accounts = settings().people.find(({ id }) => id === person)?.accounts ?? {};
    return surfaces.flatMap((surface) => {
      const [kind = surface.name] = surface.name.split('/', 1);
      return surface.whisper ? [{ surface, accounts: accounts[kind] ?? [] }] : [];
    });
  }

  return {
    reaches: (person) => waysTo(person).some(({ accounts }) => accounts.length > 0),
    async tell(person, card, thread) {
      const on: string[] = [];
      const why: string[] = [];
      for (const { surface, accounts } of waysTo(person)) {
        for (const account of accounts) {
          const answer = { to: 'asker', card } as const;
          const at = { account, channel: '', root: '', thread, answer };
          const done = await surface.whisper?.(at).catch(() => undefined);
          if (done?.ok) {
            on.push(surface.name);
            break;
          }
          why.push(`${surface.name}: ${done?.why ?? 'failed'}`);
        }
      }
      return { on, why: on.length === 0 && why.length === 0 ? ['no account to write to'] : why };
    },
  };
}
