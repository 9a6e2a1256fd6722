import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/bot/engine.ts';
import { type ChangesLoop, createChangesLoop } from '../../../src/bot/loops/changes.ts';
import { emptyReadings } from '../../../src/bot/readings.ts';
import type { OperationState } from '../../../src/core/operation/operation.ts';
import { ana, opened } from '../../core/incident/given-incident.ts';
import { sha256 } from '../../core/operation/sample.ts';
import { createMemoryJournal, type MemoryJournal } from '../../fakes/memory-journal.ts';
import { type World, world } from '../../integrations/pagerduty/given.ts';

let outside: World;
let journal: MemoryJournal;
let loop: ChangesLoop;
const readings = emptyReadings();

beforeEach(async () => {
  outside = await world({ timeoutMs: 400 });
  journal = createMemoryJournal({ now: outside.clock.now });
  readings.operations.clear();
  readings.incidents.clear();
  loop = begin();
});
afterEach(async () => {
  await loop.close();
  await outside.close();
});

describe('a change that is over', () => {
  it('is told to those who are paged for its service, once', async () => {
    await ended();
    await ended();
    expect(outside.there.account.changes).toMatchObject([
      {
        summary: 'checkout · production: rollback checkout done',
        source: 'tocsin',
        custom_details: { operation: 'op-1', requester: 'ana', status: 'done' },
      },
    ]);
    expect(types()).toEqual(['ChangeBegun', 'ChangeTold']);
  });

  it('is not told again by the next process', async () => {
    await ended();
    await loop.close();
    loop = begin();
    loop.start();
    await loop.idle();
    expect(outside.there.account.changes).toHaveLength(1);
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['never began', { startedAt: undefined }],
    ['is not over', { status: 'running', endedAt: undefined }],
    ['is old news', { endedAt: 1 }],
    ['is of a service that says nobody', { asked: asked({ service: 'search' }) }],
    ['is of a private incident', { asked: asked({ incident: 'inc-9' }) }],
  ])('is told to nobody where it %s', async (_why, more) => {
    const members = { people: ['ana'], groups: [] };
    const event = opened({ incident: 'inc-9', members });
    await journal.append([{ stream: 'incident/inc-9', expectedVersion: 0, events: [event] }], {
      cause: 'opened',
      by: 'ana',
    });
    await ended(more);
    expect(outside.there.account.changes).toEqual([]);
  });

  it('is sent again only where it surely did not arrive', async () => {
    outside.there.fails({ kind: 'status', status: 503 }, 2);
    await ended();
    expect(types()).toEqual(['ChangeBegun', 'ChangeTold']);
    outside.there.fails({ kind: 'lost' });
    await ended({ id: 'op-2' });
    expect(types().slice(2)).toEqual(['ChangeBegun', 'ChangeNotTold']);
    expect(outside.there.account.changes).toHaveLength(2);
  });
});

function begin(): ChangesLoop {
  const { clock, integration } = outside;
  return createChangesLoop({
    engine: createEngine({ journal, now: clock.now, sha256 }, readings),
    journal,
    clock,
    changes: [integration.changes],
    wayOf: (service) =>
      service === 'checkout' ? { pager: 'pagerduty/main', via: 'payments' } : undefined,
    publicUrl: 'https://ops.example.com',
    log: () => undefined,
  });
}

/** Told, or given up: time passes for as long as something waits for it. */
async function ended(more: Partial<OperationState> = {}): Promise<void> {
  const now = outside.clock.now();
  const whole = {
    id: 'op-1',
    status: 'done',
    approvals: [],
    steps: [],
    compensating: false,
    compensated: false,
    asked: asked(),
    startedAt: now,
    endedAt: now,
    ...more,
  };
  const state = whole as OperationState;
  readings.operations.set(state.id, { state, version: 1 });
  loop.wake(state.id);
  let isOver = false;
  const over = loop.idle().then(() => {
    isOver = true;
  });
  while (!isOver) await outside.clock.passes(500);
  await over;
}

function asked(
  more: Partial<NonNullable<OperationState['asked']>> = {},
): NonNullable<OperationState['asked']> {
  return {
    verb: 'rollback',
    line: 'rollback checkout',
    service: 'checkout',
    environment: 'production',
    incident: '',
    requester: ana,
    ...more,
  } as NonNullable<OperationState['asked']>;
}

function types(): readonly string[] {
  return journal.all.map(({ event }) => event.type);
}
