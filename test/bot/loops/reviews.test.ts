import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/bot/engine.ts';
import { createReviewsLoop } from '../../../src/bot/loops/reviews.ts';
import { createWhisperer } from '../../../src/bot/whisperer.ts';
import type { SecurityNotice } from '../../../src/core/incident/security.ts';
import type { Surface, Whisper } from '../../../src/core/ports/surface.ts';
import { cardText } from '../../../src/core/view/text.ts';
import {
  ana,
  asked,
  ben,
  hashOf,
  op,
  plan,
  rule,
  type Story,
  sha256,
  shown,
} from '../../core/operation/sample.ts';
import { createMemoryJournal, type MemoryJournal } from '../../fakes/memory-journal.ts';
import { type StillClock, stillClock } from '../../fakes/still-clock.ts';

const hour = 3_600_000;
const story: Story = { rule: { breakGlass: { from: ['sre'], perDay: 1 } } };

describe('a broken glass', () => {
  it('is told to security once, by whichever process comes first', async () => {
    const first = await world();
    first.loop.start();
    await first.clock.passes(hour);
    expect(first.notices.map(({ kind }) => kind)).toEqual(['glass-broken']);
    expect(first.notices[0]?.facts).toMatchObject({
      person: 'ana',
      reason: 'checkout is down, nobody answers',
      rule: 'tocsin.yaml:41',
    });
    expect(first.causes).toEqual([`reviews/${op}/broken`]);
  });

  it('is asked for after half a day, when it is due and daily, of everybody but those two', async () => {
    const { loop, clock, whispers, journal } = await world();
    loop.start();
    await clock.passes(73 * hour);
    const reminded = journal.all.flatMap(({ event }) =>
      'overdue' in event ? [event.overdue] : [],
    );
    expect(reminded).toEqual([false, true, true, true]);
    expect(whispers.map(({ account }) => account)).toEqual(
      Array.from({ length: 4 }, () => 'T01/ben'),
    );
    const card = whispers[0]?.answer.card;
    expect(card && cardText(card)).toContain('BROKEN GLASS by ana');
    expect(card?.actions.map(({ press }) => press)).toContainEqual({
      kind: 'line',
      line: `review ${op} ok`,
      incident: 'incident/7',
    });
  });

  it('asks nobody any more once it was reviewed, and not twice after a restart', async () => {
    const before = await world();
    before.loop.start();
    await before.clock.passes(13 * hour);
    await before.loop.close();
    const after = await world(before);
    after.loop.start();
    await after.clock.passes(hour);
    expect(after.whispers).toEqual([]);
    const review = { type: 'ReviewGlass', at: after.clock.now(), by: ben, as: 'ok' } as const;
    const end = { type: 'Cancel', at: after.clock.now(), by: ana } as const;
    await after.engine.tellOperation(op, end, { cause: 'end', by: 'ana' });
    await after.engine.tellOperation(op, { ...review, comment: 'ok' }, { cause: 'r', by: 'ben' });
    await after.clock.passes(48 * hour);
    expect(after.whispers).toEqual([]);
  });
});

interface Before {
  readonly clock: StillClock;
  readonly journal: MemoryJournal;
}

async function world(before?: Before) {
  const clock = before?.clock ?? stillClock();
  const journal = before?.journal ?? createMemoryJournal({ now: clock.now });
  const engine = createEngine({ journal, now: clock.now, sha256 });
  for (const recorded of journal.all) engine.took(recorded);
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  const notices: SecurityNotice[] = [];
  const causes: string[] = [];
  const whispers: Whisper[] = [];
  const slack: Surface = {
    name: 'slack/main',
    remembers: true,
    ensureRoot: () => Promise.reject(new Error('nothing is posted here')),
    ensureEntry: () => Promise.reject(new Error('nothing is posted here')),
    async whisper(whisper) {
      whispers.push(whisper);
      return { ok: true, ref: '' };
    },
    close: async () => undefined,
  };
  const people = ['ana', 'ben'].map((id) => ({ id, name: id, accounts: { slack: [`T01/${id}`] } }));
  const loop = createReviewsLoop({
    engine,
    clock,
    words: { names: new Map(), book: {} },
    maySee: () => true,
    members: () => ['ana', 'ben'],
    async tellSecurity(notice, { cause }) {
      notices.push(notice);
      causes.push(cause);
    },
    whisper: createWhisperer([slack], () => ({ people })),
    log: () => undefined,
  });
  if (!before) await breaks();
  return { clock, journal, engine, loop, notices, causes, whispers };

  async function breaks(): Promise<void> {
    const { type: _, v: __, ...facts } = asked.type === 'OperationAsked' ? asked : never();
    const hash = hashOf(story);
    const typed = { hash, typed: true, reason: 'checkout is down, nobody answers', shown };
    const at = clock.now();
    const say = (intent: Parameters<typeof engine.tellOperation>[1]) =>
      engine.tellOperation(op, intent, { cause: intent.type, by: 'ana' });
    await say({ type: 'Ask', ...facts });
    await say({ type: 'Plan', plan: plan(), hash, rule: rule(story.rule) });
    await say({ type: 'BreakGlass', at, by: ana, ...typed, told: [] });
  }
}

function never(): never {
  throw new Error('no request');
}
