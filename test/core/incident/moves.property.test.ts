import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Delivery, Observation } from '../../../src/core/alert/alert.ts';
import { incidentId } from '../../../src/core/alert/correlate.ts';
import { rank, SEVERITIES } from '../../../src/core/alert/severity.ts';
import type { Incident } from '../../../src/core/incident/incident.ts';
import { T0 } from '../given.ts';
import { firing, person, stopped } from './given-incident.ts';
import { newWorld, type World } from './world.ts';

/*
 * An evening in which two sources fire and stop, people merge and split what is open, and the process starts again. What
 * fires at the sources is known all the time, so that it can be said what must be somewhere.
 */

const sources = ['alertmanager/main', 'grafana/main'] as const;
const names = ['a', 'b', 'c', 'd'] as const;
const ana = person('ana');

type Step =
  | { readonly do: 'fire' | 'stop'; readonly source: number; readonly name: string }
  | { readonly do: 'merge'; readonly one: number; readonly other: number }
  | { readonly do: 'split'; readonly one: number; readonly name: string }
  | { readonly do: 'part'; readonly one: number }
  | { readonly do: 'severity'; readonly one: number; readonly is: string }
  | { readonly do: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom('fire', 'fire', 'stop'),
      source: fc.nat(1),
      name: fc.constantFrom(...names),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('merge'), one: fc.nat(5), other: fc.nat(5) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('split'),
      one: fc.nat(5),
      name: fc.constantFrom(...names),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('part'), one: fc.nat(5) }) },
  fc.record({
    do: fc.constant('severity'),
    one: fc.nat(5),
    is: fc.constantFrom('info', 'critical'),
  }),
  fc.record({ do: fc.constant('restart') }),
);

const evening = fc.record({
  steps: fc.array(step, { maxLength: 40 }),
  isRuled: fc.boolean(),
});

