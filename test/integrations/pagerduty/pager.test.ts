import { afterEach, describe, expect, it } from 'vitest';
import type { PageDeed } from '../../../src/core/incident/page-deeds.ts';
import { ProblemError } from '../../../src/core/problem.ts';
import type { Integration } from '../../../src/integrations/pagerduty/index.ts';
import { type World, wanted, world } from './given.ts';

let here: World | undefined;
afterEach(async () => {
  const { there } = here ?? {};
  await here?.close();
  // Whatever was asked and told, the official description has nothing against it.
  expect(there?.violations ?? []).toEqual([]);
});

async function paged(more?: Parameters<typeof world>[0]): Promise<World> {
  here = await world(more);
  here.there.account.onCalls.push(
    { user: 'PANA', policy: 'PPOL1', level: 1, schedule: 'PSCH1' },
    { user: 'PBEN', policy: 'PPOL1', level: 2 },
  );
  here.there.triggers('It is slow');
  return here;
}

describe('what stands there', () => {
  it('is asked page by page, and people are ours where they are known', async () => {
    const { integration, there } = await paged();
    for (let count = 0; count < 230; count += 1) there.triggers(`another ${count}`);
    there.does('PANA', 'resolved', 'Q2PAGE');
    const open = await integration.pager.open();
    expect(open.length).toBe(230);
    expect(open[0]).toMatchObject({
      pager: 'pagerduty/main',
      labels: { pagerduty_service_id: 'PSVC1', severity: 'major' },
      news: {
        what: 'compared',
        stands: { page: 'Q1PAGE', status: 'triggered', assignees: ['ana'] },
      },
    });
  });

  it('names who acknowledged it', async () => {
    const { integration, there } = await paged();
    there.does('PBEN', 'acknowledged');
    expect((await integration.pager.find('Q1PAGE'))?.news).toMatchObject({
      by: 'ben',
      byPerson: true,
    });
    expect(await integration.pager.find('QGONE')).toBeUndefined();
  });
});

describe('what is done there', () => {
  it.each<[string, PageDeed, object]>([
    ['acknowledge', { kind: 'acknowledge' }, { status: 'acknowledged', acknowledgers: ['PANA'] }],
    [
      'resolve',
      { kind: 'resolve', reason: 'mended' },
      { status: 'resolved', resolution: 'mended — ana, Tocsin inc-0123456789ab/3' },
    ],
    ['reassign', { kind: 'reassign', to: 'ben' }, { assignees: ['PBEN'] }],
    ['escalate one further', { kind: 'escalate', level: 0 }, { level: 2, assignees: ['PBEN'] }],
    ['escalate to a level', { kind: 'escalate', level: 2 }, { level: 2 }],
    ['snooze', { kind: 'snooze', ms: 3_600_000 }, { status: 'acknowledged', snoozedFor: 3600 }],
    ['priority', { kind: 'priority', priority: 'p2' }, { priority: 'P2' }],
    ['update', { kind: 'update', text: 'half is back' }, { updates: ['half is back'] }],
    ['responder', { kind: 'responder', to: 'ben', message: 'please' }, { responders: ['PBEN'] }],
    [
      'note',
      { kind: 'note', text: 'it was the disk' },
      { notes: [{ by: 'PANA', content: 'it was the disk\n— ana, Tocsin inc-0123456789ab/3' }] },
    ],
  ])('%s, as the person who asked', async (_what, does, stands) => {
    const { integration, there } = await paged();
    expect(await integration.pager.perform(wanted(does))).toMatchObject({ ok: true });
    expect(there.incident()).toMatchObject(stands);
  });

  it('needs a user of ours there to stand in: without one nothing is sent, and not again', async () => {
    const { integration, there } = await paged();
    there.account.users.delete('PBOT');
    const done = await integration.pager.perform(
      wanted({ kind: 'acknowledge' }, { person: 'cem' }),
    );
    expect(done).toMatchObject({
      ...{ ok: false, why: 'refused' },
      problem: { code: 'PAGERDUTY_FROM_UNKNOWN', facts: { account: 'tocsin@example.com' } },
    });
    expect(there.requests.filter((each) => each.startsWith('PUT'))).toEqual([]);
  });

  it('is not looked for twice where the page is gone', async () => {
    const { integration } = await paged();
    const gone = wanted({ kind: 'acknowledge' }, { page: 'QGONE', begun: true });
    expect(await integration.pager.probe(gone)).toMatchObject({
      ...{ ok: false, why: 'refused' },
      problem: { code: 'PAGERDUTY_PAGE_GONE', facts: { page: 'QGONE' } },
    });
  });

  it('merge ends the other page', async () => {
    const { integration, there } = await paged();
    there.triggers('the same');
    await integration.pager.perform(wanted({ kind: 'merge', other: 'Q2PAGE' }));
    expect(there.incident('Q2PAGE')).toMatchObject({ status: 'resolved', mergedInto: 'Q1PAGE' });
  });

  it.each(['cem', ''])(
    'stands in for whoever has no account there, and says for whom: "%s"',
    async (person) => {
      const { integration, there } = await paged();
      await integration.pager.perform(wanted({ kind: 'acknowledge' }, { person }));
      expect(there.incident()).toMatchObject({
        acknowledgers: ['PBOT'],
        notes:
          person === ''
            ? []
            : [{ content: 'acknowledge: asked by cem, Tocsin inc-0123456789ab/3' }],
      });
    },
  );

  it.each<[string, PageDeed, string]>([
    ['somebody without an account', { kind: 'reassign', to: 'cem' }, 'PAGERDUTY_ACCOUNT_MISSING'],
    ['a priority nobody has', { kind: 'priority', priority: 'P9' }, 'PAGERDUTY_PRIORITY_UNKNOWN'],
    ['a level that is none', { kind: 'escalate', level: 9 }, 'PAGERDUTY_REFUSED'],
    ['a page that is gone', { kind: 'merge', other: 'QGONE' }, 'PAGERDUTY_REFUSED'],
  ])('is refused for %s', async (_what, does, code) => {
    const { integration } = await paged();
    const done = await integration.pager.perform(wanted(does));
    expect(done).toMatchObject({ ok: false, why: 'refused', problem: { code } });
  });

  it('is done where it was so already', async () => {
    const { integration, there } = await paged();
    there.does('PBEN', 'resolved');
    expect(await integration.pager.perform(wanted({ kind: 'resolve', reason: '' }))).toEqual({
      ok: true,
    });
  });
});

