import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivery, Observation } from '../../../src/core/alert/alert.ts';
import { rank, SEVERITIES } from '../../../src/core/alert/severity.ts';
import { decide } from '../../../src/core/incident/decide.ts';
import {
  evolve,
  type Incident,
  type IncidentState,
  initialIncident,
  severity,
} from '../../../src/core/incident/incident.ts';
import type { IncidentIntent } from '../../../src/core/incident/intent.ts';
import { notificationsDue } from '../../../src/core/incident/notify.ts';
import { problem } from '../../../src/core/problem.ts';
import { incidentCard } from '../../../src/core/view/incident-card.ts';
import { story } from '../../../src/core/view/story.ts';
import { T0 } from '../given.ts';
import { atSource, firing, labels, MINUTE, person, receive, stopped } from './given-incident.ts';
import { newWorld, type World } from './world.ts';

const fingerprints = ['a', 'b', 'c', 'd'] as const;
const minutes = fc.integer({ min: 0, max: 12 }).map((minute) => T0 + minute * MINUTE);

const observation = fc
  .record({
    fingerprint: fc.constantFrom(...fingerprints),
    isFiring: fc.boolean(),
    startsAt: fc.option(minutes, { nil: undefined }),
    severity: fc.constantFrom('critical', 'warning', 'info', 'loud', ''),
  })
  .map(({ fingerprint, isFiring, startsAt, severity: word }): Observation => {
    const told = { startsAt, labels: labels('Web', { instance: fingerprint, severity: word }) };
    return isFiring ? firing(fingerprint, told) : stopped(fingerprint, told);
  });

const by = fc.constantFrom(person('ana'), person('ben'));
const text = fc.constantFrom('', ' ', 'known', 'it is fixed');
const truncated = fc.constantFrom(0, 0, 0, 2);

const body = fc.record({
  observations: fc.array(observation, { maxLength: 6 }),
  truncated,
  key: fc.constantFrom('key-1', 'key-2'),
});

type Asked = (at: number) => IncidentIntent;

const intents: fc.Arbitrary<Asked> = fc.oneof(
  {
    weight: 4,
    arbitrary: body.map(
      ({ observations, ...more }): Asked =>
        (at) =>
          receive(observations, { ...more, at }),
    ),
  },
  fc.record({ by, reason: text }).map(
    (asked): Asked =>
      (at) => ({ type: 'Resolve', at, ...asked }),
  ),
  by.map(
    (who): Asked =>
      (at) => ({ type: 'Acknowledge', at, by: who }),
  ),
  by.map(
    (who): Asked =>
      (at) => ({ type: 'Unacknowledge', at, by: who }),
  ),
  fc.record({ by, severity: fc.constantFrom('critical', 'info', 'loud') }).map(
    (asked): Asked =>
      (at) => ({ type: 'SetSeverity', at, ...asked }),
  ),
  fc.record({ by, to: fc.constantFrom('ana', 'ben') }).map(
    (asked): Asked =>
      (at) => ({ type: 'Assign', at, ...asked }),
  ),
  fc.record({ by, text }).map(
    (asked): Asked =>
      (at) => ({ type: 'AddNote', at, ...asked }),
  ),
  fc.constantFrom('op-1', 'op-2').map(
    (operation): Asked =>
      (at) => ({ type: 'LinkOperation', at, operation }),
  ),
  fc.constantFrom('critical', 'unacknowledged').map(
    (key): Asked =>
      (at) => ({ type: 'RecordNotified', at, key, group: 'sre', people: ['ana'] }),
  ),
  fc
    .record({
      known: fc.subarray([...fingerprints]),
      silenced: fc.boolean(),
      alsoFiring: fc.nat(2),
      isYoung: fc.boolean(),
    })
    .map(
      ({ known, silenced, alsoFiring, isYoung }): Asked =>
        (at) => {
          const state = silenced ? ({ state: 'silenced', silencedBy: ['s-1'] } as const) : {};
          const alerts = known.map((fingerprint) => atSource(fingerprint, state));
          return {
            type: 'CompareWithSource',
            at,
            answer: { ok: true, askedAt: at, isYoung, alerts, alsoFiring },
          };
        },
    ),
  fc.constant<Asked>((at) => ({
    type: 'CompareWithSource',
    at,
    answer: { ok: false, problem: problem('DOWN') },
  })),
);

