import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivery, Observation } from '../../../src/core/alert/alert.ts';
import { rank } from '../../../src/core/alert/severity.ts';
import { type Incident, severity } from '../../../src/core/incident/incident.ts';
import { T0 } from '../given.ts';
import { firing, MINUTE, stopped } from './given-incident.ts';
import { newWorld, type World } from './world.ts';

/*
 * Two sources report one outage, each in groups of its own. Whatever the order in which their webhooks meet, however
 * often each comes, and whenever the process starts again: in the end there are the same incidents.
 */

const sources = ['alertmanager/main', 'grafana/main'] as const;
const names = ['a', 'b', 'c', 'd'] as const;

interface Alert {
  readonly name: (typeof names)[number];
  readonly cluster: string;
  readonly severity: string;
}

const alerts: fc.Arbitrary<readonly Alert[]> = fc.tuple(
  ...names.map((name) =>
    fc.record({
      name: fc.constant(name),
      cluster: fc.constantFrom('x', 'y', ''),
      severity: fc.constantFrom('critical', 'warning'),
    }),
  ),
);

/** What fires at each step, of one source, and how its alerts are grouped. */
const road = fc.record({
  alerts,
  steps: fc.array(fc.subarray([...names]), { minLength: 1, maxLength: 5 }),
  groups: fc.constantFrom('one', 'each'),
});

const order = fc.array(fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), { maxLength: 16 });

const rules = [{ where: 'tocsin.yaml:7', match: {}, same: ['cluster'] }];

