import type { Card, Entry } from '../../../core/view/card.ts';
import type { Piece } from './next-post.ts';

/** Renderings that a surface has refused for what they are: the same again would be refused again. */
export interface Refusals {
  /** The piece as it may be tried: as it is, as plain text, or not at all. */
  tried(thread: string, piece: Piece): Piece | undefined;
  refused(thread: string, piece: Piece, code: string): void;
  givenUp(): number;
}

/** Older ones are tried once more, should they come up again. */
const kept = 5000;
const lineLength = 500;

export function createRefusals(): Refusals {
  const known = new Map<
    string,
    { readonly digest: string; readonly code: string; readonly times: number }
  >();
  let givenUp = 0;
  return {
    tried(thread, piece) {
      const before = known.get(`${thread} ${piece.key}`);
      if (before?.digest !== piece.digest) return piece;
      return before.times > 1 ? undefined : { ...piece, shows: plainly(piece.shows, before.code) };
    },
    refused(thread, { key, digest }, code) {
      const name = `${thread} ${key}`;
      const before = known.get(name);
      const times = before?.digest === digest ? before.times + 1 : 1;
      if (times > 1) givenUp += 1;
      known.delete(name);
      known.set(name, { digest, code, times });
      const oldest = known.size > kept ? known.keys().next().value : undefined;
      if (oldest !== undefined) known.delete(oldest);
    },
    givenUp: () => givenUp,
  };
}

function plainly(shows: Piece['shows'], code: string): Piece['shows'] {
  return shows.kind === 'root'
    ? { kind: 'root', card: plainCard(shows.card, code) }
    : { kind: 'entry', entry: plainEntry(shows.entry, code) };
}

function plainEntry(entry: Entry, code: string): Entry {
  if (entry.kind === 'card') return { ...entry, card: plainCard(entry.card, code) };
  const text = entry.text.map((span) => {
    if (typeof span === 'string') return span;
    return span.kind === 'person' ? span.name : 'text' in span ? span.text : '';
  });
  return { ...entry, text: [text.join('').slice(0, lineLength).toWellFormed()] };
}

/** Its first line and where to read the rest. Nothing can be approved on it: what would be approved is not shown. */
function plainCard({ key, tone, mark, title, footnote }: Card, code: string): Card {
  const why = `This card could not be shown here (${code}). The console shows it whole.`;
  return { key, tone, mark, title, blocks: [{ kind: 'text', text: [why] }], actions: [], footnote };
}
