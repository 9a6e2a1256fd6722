import { describe, expect, it } from 'vitest';
import { decideTelling, tellingDue } from '../../../src/core/operation/tell.ts';
import { witnessed } from '../../../src/core/operation/witness.ts';
import {
  approved,
  asked,
  given,
  operationStarted,
  planned,
  type Story,
  storiesByStatus,
  succeeded,
} from './sample.ts';

const story: Story = { rule: { tell: ['support'] } };
const called = [{ group: 'support', people: ['eve'] }];
const told = (moment: 'asked' | 'approved' | 'ended') =>
  ({ type: 'PeopleTold', v: 1, moment, called }) as const;
const past = [...approved(story)];

describe('whom a rule tells', () => {
  it('is told when it is asked for, may begin and has ended', () => {
    const due = (...events: typeof past) => tellingDue(given(...events).state());
    expect(due(...past.slice(0, 2))).toBe('asked');
    expect(due(...past)).toBe('approved');
    expect(due(...past, operationStarted(story))).toBe('approved');
    expect(due(...past, operationStarted(story), succeeded)).toBe('ended');
  });

  it('is told each moment once, and not what another has overtaken', () => {
    const state = given(...past, told('approved')).state();
    expect(tellingDue(state)).toBeUndefined();
    expect(state.told).toMatchObject([{ moment: 'approved', called }]);
    expect(decideTelling({ moment: 'asked', called }, given(...past).state())).toEqual([]);
    given(...past)
      .when({ type: 'RecordTold', moment: 'approved', called })
      .then(told('approved'));
    const twice = given(asked, planned(story), told('asked'), ...past.slice(2), told('approved'));
    expect(twice.state().told?.map(({ moment }) => moment)).toEqual(['asked', 'approved']);
  });

  it('is told of what comes after a moment that they were told of', () => {
    const [asked_, planned_, ...rest] = past;
    const early = [asked_, planned_, told('asked'), ...rest].filter((each) => each !== undefined);
    expect(tellingDue(given(...early).state())).toBe('approved');
    expect(tellingDue(given(...early, told('approved')).state())).toBeUndefined();
  });

  it('is nobody where the rule names none, and before there is a plan', () => {
    expect(tellingDue(given(...approved()).state())).toBeUndefined();
    expect(tellingDue(given(...approved({ rule: { tell: [] } })).state())).toBeUndefined();
    expect(tellingDue(given(asked).state())).toBeUndefined();
  });
});

describe('the newest checkpoint', () => {
  it.each([
    ['a plan', planned()],
    ['a success', succeeded],
    ['a failure', storiesByStatus.failed.at(-1)],
    ['an unknown end', storiesByStatus.unknown.at(-1)],
  ])('is shown with %s', (_, event) => {
    const events = event ? [event] : [];
    expect(witnessed(events, 'cp-1')).toEqual([
      event,
      { type: 'CheckpointShown', v: 1, checkpoint: 'cp-1' },
    ]);
    expect(witnessed(events, undefined)).toEqual([event]);
  });

  it('is shown after all that happened at that moment', () => {
    expect(witnessed([asked, planned()], 'cp-1').map(({ type }) => type)).toEqual([
      'OperationAsked',
      'OperationPlanned',
      'CheckpointShown',
    ]);
  });

  it('is not shown with anything else', () => {
    expect(witnessed([asked, operationStarted()], 'cp-1')).toEqual([asked, operationStarted()]);
  });
});
