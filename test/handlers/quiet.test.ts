import { expect, it } from 'vitest';
import { compensationsOf, type Step } from '../../src/core/operation/plan.ts';
import type { Draft } from '../../src/core/ports/step.ts';
import { problem } from '../../src/core/problem.ts';
import { quietedBy } from '../../src/handlers/commands/quiet.ts';
import { step } from '../core/operation/sample.ts';

type Drafted = Extract<Draft, { readonly ok: true }>;

const draftOf = (steps: readonly Step[], more: Partial<Drafted> = {}): Drafted => ({
  ok: true,
  steps,
  targets: steps.slice(0, 1).map(({ target }) => target),
  diff: [],
  warnings: [],
  blast: {},
  risk: 'change',
  ...more,
});

const named = (id: string, kind: string, more: Partial<Step> = {}): Step => ({
  ...step(id, more),
  kind,
  target: { id: kind, identity: kind },
});

const discard = named('c1', 'discard');
const restore = draftOf(
  [
    named('s1', 'take'),
    named('s2', 'into'),
    named('s3', 'swap', { onFailure: { compensate: [discard] } }),
    named('s4', 'look'),
  ],
  { quiet: { from: 's3', to: 's3' } },
);
const service = (name: string) => ({
  name,
  stop: draftOf([named('s1', `stop ${name}`)]),
  start: draftOf([named('s1', `start ${name}`)]),
});

it('services stand still around the steps that need it, and those alone', () => {
  const plan = planned(restore);
  expect(plan.steps.map(({ id, kind }) => `${id} ${kind}`)).toEqual([
    's1 take',
    's2 into',
    's3 stop a',
    's4 stop b',
    's5 swap',
    's6 start a',
    's7 start b',
    's8 look',
  ]);
  expect(plan.risk).toBe('danger');
  expect(plan.blast['stops']).toBe('a, b, from s3 until s7 has started them again');
  expect(plan.targets.map(({ id }) => id)).toEqual(['take', 'stop a', 'stop b']);
});

it('whatever fails in between starts what was stopped by then, before anything else is taken back', () => {
  const { steps } = planned(restore);
  const back = (id: string) =>
    compensationsOf(steps.find((each) => each.id === id) ?? discard).map((each) => [
      `${each.id} ${each.kind}`,
      each.goesOn,
    ]);
  expect(back('s2')).toEqual([]);
  expect(back('s3')).toEqual([
    ['c1 start a', true],
    ['c2 discard', true],
  ]);
  for (const id of ['s4', 's5']) {
    expect(back(id)).toEqual([
      ['c1 start a', true],
      ['c2 start b', true],
      ['c3 discard', true],
    ]);
  }
  // What was put in place stays there: a service that does not start holds up no other.
  expect(back('s6')).toEqual([]);
  expect(steps.filter(({ goesOn }) => goesOn).map(({ id }) => id)).toEqual(['s6', 's7']);
});

it('nothing halts it from the first stop to the last start', () => {
  const { steps } = planned(restore);
  expect(steps.filter(({ critical }) => critical).map(({ id }) => id)).toEqual([
    's3',
    's4',
    's5',
    's6',
  ]);
});

it('all of it needs quiet where nothing else is said, and what is refused is refused', () => {
  const { quiet: _, ...loud } = restore;
  expect(planned(loud).steps.map(({ kind }) => kind)).toEqual([
    ...['stop a', 'stop b', 'take', 'into', 'swap', 'look', 'start a', 'start b'],
  ]);
  const refused: Draft = { ok: false, problem: problem('K8S_NOT_FOUND', {}) };
  expect(quietedBy(restore, [{ ...service('a'), stop: refused }])).toBe(refused);
  expect(quietedBy(refused, [service('a')])).toBe(refused);
});

function planned(draft: Draft): Drafted {
  const plan = quietedBy(draft, [service('a'), service('b')]);
  if (!plan.ok) throw new Error(plan.problem.code);
  return plan;
}