describe('whatever people merge and split while sources speak', () => {
  it('no alert is in two incidents, none is lost, and each counts rightly', () => {
    fc.assert(
      fc.property(evening, ({ steps, isRuled }) => {
        play(steps, isRuled, (world, fires) => {
          const held = open(world).flatMap(firingOf).sort();
          expect(held).toEqual([...fires].sort());
          for (const incident of open(world)) isConsistent(incident);
        });
      }),
      { numRuns: 300 },
    );
  });

  it('what was merged holds nothing, and leads to one that is open or was', () => {
    fc.assert(
      fc.property(evening, ({ steps, isRuled }) => {
        const { world } = play(steps, isRuled);
        for (const incident of all(world)) {
          if (!incident.merged) continue;
          expect(incident.status).toBe('resolved');
          expect(incident.alerts.size).toBe(0);
          const into = all(world).find(({ opened }) => opened.incident === incident.merged?.into);
          expect(into?.took?.map(({ incident: id }) => id)).toContain(incident.opened.incident);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('a merge that is taken back leaves every alert where it was', () => {
    fc.assert(
      fc.property(evening, fc.nat(5), fc.nat(5), ({ steps, isRuled }, one, other) => {
        const { world, at } = play(steps, isRuled);
        const [from, into] = [pick(world, one), pick(world, other)];
        if (!from || !into || from === into) return;
        const before = whereabouts(world);
        const pair = { at, by: ana, reason: '' };
        const names = { incident: from.opened.incident, other: into.opened.incident };
        world.move({ type: 'MergeIncidents', ...pair, ...names, pages: false });
        world.restart();
        const back = { incident: names.other, other: names.incident };
        expect(world.move({ type: 'SplitIncident', ...pair, ...back })).toBeUndefined();
        expect(whereabouts(world)).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });
});

type Look = (world: World, fires: ReadonlySet<string>) => void;

function play(
  steps: readonly Step[],
  isRuled: boolean,
  look: Look = () => undefined,
): { readonly world: World; readonly at: number } {
  const rules = [{ where: 'tocsin.yaml:7', match: {}, same: ['cluster'] }];
  const world = newWorld(isRuled ? { correlation: rules } : {});
  const fires = new Set<string>();
  const starts = new Map<string, number>();
  let at = T0;
  for (const each of steps) {
    // Far enough apart that nothing is taken for a late copy.
    at += 6 * 60_000;
    act(each);
    look(world, fires);
  }
  return { world, at: at + 1 };

  function act(each: Step): void {
    switch (each.do) {
      case 'fire':
      case 'stop': {
        const source = sources[each.source] ?? sources[0];
        const id = `${source} ${each.name}`;
        const startsAt = starts.get(id) ?? at;
        if (each.do === 'fire') starts.set(id, startsAt);
        else starts.delete(id);
        if (each.do === 'fire') fires.add(id);
        else fires.delete(id);
        world.deliver(deliveryOf(source, each, { startsAt, at }), at);
        break;
      }
      case 'restart':
        world.restart();
        break;
      default:
        move(each);
    }
  }

  function move(each: Exclude<Step, { do: 'fire' | 'stop' | 'restart' }>): void {
    const one = pick(world, each.one);
    if (!one) return;
    const { incident } = one.opened;
    const said = { at, by: ana, reason: '' };
    if (each.do === 'severity') {
      world.tell(incident, { type: 'SetSeverity', at, by: ana, severity: each.is });
    } else if (each.do === 'merge') {
      const into = pick(world, each.other)?.opened.incident ?? '';
      world.move({ type: 'MergeIncidents', ...said, incident, other: into, pages: false });
    } else if (each.do === 'part') {
      const back = one.took?.at(-1)?.incident;
      if (back) world.move({ type: 'SplitIncident', ...said, incident, other: back });
    } else {
      const sha256 = (text: string) => hash('sha256', text);
      const key = sha256(`${incident} ${at}`).slice(0, 24);
      const matchers = { instance: each.name };
      const apart = { matchers, key, service: '', environment: '' };
      const other = incidentId(key, 1, sha256);
      world.move({ type: 'SplitIncident', ...said, incident, other, apart });
    }
  }
}

function deliveryOf(
  source: string,
  { do: what, name }: { readonly do: 'fire' | 'stop'; readonly name: string },
  { startsAt, at }: { readonly startsAt: number; readonly at: number },
): Delivery {
  const labels = {
    alertname: 'Down',
    instance: name,
    severity: name === 'a' ? 'critical' : 'warning',
    ...(name === 'd' ? {} : { cluster: name === 'c' ? 'y' : 'x' }),
  };
  const told: Observation =
    what === 'fire'
      ? firing(name, { labels, startsAt })
      : stopped(name, { labels, startsAt, endsAt: at });
  return {
    ...{ source, receiver: '', groupLabels: {}, truncated: 0, externalUrl: '' },
    groupKey: name === 'b' ? 'two' : 'one',
    observations: [told],
    unreadable: [],
  };
}

function all({ incidents }: World): readonly Incident[] {
  return [...incidents.values()].filter((state): state is Incident => state.status !== 'none');
}

function open(world: World): readonly Incident[] {
  return all(world).filter(({ status }) => status === 'open');
}

function pick(world: World, at: number): Incident | undefined {
  const known = open(world);
  return known[at % Math.max(1, known.length)];
}

function firingOf({ alerts, opened }: Incident): readonly string[] {
  return [...alerts.values()]
    .filter(({ status }) => status === 'firing')
    .map(({ fingerprint, source }) => `${source ?? opened.source} ${fingerprint}`);
}

function whereabouts(world: World): unknown {
  return open(world)
    .map((each) => [each.opened.incident, [...firingOf(each)].sort()])
    .sort();
}

function isConsistent(incident: Incident): void {
  const alerts = [...incident.alerts.values()];
  const active = alerts.filter(({ status }) => status === 'firing');
  expect(incident.firing).toBe(active.length);
  expect(incident.flaps).toBe(alerts.reduce((sum, { flaps }) => sum + flaps, 0));
  for (const level of SEVERITIES) {
    const counted = active.filter((alert) => alert.severity === level).length;
    expect(incident.firingByRank[rank(level)]).toBe(counted);
  }
}
