import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Step } from '../../../src/core/operation/plan.ts';
import type { StepDriver } from '../../../src/core/ports/step.ts';
import { connect } from '../../../src/integrations/patroni/index.ts';
import { parseReply } from '../../../src/integrations/patroni/schema.ts';
import { type FakePatroni, startFakePatroni } from '../../fakes/patroni.ts';
import { configOf, request } from './step-worlds.ts';

let patroni: FakePatroni;
let step: Step;
let driver: StepDriver;
beforeEach(async () => {
  patroni = await startFakePatroni();
  const integration = connect(configOf(patroni));
  const drafted = await integration.planner.draft(request);
  const [first] = drafted.ok ? drafted.steps : [];
  const found = first && integration.openWriter().steps[first.kind];
  if (!first || !found) throw new Error('it is drafted');
  step = first;
  driver = found;
});
afterEach(() => patroni.close());

const context = { operation: 'op-1', outputs: {}, startedAt: 0 };
const applying = { ...context, token: '4/n3', attempt: 1 };

describe('a reply of Patroni', () => {
  // Words as 3.0.2 writes them; all come as text/html.
  it.each([
    [200, 'Successfully switched over to "n3"', 'applied', ''],
    [202, 'Switchover scheduled', 'unknown', 'PATRONI_STATUS_UNKNOWN'],
    [
      400,
      'Switchover is possible only to a specific candidate in a paused state',
      'refused',
      'PATRONI_REFUSED',
    ],
    [412, 'leader name does not match', 'refused', 'PATRONI_REFUSED'],
    [422, 'Cannot schedule switchover in the past', 'refused', 'PATRONI_REFUSED'],
    [401, 'no auth header received', 'refused', 'PATRONI_UNAUTHORIZED'],
    [403, 'Access is denied', 'refused', 'PATRONI_UNAUTHORIZED'],
    [503, 'Switchover failed', 'refused', 'PATRONI_REFUSED'],
    [503, 'Switchover status unknown', 'unknown', 'PATRONI_STATUS_UNKNOWN'],
    [502, '<html><body>Bad Gateway</body></html>', 'unknown', 'PATRONI_STATUS_UNKNOWN'],
  ])('%d %s is %s', async (status, text, outcome, code) => {
    patroni.next({ kind: 'answer', status, text });
    const applied = await driver.apply(step, applying);
    expect(applied).toMatchObject({ outcome, ...(code && { problem: { code } }) });
    expect(patroni.asked).toHaveLength(1);
  });

  it('that says failed is not believed where the leader changed', async () => {
    patroni.next({ kind: 'answer', status: 503, text: 'Switchover failed' });
    const applying2 = driver.apply(step, applying);
    // The candidate was promoted while Patroni gave up on it.
    patroni.lead('n3');
    expect((await applying2).outcome).not.toBe('applied');
    expect(await driver.probe(step, applying)).toBe('yes');
  });

  it('that is a page is said by its message', () => {
    expect(parseReply('<!DOCTYPE HTML>\n<html><p>Message: Bad Request.</p></html>')).toBe(
      'Bad Request.',
    );
    expect(parseReply('<html><b>what</b></html>')).toBe('a page of HTML');
    expect(parseReply('leader name\ndoes  not match')).toBe('leader name does not match');
    expect(parseReply('x'.repeat(5_000))).toHaveLength(200);
  });
});

it('the credential goes with the change and with no question', async () => {
  const seen: string[] = [];
  await driver.apply(step, applying);
  for (const { authorization } of patroni.asked) seen.push(authorization);
  expect(seen).toEqual([`Basic ${Buffer.from('operator:let-me-switch').toString('base64')}`]);
  expect(patroni.asked).toEqual([
    expect.objectContaining({ path: '/switchover', body: '{"leader":"n1","candidate":"n3"}' }),
  ]);
});

it('an answer that is lost is not followed by a second request', async () => {
  patroni.next({ kind: 'vanished' });
  expect(await driver.apply(step, applying)).toMatchObject({
    outcome: 'unknown',
    problem: { code: 'PATRONI_NO_ANSWER' },
  });
  expect(patroni.asked).toHaveLength(1);
});

it('whom the rule chose stays chosen when another one is ahead since', async () => {
  const { n2 } = patroni.state.members;
  if (n2) n2.position = 9_000;
  expect(await driver.apply(step, applying)).toMatchObject({ outputs: { candidate: 'n3' } });
});

describe('it is done', () => {
  it('once one leads on a new timeline and all stream from it', async () => {
    expect(await driver.observe(step, context)).toMatchObject({ state: 'progress' });
    await driver.apply(step, applying);
    expect(await driver.observe(step, context)).toMatchObject({ state: 'done' });
  });

  it('not while the old leader still takes writes', async () => {
    await driver.apply(step, applying);
    Object.assign(patroni.state.members['n1'] ?? {}, { rogue: true });
    expect(await driver.observe(step, context)).toMatchObject({
      state: 'progress',
      progress: { what: 'n1 still takes writes' },
    });
  });

  it.each([
    ['is on the old timeline with a lag of 0', { timeline: 4, lag: 0 }],
    ['is being rewound', { state: 'stopped', lag: 'unknown' }],
    ['does not stream', { silent: true }],
  ])('not while the old leader %s', async (_, fields) => {
    await driver.apply(step, applying);
    Object.assign(patroni.state.members['n1'] ?? {}, fields);
    expect(await driver.observe(step, context)).toMatchObject({
      state: 'progress',
      progress: { done: 2, what: 'n1 must follow on timeline 5' },
    });
  });

  it('never where another one was promoted than was chosen', async () => {
    patroni.next({ kind: 'another', name: 'n2' });
    const applied = await driver.apply(step, applying);
    expect(applied).toMatchObject({ outcome: 'applied', outputs: { candidate: 'n3' } });
    const outputs = applied.outcome === 'applied' ? (applied.outputs ?? {}) : {};
    expect(await driver.observe(step, { ...context, outputs })).toMatchObject({
      state: 'failed',
      problem: { code: 'PATRONI_ANOTHER_LEADER', facts: { leader: 'n2', planned: 'n3' } },
    });
  });

  it('never by a leader that was not on the plan', async () => {
    patroni.state.members['n4'] = { ...patroni.state.members['n2'] } as never;
    patroni.lead('n4');
    expect(await driver.observe(step, context)).toMatchObject({
      problem: { code: 'PATRONI_ANOTHER_LEADER' },
    });
  });
});