describe('a page of our own', () => {
  const trigger = wanted({ kind: 'trigger' }, { page: '' });

  it('is one, however often it is sent, and ends by the same key', async () => {
    const { integration, there } = await paged({ rest: false });
    await integration.pager.perform(trigger);
    await integration.pager.perform(trigger);
    expect(there.account.incidents.size).toBe(2);
    expect(there.incident()).toMatchObject({
      title: 'checkout · HighErrorRate · production',
      key: 'tocsin/inc-0123456789ab',
    });
    await integration.pager.perform(wanted({ kind: 'resolve', reason: '' }, { page: '' }));
    expect(there.incident().status).toBe('resolved');
  });

  it.each([
    ['nowhere', 'PAGERDUTY_WAY_UNKNOWN'],
    ['wrong', 'PAGERDUTY_REFUSED'],
  ])('by %s wakes nobody, and says so', async (via, code) => {
    const { integration } = await paged();
    expect(await integration.pager.perform({ ...trigger, via })).toMatchObject({
      ok: false,
      why: 'refused',
      problem: { code },
    });
  });

  it('that was woken and is over is not woken again after a crash', async () => {
    const { integration, there } = await paged();
    await integration.pager.perform(trigger);
    there.does('PANA', 'resolved');
    expect(await integration.pager.probe({ ...trigger, begun: true })).toMatchObject({
      is: 'done',
    });
    expect(await integration.pager.probe(trigger)).toEqual({ ok: true, is: 'open' });
  });
});

describe('whether something was done', () => {
  it.each<[PageDeed, string]>([
    [{ kind: 'acknowledge' }, 'done'],
    [{ kind: 'resolve', reason: '' }, 'done'],
    [{ kind: 'reassign', to: 'ben' }, 'done'],
    [{ kind: 'priority', priority: 'P2' }, 'done'],
    [{ kind: 'note', text: 'it was the disk' }, 'done'],
    [{ kind: 'escalate', level: 2 }, 'open'],
    [{ kind: 'escalate', level: 0 }, 'unknowable'],
    [{ kind: 'update', text: 'half is back' }, 'unknowable'],
    [{ kind: 'responder', to: 'ben', message: '' }, 'unknowable'],
  ])('is looked up: %j is %s', async (does, is) => {
    const { integration } = await paged();
    const { pager } = integration;
    expect(await pager.probe(wanted(does))).toMatchObject({ ok: true, is: 'open' });
    await pager.perform(wanted(does));
    expect(await pager.probe(wanted(does, { begun: true }))).toMatchObject({ ok: true, is });
  });

  it('acknowledging what is over is not asked of it: that would open it again', async () => {
    const { integration, there } = await paged();
    there.does('PBEN', 'resolved');
    expect(await integration.pager.probe(wanted({ kind: 'acknowledge' }))).toMatchObject({
      is: 'done',
    });
    expect(await integration.pager.probe(wanted({ kind: 'snooze', ms: 1000 }))).toMatchObject({
      ok: false,
      why: 'refused',
    });
  });
});

