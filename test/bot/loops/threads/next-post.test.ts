import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Piece, pieces, urgency } from '../../../../src/bot/loops/threads/next-post.ts';
import { evolvePosts, type PostState, standingOf } from '../../../../src/core/post.ts';
import type { Card, Entry, Thread } from '../../../../src/core/view/card.ts';
import { plain } from '../../../../src/core/view/text.ts';

const digestOf = (piece: object) => JSON.stringify(piece);
const card = (key: string, mark: string, said = ''): Card => ({
  key,
  tone: 'info',
  mark,
  title: [said],
  blocks: [],
  actions: [],
  footnote: [],
});
const line = (at: number, said: string): Entry => ({
  kind: 'line',
  key: `line/${at}`,
  at,
  text: [said],
});

function needed(thread: Thread, state: PostState): readonly Piece[] {
  return pieces(thread, { standing: (key) => standingOf(state, 'chat', key), digestOf });
}

/** The platform takes one of them. */
function taken(state: PostState, piece: Piece, ref: string): PostState {
  const { key, also, digest } = piece;
  const event = { type: 'Posted', v: 1, surface: 'chat', key, ref, digest, also } as const;
  return evolvePosts(state, event, { at: 0 });
}

const entry = fc.oneof(
  fc.string({ maxLength: 800 }).map((said) => ({ kind: 'line' as const, said })),
  fc.record({
    kind: fc.constant('card' as const),
    mark: fc.constantFrom('WAITING', 'RUNNING', 'DONE', 'FAILED'),
  }),
);
const entries = fc.array(entry, { maxLength: 40 }).map((list) =>
  list.map((each, at): Entry => {
    if (each.kind === 'line') return line(at, each.said);
    const key = `operation/${at}`;
    return { kind: 'card', key, card: card(key, each.mark) };
  }),
);

describe('what a thread still needs', () => {
  it('comes to an end: whatever is taken in whatever order, at last it shows what it should', () => {
    fc.assert(
      fc.property(entries, fc.array(fc.nat(), { maxLength: 100 }), (below, order) => {
        const thread = { incident: 'inc', root: card('root', 'CRITICAL'), entries: below };
        let state: PostState = {};
        const said = new Map<string, number>();
        for (let turn = 0; ; turn += 1) {
          const open = needed(thread, state);
          if (open.length === 0) break;
          expect(turn).toBeLessThan(100);
          const piece = open[(order[turn] ?? 0) % open.length];
          if (!piece) throw new Error('nothing to take');
          for (const key of [piece.key, ...piece.also]) said.set(key, (said.get(key) ?? 0) + 1);
          state = taken(state, piece, `m${turn}`);
        }
        // Every piece once, and none twice.
        expect(said.size).toBe(below.length + 1);
        expect([...said.values()].every((times) => times === 1)).toBe(true);
      }),
    );
  });

  it('is the root alone while there is none', () => {
    const thread = { incident: 'inc', root: card('root', 'INFO'), entries: [line(1, 'a')] };
    expect(needed(thread, {}).map(({ key, call }) => [key, call])).toEqual([['root', 'root']]);
  });

  it('is one message for lines that nobody has seen, bounded, with every line in it', () => {
    const below = Array.from({ length: 45 }, (_, at) => line(at, `said ${at}`));
    const thread = { incident: 'inc', root: card('root', 'INFO'), entries: below };
    const [root] = needed(thread, {});
    if (!root) throw new Error('no root');
    const messages = needed(thread, taken({}, root, 'm0'));
    expect(messages.map(({ key }) => key)).toEqual(['line/0', 'line/20', 'line/40']);
    expect(messages.every(({ also }) => also.length < 20)).toBe(true);
    const text = messages
      .flatMap(({ shows }) =>
        shows.kind === 'entry' && 'text' in shows.entry ? shows.entry.text : [],
      )
      .map((span) => plain([span]))
      .join('');
    for (let at = 0; at < 45; at += 1) expect(text).toContain(`said ${at}`);
  });

  it('never edits a line', () => {
    const thread = { incident: 'inc', root: card('root', 'INFO'), entries: [line(1, 'before')] };
    let state: PostState = {};
    for (const ref of ['m0', 'm1']) {
      const [piece] = needed(thread, state);
      if (piece) state = taken(state, piece, ref);
    }
    expect(needed({ ...thread, entries: [line(1, 'after')] }, state)).toEqual([]);
  });

  it('puts first what somebody has to act on', () => {
    const asked = card('operation/1', 'WAITING');
    const below: readonly Entry[] = [
      line(1, 'a'),
      { kind: 'card', key: 'operation/1', card: asked },
      { kind: 'line', key: 'line/2', at: 2, text: [{ kind: 'notify', group: 'sre', people: [] }] },
    ];
    const thread = { incident: 'inc', root: card('root', 'CRITICAL'), entries: below };
    const [root] = needed(thread, {});
    if (!root) throw new Error('no root');
    const found = needed(thread, taken({}, root, 'm0')).map(({ key, urgency: of }) => [key, of]);
    expect(found).toEqual([
      ['line/1', urgency.state],
      ['operation/1', urgency.asked],
      ['line/2', urgency.critical],
    ]);
  });
});
