import { describe, expect, it } from 'vitest';
import { createEngine } from '../../../src/bot/engine.ts';
import { createOperationsLoop } from '../../../src/bot/loops/operations.ts';
import type { Evidence } from '../../../src/core/person.ts';
import type { Fence } from '../../../src/core/ports/journal.ts';
import { ProblemError, problem } from '../../../src/core/problem.ts';
import {
  approvalGiven,
  asked,
  ben,
  op,
  operationApproved,
  planned,
  type Story,
  sha256,
  step,
} from '../../core/operation/sample.ts';
import { createMemoryJournal, type MemoryJournalOptions } from '../../fakes/memory-journal.ts';
import { createOneTarget, type OneTargetOptions } from '../../fakes/one-target.ts';
import { atRest, stillClock } from '../../fakes/still-clock.ts';

describe('a step whose write landed unseen', () => {
  it('is believed when the check before the next attempt finds it standing', async () => {
    let checks = 0;
    const { loop, types, state, target } = await world(
      {},
      {
        check() {
          checks += 1;
          return checks === 1
            ? undefined
            : { ok: false, ours: true, problem: problem('ALREADY_APPLIED') };
        },
        apply: () => ({ outcome: 'moved' }),
      },
    );
    loop.wake(op);
    await atRest();
    expect(state()).toMatchObject({ status: 'done', steps: [{ phase: 'verified' }] });
    expect(types()).not.toContain('OperationFailed');
    expect(target.calls.filter((call) => call === 'apply s1')).toHaveLength(1);
  });

  it('is believed when the probe cannot know and the check can', async () => {
    let checks = 0;
    const { loop, clock, state } = await world(
      {},
      {
        check() {
          checks += 1;
          return checks === 1
            ? undefined
            : { ok: false, ours: true, problem: problem('ALREADY_APPLIED') };
        },
        apply: () => ({ outcome: 'unknown', problem: problem('TIMED_OUT') }),
        probe: () => 'cannot-know',
      },
    );
    loop.wake(op);
    await clock.passes(10_000);
    expect(state()).toMatchObject({ status: 'done', steps: [{ phase: 'verified' }] });
  });
});

describe('a directory that is silent before the first step', () => {
  it('is asked again every few seconds, and nothing begins before it answers', async () => {
    const because = problem('DIRECTORY_UNREACHABLE', {
      directory: 'slack_usergroup T01/S01',
      since: '2026-11-20T03:00:00.000Z',
      because: 'SLACK_UNREACHABLE',
    });
    const silent = { ...ben, memberships: [], unreachable: [{ group: 'sre', problem: because }] };
    let isSilent = true;
    const { loop, clock, types, state, target } = await world(
      {},
      {},
      { standing: () => (isSilent ? silent : ben) },
    );
    loop.wake(op);
    await clock.passes(60_000);
    expect(state()).toMatchObject({ status: 'approved', putOff: because });
    expect(types().filter((type) => type === 'BeginPutOff')).toHaveLength(1);
    expect(target.calls).toEqual([]);
    isSilent = false;
    await clock.passes(10_000);
    expect(state()?.status).toBe('done');
  });
});

describe('a step that cannot be looked at', () => {
  it('is under way and not done, says so, and is verified once it can be', async () => {
    let isBlind = true;
    const { loop, clock, state } = await world(
      {},
      {
        observe() {
          if (isBlind) throw new TypeError('no answer that anybody expected');
          return undefined;
        },
      },
    );
    loop.wake(op);
    await atRest();
    expect(state()?.status).toBe('verifying');
    expect(JSON.stringify(state()?.steps)).toContain('cannot be looked at (UNREACHABLE)');
    isBlind = false;
    await clock.passes(1_000);
    expect(state()?.status).toBe('done');
    await loop.close();
  });
});

describe('on shutdown', () => {
  const critical: Story = {
    plan: { steps: [step('s1', { critical: true }), step('s2'), step('s3')] },
  };

  it('a critical section that is being verified goes on to the step that it binds, and no further', async () => {
    let looks = 0;
    const { loop, clock, state, target } = await world(critical, {
      observe({ id }) {
        looks += id === 's1' ? 1 : 0;
        return looks < 4 ? progress : undefined;
      },
    });
    loop.wake(op);
    await atRest();
    expect(state()).toMatchObject({ status: 'running' });
    let isClosed = false;
    const closed = loop.close().then(() => {
      isClosed = true;
    });
    await atRest();
    expect(isClosed).toBe(false);
    await clock.passes(2000);
    await closed;
    expect(target.writes).toEqual([`${op}/s1`, `${op}/s2`]);
    expect(clock.waiting()).toBe(0);
  });

  it('a write that is under way is reported, and nothing else begins', async () => {
    let answers: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => {
      answers = resolve;
    });
    const { loop, types, state, target } = await world(
      { plan: { steps: [step('s1'), step('s2')] } },
      { gate: async (call) => (call === 'apply s1' ? answered : undefined) },
    );
    loop.wake(op);
    await atRest();
    expect(types().at(-1)).toBe('StepIntended');
    const closed = loop.close();
    await atRest();
    answers();
    await closed;
    expect(types()).toContain('StepApplied');
    expect(state()).toMatchObject({ status: 'running' });
    expect(target.calls).not.toContain('check s2');
  });

  it('what only waits to be verified is left to the next start', async () => {
    const { loop, clock, state } = await world({}, { observe: () => progress });
    loop.wake(op);
    await atRest();
    await loop.close();
    expect(state()).toMatchObject({ status: 'verifying' });
    expect(clock.waiting()).toBe(0);
  });
});

