import type { Surface } from '../core/ports/surface.ts';
import type { Settings } from '../core/settings.ts';
import type { Card } from '../core/view/card.ts';

/** Says something to one person wherever they can be reached, where nobody else reads it. */
export type Whisperer = (person: string, card: Card, thread: string) => Promise<Whispered>;

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
  return async (person, card, thread) => {
    const accounts = settings().people.find(({ id }) => id === person)?.accounts ?? {};
    const on: string[] = [];
    const why: string[] = [];
    for (const surface of surfaces) {
      const [kind = surface.name] = surface.name.split('/', 1);
      if (!surface.whisper) continue;
      for (const account of accounts[kind] ?? []) {
        const answer = { to: 'asker', card } as const;
        const at = { account, channel: '', root: '', thread, answer };
        const done = await surface.whisper(at).catch(() => undefined);
        if (done?.ok) {
          on.push(surface.name);
          break;
        }
        why.push(`${surface.name}: ${done?.why ?? 'failed'}`);
      }
    }
    return { on, why: on.length === 0 && why.length === 0 ? ['no account to write to'] : why };
  };
}