const night = fc.array(fc.tuple(intents, fc.integer({ min: 0, max: 4 * MINUTE })), {
  maxLength: 40,
});

describe('any sequence of what can be asked', () => {
  it('is answered without a throw, and counts rightly at every step', () => {
    fc.assert(
      fc.property(night, (asked) => {
        walk(asked, (state, intent) => {
          isConsistent(state, intent);
        });
      }),
      { numRuns: 400 },
    );
  });

  it('leaves no alert firing under an incident that its alerts closed', () => {
    fc.assert(
      fc.property(night, (asked) => {
        walk(asked, (state) => {
          if (state.status !== 'resolved' || state.firing === 0) return;
          expect(state.resolved?.how).toBe('person');
        });
      }),
      { numRuns: 400 },
    );
  });

  it('changes nothing when it is asked a second time at once', () => {
    fc.assert(
      fc.property(night, intents, (asked, last) => {
        const at = T0 + 60 * MINUTE;
        const before = walk(asked);
        const intent = last(at);
        if (isRefusable(intent) || repeats(intent)) return;
        const after = apply(before, intent);
        expect(decide(intent, after)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('can be shown, and names nobody twice', () => {
    fc.assert(
      fc.property(night, (asked) => {
        const state = walk(asked);
        if (state.status === 'none') return;
        const words = { names: new Map<string, string>(), book: {} };
        expect(incidentCard(state, words)).toEqual(incidentCard(state, words));
        const keys = story(state, words).map(({ key }) => key);
        expect(new Set(keys).size).toBe(keys.length);
        const question = { now: T0 + 90 * MINUTE, ackReminderMs: 5 * MINUTE, unknown: [] };
        for (const { key } of notificationsDue(state, question))
          expect(state.notified).not.toContain(key);
      }),
      { numRuns: 200 },
    );
  });
});

describe('deliveries of one Alertmanager pair', () => {
  it('end the same when each comes twice, the copy after the next one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.subarray([...fingerprints]), { minLength: 1, maxLength: 12 }),
        (story) => {
          const bodies = deliveriesOf(story);
          const once = newWorld();
          const twice = newWorld();
          for (const [index, delivery] of bodies.entries()) {
            const now = T0 + index * MINUTE;
            once.deliver(delivery, now);
            twice.deliver(delivery, now);
            const late = bodies[index - 1];
            if (late) twice.deliver(late, now + 1000);
          }
          expect(firingIn(twice)).toEqual(firingIn(once));
          expect(statusOf(twice)).toEqual(statusOf(once));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('agree with what fires in the end', () => {
    fc.assert(
      fc.property(
        fc.array(fc.subarray([...fingerprints]), { minLength: 1, maxLength: 12 }),
        (story) => {
          const world = newWorld();
          for (const [index, delivery] of deliveriesOf(story).entries()) {
            world.deliver(delivery, T0 + index * MINUTE);
          }
          expect(firingIn(world)).toEqual([...(story.at(-1) ?? [])].sort());
          expect(statusOf(world).filter(([, status]) => status === 'open').length).toBe(
            (story.at(-1) ?? []).length > 0 ? 1 : 0,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of different groups may come in any order', () => {
    const group = fc.array(fc.subarray(['x', 'y']), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(group, group, fc.array(fc.boolean(), { maxLength: 8 }), (one, two, order) => {
        const left = deliveriesOf(one).map((delivery) => renamed(delivery, 'left'));
        const right = deliveriesOf(two).map((delivery) => renamed(delivery, 'right'));
        const inTurn = newWorld();
        for (const [index, delivery] of left.entries()) inTurn.deliver(delivery, T0 + index);
        for (const [index, delivery] of right.entries()) inTurn.deliver(delivery, T0 + index);
        const mixed = newWorld();
        const queues = [[...left.entries()], [...right.entries()]];
        const turns = [...order, ...left.map(() => true), ...right.map(() => false)];
        for (const isLeft of turns) {
          const next = queues[isLeft ? 0 : 1]?.shift();
          if (next) mixed.deliver(next[1], T0 + next[0]);
        }
        expect(new Map([...mixed.incidents].sort())).toEqual(new Map([...inTurn.incidents].sort()));
      }),
      { numRuns: 200 },
    );
  });
});

function apply(state: IncidentState, intent: IncidentIntent): IncidentState {
  const meta = { at: intent.at, by: 'test', cause: 'test' };
  let position = state.status === 'none' ? 0 : (state.lines.at(-1)?.position ?? 0);
  return decide(intent, state).reduce((next, event) => {
    position += 1;
    return evolve(next, event, { ...meta, position });
  }, state);
}

type Look = (state: Incident, intent: IncidentIntent) => void;

function walk(
  asked: readonly (readonly [Asked, number])[],
  look: Look = () => undefined,
): IncidentState {
  let at = T0;
  let state = initialIncident();
  for (const [ask, passed] of asked) {
    at += passed;
    const intent = ask(at);
    state = apply(state, intent);
    if (state.status !== 'none') look(state, intent);
  }
  return state;
}

function isConsistent(state: Incident, intent: IncidentIntent): void {
  const alerts = [...state.alerts.values()];
  const active = alerts.filter(({ status }) => status === 'firing');
  expect(state.firing).toBe(active.length);
  expect(state.silenced).toBe(active.filter(({ muted }) => muted !== undefined).length);
  expect(state.flaps).toBe(alerts.reduce((sum, { flaps }) => sum + flaps, 0));
  for (const level of SEVERITIES) {
    const counted = active.filter((alert) => alert.severity === level).length;
    expect(state.firingByRank[rank(level)]).toBe(counted);
  }
  const worst = Math.min(...active.map((alert) => rank(alert.severity)));
  if (active.length > 0) expect(rank(state.observedSeverity)).toBe(worst);
  expect(state.criticalSince > 0).toBe(severity(state) === 'critical');
  expect(state.resolved !== undefined).toBe(state.status === 'resolved');
  // An incident of alerts is open without a firing one only while something is uncertain.
  if (state.status === 'open' && active.length === 0 && intent.type === 'CompareWithSource') {
    expect(state.cut > 0 || !intent.answer.ok).toBe(true);
  }
}

/** What a person asks in vain is put on record each time. */
function isRefusable(intent: IncidentIntent): boolean {
  return 'by' in intent;
}

/** An alert that comes and goes within one body may come and go again. */
function repeats(intent: IncidentIntent): boolean {
  if (intent.type !== 'ReceiveAlerts') return false;
  const names = intent.observations.map(({ fingerprint }) => fingerprint);
  return new Set(names).size !== names.length;
}

/** The bodies that tell of a story: each holds what fires and what has just stopped, as Alertmanager sends them. */
function deliveriesOf(steps: readonly (readonly string[])[]): readonly Delivery[] {
  const starts = new Map<string, number>();
  return steps.map((now, index) => {
    const at = T0 + index * MINUTE;
    const ended = [...starts].filter(([fingerprint]) => !now.includes(fingerprint));
    for (const [fingerprint] of ended) starts.delete(fingerprint);
    for (const fingerprint of now) if (!starts.has(fingerprint)) starts.set(fingerprint, at);
    return delivery([
      ...ended.map(([fingerprint, startsAt]) => stopped(fingerprint, { startsAt, endsAt: at })),
      ...now.map((fingerprint) => firing(fingerprint, { startsAt: starts.get(fingerprint) })),
    ]);
  });
}

function delivery(observations: readonly Observation[]): Delivery {
  return {
    source: 'alertmanager/main',
    receiver: 'tocsin',
    groupKey: 'g',
    groupLabels: {},
    truncated: 0,
    externalUrl: '',
    observations,
    unreadable: [],
  };
}

function renamed(from: Delivery, group: string): Delivery {
  const observations = from.observations.map((each) => ({
    ...each,
    fingerprint: `${group}-${each.fingerprint}`,
  }));
  return { ...from, groupKey: group, observations };
}

function firingIn({ incidents }: World): readonly string[] {
  return [...incidents.values()]
    .flatMap((state) => (state.status === 'none' ? [] : [...state.alerts.values()]))
    .filter(({ status }) => status === 'firing')
    .map(({ fingerprint }) => fingerprint)
    .sort();
}

function statusOf({ incidents }: World): readonly (readonly [string, string])[] {
  return [...incidents].map(([id, { status }]) => [id, status] as const);
}