describe('a process that may not write', () => {
  it('asks again later, and begins when it may', async () => {
    let fence: Fence | undefined;
    const { loop, clock, state, target } = await world({}, {}, { claim: async () => fence });
    loop.wake(op);
    await clock.passes(10_000);
    expect(state()).toMatchObject({ status: 'approved' });
    expect(target.calls).toEqual([]);
    fence = { partition: 'operations', token: 1 };
    await clock.passes(2000);
    expect(state()).toMatchObject({ status: 'done' });
  });

  it('and loses its right between two steps looks rarely, not without end', async () => {
    let fence: Fence | undefined = { partition: 'operations', token: 1 };
    const { loop, clock, target } = await world(
      {},
      {
        check() {
          fence = undefined;
          return undefined;
        },
      },
      { claim: async () => fence },
    );
    loop.wake(op);
    await clock.passes(10_000);
    expect(target.calls.length).toBeLessThan(10);
    expect(target.writes).toEqual([]);
  });
});

describe('a journal that takes nothing', () => {
  it('holds the operation before its next step, and lets it go on afterwards', async () => {
    let isFull = true;
    const { loop, clock, target, state } = await world(
      {},
      {},
      {
        before(_writes, context) {
          if (isFull && context.urgent !== true && context.by === 'tocsin') {
            throw new ProblemError(problem('JOURNAL_FULL'));
          }
        },
      },
    );
    loop.wake(op);
    await clock.passes(10_000);
    expect(target.writes).toEqual([]);
    isFull = false;
    await clock.passes(2000);
    expect(state()).toMatchObject({ status: 'done' });
    expect(target.writes).toEqual([`${op}/s1`]);
  });

  it('and loses the answer of a write makes the loop look, not write again', async () => {
    let isFull = false;
    const { loop, clock, target, state } = await world(
      {},
      {
        apply() {
          isFull = true;
          return undefined;
        },
      },
      {
        before() {
          if (isFull) throw new ProblemError(problem('JOURNAL_FULL'));
        },
      },
    );
    loop.wake(op);
    await clock.passes(4000);
    expect(state()).toMatchObject({ steps: [{ phase: 'intended' }] });
    isFull = false;
    await clock.passes(4000);
    expect(state()).toMatchObject({ status: 'done' });
    expect(target.writes).toEqual([`${op}/s1`]);
  });
});

const progress = { state: 'progress', progress: { done: 0, of: 1, what: 'pods ready' } } as const;

async function world(
  story: Story,
  target: OneTargetOptions = {},
  more: Partial<MemoryJournalOptions> & {
    claim?: () => Promise<Fence | undefined>;
    standing?: () => Evidence;
  } = {},
) {
  const clock = stillClock();
  const journal = createMemoryJournal({ now: clock.now, ...more });
  const engine = createEngine({ journal, now: clock.now, sha256 });
  journal.onAppended((recorded) => {
    for (const each of recorded) engine.took(each);
  });
  const one = createOneTarget(target);
  const loop = createOperationsLoop({
    engine,
    clock,
    ownership: { claim: more.claim ?? (async (partition) => ({ partition, token: 1 })) },
    driver: async () => one.driver,
    standing: async () => [more.standing?.() ?? ben],
    policyDigest: () => 'policy-1',
    verdict: async () => undefined,
    pollMs: 500,
    log: () => undefined,
  });
  const events = [asked, planned(story), approvalGiven(ben, story), operationApproved(story)];
  await journal.append([{ stream: `operation/${op}`, expectedVersion: 0, events }], {
    cause: 'given',
    by: 'test',
  });
  engine.onChange(({ kind, id }) => {
    if (kind === 'operation') loop.wake(id);
  });
  return {
    clock,
    journal,
    engine,
    loop,
    target: one,
    state: () => engine.readings.operations.get(op)?.state,
    types: () => journal.all.map(({ event }) => event.type),
  };
}
