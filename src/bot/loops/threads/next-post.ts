import type { Call } from '../../../core/ports/surface.ts';
import { GONE_MAX, type Standing, TAKEOVER } from '../../../core/post.ts';
import type { Card, Entry, Text, Thread } from '../../../core/view/card.ts';
import { KNOWN } from '../../../core/view/known-card.ts';
import { plain } from '../../../core/view/text.ts';

/** Lower goes first. Words to whoever pressed do not travel here; that the card shows what they did does: `answer`. */
export const urgency = { asked: 0, answer: 0.25, critical: 1, state: 2, enrichment: 3 } as const;
export type Urgency = (typeof urgency)[keyof typeof urgency];

/** One call that a thread still needs on a surface. */
export interface Piece {
  readonly key: string;
  /** Keys of further lines in the same message. */
  readonly also: readonly string[];
  readonly call: Call;
  /** What is edited; undefined when it is created. */
  readonly ref: string | undefined;
  readonly shows:
    | { readonly kind: 'root'; readonly card: Card }
    | { readonly kind: 'entry'; readonly entry: Entry };
  readonly digest: string;
  readonly urgency: Urgency;
}

export interface Compared {
  readonly standing: (key: string) => Standing;
  readonly digestOf: (piece: Card | Entry) => string;
}

/**
 * A message of merged lines stays below what every platform takes, every character of it escaped: the fewest are
 * Discord's 2,000 (https://discord.com/developers/docs/resources/message#create-message).
 */
const MERGED_LINES = 20;
const MERGED_LENGTH = 950;
/** The time before a line, as platforms write it. */
const TIME_LENGTH = 40;

/** What is missing or out of date, in the order in which it should stand. Empty: the thread shows what it should. */
export function pieces(desired: Thread, compared: Compared): readonly Piece[] {
  const { standing, digestOf } = compared;
  const root = standing('root');
  if ((root.gone ?? 0) >= GONE_MAX) return [];
  const digest = digestOf(desired.root);
  const shows = { kind: 'root', card: desired.root } as const;
  const piece = { key: 'root', also: [], shows, digest, urgency: urgencyOf(desired.root) };
  if (root.ref === '') return [{ ...piece, call: 'root', ref: undefined }];
  const edit =
    root.worn || (root.digest === digest && !root.unsure)
      ? []
      : [{ ...piece, call: 'edit', ref: root.ref, urgency: editUrgency(desired.root) } as const];
  return [...edit, ...entries(withTakeover(desired, root), compared)];
}

/** A root that takes no more edits leaves its living card to an entry. */
function withTakeover({ root, entries: below }: Thread, { worn }: Standing): readonly Entry[] {
  return worn ? [...below, { kind: 'card', key: TAKEOVER, card: root }] : below;
}

function entries(desired: readonly Entry[], compared: Compared): readonly Piece[] {
  const found: Piece[] = [];
  let missing: LineEntry[] = [];
  const flush = () => {
    if (missing.length > 0) found.push(merged(missing, compared));
    missing = [];
  };
  for (const entry of desired) {
    if (entry.kind === 'card') {
      const piece = cardPiece(entry, compared);
      if (piece?.ref === undefined && piece !== undefined) flush();
      if (piece) found.push(piece);
    } else if (compared.standing(entry.key).ref === '') {
      if (!fits(missing, entry)) flush();
      missing.push(entry);
      // One message has one picture.
      if (entry.picture) flush();
    }
  }
  flush();
  return found;
}

type LineEntry = Extract<Entry, { kind: 'line' }>;
type CardEntry = Extract<Entry, { kind: 'card' }>;

function cardPiece(entry: CardEntry, { standing, digestOf }: Compared): Piece | undefined {
  const { ref, digest: before, gone = 0, worn, unsure } = standing(entry.key);
  if (gone >= GONE_MAX) return undefined;
  const digest = digestOf(entry);
  const piece = { key: entry.key, also: [], shows: { kind: 'entry', entry } as const, digest };
  if (ref === '' || worn) {
    return { ...piece, call: 'reply', ref: undefined, urgency: urgencyOf(entry.card) };
  }
  return before === digest && !unsure
    ? undefined
    : { ...piece, call: 'edit', ref, urgency: editUrgency(entry.card) };
}

function fits(lines: readonly LineEntry[], next: LineEntry): boolean {
  const length = [...lines, next].reduce(
    (sum, { text }) => sum + plain(text).length + TIME_LENGTH,
    0,
  );
  if (next.picture && lines.length > 0) return false;
  return lines.length < MERGED_LINES && length <= MERGED_LENGTH;
}

/** Lines that nobody has seen yet are one message: a platform that was away is caught up with few calls. */
function merged(lines: readonly LineEntry[], { digestOf }: Compared): Piece {
  const [first, ...rest] = lines;
  if (first === undefined) throw new Error('no line to post');
  const text: Text = [
    ...first.text,
    ...rest.flatMap(({ at, text: said }) => [
      { kind: 'break' } as const,
      { kind: 'time', at, brief: true } as const,
      '  ',
      ...said,
    ]),
  ];
  const entry = { ...first, text };
  return {
    key: first.key,
    also: rest.map(({ key }) => key),
    call: 'reply',
    ref: undefined,
    shows: { kind: 'entry', entry },
    digest: digestOf(entry),
    urgency: text.some((span) => typeof span !== 'string' && span.kind === 'notify')
      ? urgency.critical
      : urgency.state,
  };
}

/** Marks of cards that somebody has to act on: an approval is asked, it failed, nobody knows how it ended. */
const askedMarks: ReadonlySet<string> = new Set(['WAITING', 'FAILED', 'UNKNOWN']);

function urgencyOf({ key, mark, tone }: Card): Urgency {
  if (key === KNOWN) return urgency.enrichment;
  if (askedMarks.has(mark)) return urgency.asked;
  return tone === 'critical' ? urgency.critical : urgency.state;
}

function editUrgency({ key, mark }: Card): Urgency {
  if (key === KNOWN) return urgency.enrichment;
  return askedMarks.has(mark) ? urgency.asked : urgency.state;
}