describe('trouble on the way', () => {
  const acknowledge = wanted({ kind: 'acknowledge' });

  it.each([
    [{ kind: 'status', status: 500 }, 'unknown', 'PAGERDUTY_FAILED'],
    [{ kind: 'status', status: 503 }, 'wait', 'PAGERDUTY_FAILED'],
    [{ kind: 'status', status: 403 }, 'refused', 'PAGERDUTY_FORBIDDEN'],
    [{ kind: 'status', status: 401 }, 'refused', 'PAGERDUTY_UNAUTHORIZED'],
    [{ kind: 'lost' }, 'unknown', 'PAGERDUTY_UNREACHABLE'],
    [{ kind: 'reset' }, 'unknown', 'PAGERDUTY_UNREACHABLE'],
    // Its fetch does not notice that the rest will never come: the time does.
    [{ kind: 'half' }, 'unknown', 'PAGERDUTY_TIMEOUT'],
    [{ kind: 'html' }, 'unknown', 'PAGERDUTY_UNREADABLE'],
    [{ kind: 'never' }, 'unknown', 'PAGERDUTY_TIMEOUT'],
  ] as const)('%j: %s', async (fault, why, code) => {
    const { integration, there } = await paged({ timeoutMs: 400 });
    there.fails(fault, 1, /^PUT/);
    expect(await integration.pager.perform(acknowledge)).toMatchObject({
      ok: false,
      why,
      problem: { code },
    });
  });

  it('a limit is kept to, without one request in between', async () => {
    const { integration, there, clock } = await paged();
    there.fails({ kind: 'status', status: 429, retryAfter: 7 }, 1, /^PUT/);
    const limited = { ok: false, why: 'wait', problem: { code: 'PAGERDUTY_LIMITED' } };
    expect(await integration.pager.perform(acknowledge)).toMatchObject({
      ...limited,
      afterMs: 7000,
    });
    const { length } = there.requests;
    await clock.passes(6000);
    expect(await integration.pager.perform(acknowledge)).toMatchObject(limited);
    expect(there.requests.length).toBe(length);
    await clock.passes(2000);
    expect(await integration.pager.perform(acknowledge)).toMatchObject({ ok: true });
  });

  it('five failures make a minute of rest, and one try decides', async () => {
    const { integration, there, clock } = await paged();
    there.fails({ kind: 'status', status: 500 }, 6);
    const codes: unknown[] = [];
    const ask = () =>
      integration.pager.open().then(
        () => codes.push('fine'),
        (error) => codes.push(error instanceof ProblemError && error.problem.code),
      );
    for (let times = 0; times < 6; times += 1) await ask();
    expect([codes.at(4), codes.at(5), restOf(integration)]).toEqual([
      'PAGERDUTY_FAILED',
      'PAGERDUTY_RESTS',
      'open',
    ]);
    expect(there.requests.length).toBe(5);
    await clock.passes(60_000);
    expect(restOf(integration)).toBe('half-open');
    await Promise.all([ask(), ask(), ask()]);
    expect([there.requests.length, restOf(integration)]).toEqual([6, 'open']);
    await clock.passes(60_000);
    await ask();
    expect([codes.at(-1), restOf(integration)]).toEqual(['fine', 'closed']);
  });

  it('nobody who answers with a refusal counts as away', async () => {
    const { integration, there } = await paged();
    there.fails({ kind: 'status', status: 403 }, 8, /^PUT/);
    for (let times = 0; times < 8; times += 1) await integration.pager.perform(acknowledge);
    expect(restOf(integration)).toBe('closed');
  });

  it('waking people is tried although the other API rests', async () => {
    const { integration, there } = await paged();
    there.fails({ kind: 'status', status: 500 }, 5, /incidents/);
    for (let times = 0; times < 5; times += 1)
      await integration.pager.open().catch(() => undefined);
    expect(await integration.pager.perform(wanted({ kind: 'trigger' }, { page: '' }))).toEqual({
      ok: true,
    });
  });
});