describe('webhooks of two sources under a rule', () => {
  it('end in the same incidents in any order, doubled, and over restarts', () => {
    fc.assert(
      fc.property(road, road, order, (one, two, turns) => {
        const left = deliveriesOf(one, sources[0]);
        const right = deliveriesOf(two, sources[1]);
        const inTurn = newWorld({ correlation: rules });
        for (const each of [...left, ...right]) inTurn.deliver(each, T0);
        const mixed = play(left, right, turns);
        expect(shapeOf(mixed)).toEqual(shapeOf(inTurn));
      }),
      { numRuns: 300 },
    );
  });

  it('lose no alert, and hold none in two open incidents', () => {
    fc.assert(
      fc.property(road, road, order, (one, two, turns) => {
        const world = play(deliveriesOf(one, sources[0]), deliveriesOf(two, sources[1]), turns);
        const held = openIn(world).flatMap(firingOf).sort();
        const fires = [one, two].flatMap(({ steps }, at) =>
          (steps.at(-1) ?? []).map((name) => `${sources[at]} ${name}`),
        );
        expect(held).toEqual(fires.sort());
      }),
      { numRuns: 300 },
    );
  });

  it('put together what the rule says, and nothing else', () => {
    fc.assert(
      fc.property(road, road, order, (one, two, turns) => {
        const world = play(deliveriesOf(one, sources[0]), deliveriesOf(two, sources[1]), turns);
        for (const incident of world.incidents.values()) {
          if (incident.status === 'none') continue;
          const all = [...incident.alerts.values()];
          const clusters = new Set(all.map(({ labels }) => labels['cluster'] ?? ''));
          expect(clusters.size).toBe(1);
          const isRuled = incident.opened.rule !== undefined;
          expect(clusters.has('')).toBe(!isRuled);
          // What no rule speaks of stays within its source.
          if (!isRuled) expect(incident.further).toEqual({});
        }
      }),
      { numRuns: 200 },
    );
  });

  it('are never milder than the worst alert that fires', () => {
    fc.assert(
      fc.property(road, road, order, (one, two, turns) => {
        const world = play(deliveriesOf(one, sources[0]), deliveriesOf(two, sources[1]), turns);
        for (const incident of openIn(world)) {
          const worst = [...incident.alerts.values()]
            .filter(({ status }) => status === 'firing')
            .map((alert) => rank(alert.severity));
          expect(rank(severity(incident))).toBeLessThanOrEqual(Math.min(...worst));
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Two queues as they meet: whose turn it is, whether the one before comes again, whether the process starts anew. */
function play(
  left: readonly Delivery[],
  right: readonly Delivery[],
  turns: readonly (readonly [boolean, boolean, boolean])[],
): World {
  const world = newWorld({ correlation: rules });
  const queues = { left: [...left], right: [...right] };
  const last: Delivery[] = [];
  let now = T0;
  const next = (isLeft: boolean) => {
    const delivery = (isLeft ? queues.left : queues.right).shift();
    if (!delivery) return;
    now += 1000;
    world.deliver(delivery, now);
    last.push(delivery);
  };
  for (const [isLeft, isAgain, isRestart] of turns) {
    next(isLeft);
    const before = last.at(isLeft ? -1 : -2);
    if (isAgain && before) world.deliver(before, now + 1);
    if (isRestart) world.restart();
  }
  while (queues.left.length > 0) next(true);
  while (queues.right.length > 0) next(false);
  return world;
}

/** The bodies that tell of a road: each holds what fires and what has just stopped. */
function deliveriesOf(
  {
    alerts: all,
    steps,
    groups,
  }: { alerts: readonly Alert[]; steps: readonly (readonly string[])[]; groups: string },
  source: string,
): readonly Delivery[] {
  const starts = new Map<string, number>();
  return steps.flatMap((now, index) => {
    const at = T0 + index * MINUTE;
    const ended = [...starts].filter(([name]) => !now.includes(name));
    for (const [name] of ended) starts.delete(name);
    for (const name of now) if (!starts.has(name)) starts.set(name, at);
    const told = [
      ...ended.map(([name, startsAt]) => stopped(name, { ...of(name, all), startsAt, endsAt: at })),
      ...now.map((name) => firing(name, { ...of(name, all), startsAt: starts.get(name) })),
    ];
    if (groups === 'one') return [delivery(source, 'all', told)];
    return told.map((each) => delivery(source, each.fingerprint, [each]));
  });
}

function of(name: string, all: readonly Alert[]): Pick<Observation, 'labels'> {
  const alert = all.find((each) => each.name === name);
  const { cluster = '', severity: word = '' } = alert ?? {};
  const where = cluster === '' ? {} : { cluster };
  return { labels: { alertname: 'Down', instance: name, severity: word, ...where } };
}

function delivery(source: string, group: string, observations: readonly Observation[]): Delivery {
  return {
    source,
    receiver: 'tocsin',
    groupKey: group,
    groupLabels: {},
    truncated: 0,
    externalUrl: '',
    observations,
    unreadable: [],
  };
}

function openIn({ incidents }: World): readonly Incident[] {
  return [...incidents.values()].filter((state): state is Incident => state.status === 'open');
}

function firingOf({ alerts: all, opened }: Incident): readonly string[] {
  return [...all.values()]
    .filter(({ status }) => status === 'firing')
    .map(({ fingerprint, source }) => `${source ?? opened.source} ${fingerprint}`);
}

/** All that does not depend on who came first: who opened it, and what happened on the way, do. */
function shapeOf({ incidents }: World): unknown {
  return [...incidents]
    .flatMap(([id, state]) => (state.status === 'none' ? [] : [{ id, ...stateOf(state) }]))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function stateOf({ status, opened, alerts: all, firing: many, firingByRank, ...state }: Incident) {
  const told = [...all.values()].map((alert) => ({
    source: alert.source ?? opened.source,
    fingerprint: alert.fingerprint,
    status: alert.status,
    startsAt: alert.startsAt,
    endsAt: alert.endsAt,
    labels: alert.labels,
    severity: alert.severity,
  }));
  return {
    ...{ status, many, firingByRank, key: opened.key, rule: opened.rule },
    sources: [opened.source, ...Object.keys(state.further)].sort(),
    severity: many > 0 ? state.observedSeverity : undefined,
    alerts: told.sort((a, b) =>
      `${a.source} ${a.fingerprint}` < `${b.source} ${b.fingerprint}` ? -1 : 1,
    ),
  };
}
