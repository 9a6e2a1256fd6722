import type { Ensured, Surface } from '../../src/core/ports/surface.ts';
import type { Card, Entry } from '../../src/core/view/card.ts';

/** One message of the fake platform: what people see of it now, and how often it was changed. */
export interface Message {
  readonly incident: string;
  readonly key: string;
  readonly piece: Card | Entry;
  readonly edits: number;
}

export interface ChatSurface {
  readonly surface: Surface;
  /** In the order in which they were posted. */
  messages(incident: string): readonly Message[];
  incidents(): readonly string[];
  /** Posts that the platform saw a second time because nobody remembered the first. */
  repeated(): number;
}

/**
 * A chat platform that outlives the bot, as Slack does: it keeps what was posted, finds a post again by the key we
 * chose, and counts what it was asked to post twice.
 */
export function createChatSurface(): ChatSurface {
  const messages = new Map<string, Message>();
  let repeats = 0;

  function ensure(
    incident: string,
    key: string,
    { piece, ref }: { readonly piece: Card | Entry; readonly ref: string | undefined },
  ): Ensured {
    const own = `${incident} ${key}`;
    const before = messages.get(own);
    if (before && ref === undefined) repeats += 1;
    if (ref !== undefined && ref !== own) throw new Error(`${ref} is no message of this thread`);
    const edits = before === undefined ? 0 : before.edits + 1;
    messages.set(own, { incident, key, piece, edits });
    return { ok: true, ref: own };
  }

  return {
    surface: {
      name: 'chat',
      remembers: true,
      ensureRoot: async ({ incident, card, ref }) => ensure(incident, 'root', { piece: card, ref }),
      ensureEntry: async ({ incident, entry, ref }) =>
        ensure(incident, entry.key, { piece: entry, ref }),
      close: async () => undefined,
    },
    messages: (incident) => [...messages.values()].filter((one) => one.incident === incident),
    incidents: () => [...new Set([...messages.values()].map(({ incident }) => incident))],
    repeated: () => repeats,
  };
}