describe('what changed before a page', () => {
  it('is asked of the page, the newest first, as far as it says when', async () => {
    const { integration, there } = await paged();
    const event = (summary: string, timestamp?: string) => ({
      ...{ id: `C${summary}`, type: 'change_event', source: 'ci', summary, timestamp },
      correlation_reason: { reason: 'related_service' },
    });
    there.account.related.push(
      event('older', '2026-11-19T01:00:00Z'),
      event('newer', '2026-11-19T02:00:00Z'),
      event('some time'),
    );
    const page = there.incident().id;
    expect(await integration.onCalls?.changesBefore?.(page)).toEqual([
      { summary: 'newer', source: 'ci', at: Date.UTC(2026, 10, 19, 2) },
      { summary: 'older', source: 'ci', at: Date.UTC(2026, 10, 19, 1) },
    ]);
    expect(there.requests.at(-1)).toBe(`GET /incidents/${page}/related_change_events`);
    expect(there.violations).toEqual([]);
    there.fails({ kind: 'status', status: 500 });
    await expect(integration.onCalls?.changesBefore?.(page)).rejects.toThrow('PAGERDUTY_FAILED');
  });
});

describe('waking people, where nobody answers', () => {
  it('rests for a minute after five failures, says so, and is found again by one try', async () => {
    const { integration, there, clock } = await paged();
    const trigger = wanted({ kind: 'trigger' }, { page: '' });
    there.fails({ kind: 'status', status: 500 }, 5, /enqueue/);
    for (let times = 0; times < 5; times += 1) await integration.pager.perform(trigger);
    const sent = there.requests.length;
    expect(await integration.pager.perform(trigger)).toMatchObject({
      ok: false,
      why: 'wait',
      afterMs: 60_000,
      problem: { code: 'PAGERDUTY_RESTS' },
    });
    expect([there.requests.length, restOf(integration, 'events')]).toEqual([sent, 'open']);
    expect(restOf(integration)).toBe('closed');
    await clock.passes(60_000);
    expect(await integration.pager.perform(trigger)).toEqual({ ok: true });
    expect(restOf(integration, 'events')).toBe('closed');
  });
});

describe('who is on call', () => {
  it('is told by policy, level and schedule', async () => {
    const { integration } = await paged();
    expect(await integration.onCalls?.onCalls()).toMatchObject([
      { policy: 'PPOL1', level: 1, schedule: 'PSCH1', person: 'ana' },
      { policy: 'PPOL1', level: 2, schedule: '', person: 'ben' },
    ]);
  });

  it('answers for a group, at this moment', async () => {
    const { integration, there, clock } = await paged();
    const next = new Date(clock.now() + 3_600_000).toISOString();
    there.account.onCalls.push({
      user: 'PBEN',
      policy: 'PPOL1',
      level: 1,
      schedule: 'PSCH1',
      start: next,
    });
    const members = (kind: string, id: string) =>
      integration.directory?.members({ kind, id, accounts: 'pagerduty', home: '' }, []);
    const at = clock.now();
    expect(await members('pagerduty_schedule', 'PSCH1')).toEqual({ accounts: ['PANA'], at });
    expect(await members('pagerduty_level', 'PPOL1/2')).toEqual({ accounts: ['PBEN'], at });
    expect(await members('pagerduty_schedule', 'PNONE')).toEqual({ accounts: [], at });
    await clock.passes(3_700_000);
    expect(await members('pagerduty_schedule', 'PSCH1')).toMatchObject({
      accounts: ['PANA', 'PBEN'],
    });
  });

  it('answers nothing when it cannot be asked', async () => {
    const { integration, there } = await paged();
    there.fails({ kind: 'status', status: 500 });
    await expect(
      integration.directory?.members(
        { kind: 'pagerduty_schedule', id: 'PSCH1', accounts: 'pagerduty', home: '' },
        [],
      ),
    ).rejects.toThrow(ProblemError);
  });
});

function restOf({ breakers }: Integration, of: 'api' | 'events' = 'api') {
  return breakers().find((each) => each.of === of)?.state;
}
