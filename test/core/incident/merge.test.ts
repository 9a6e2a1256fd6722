import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import type { Incident, IncidentState } from '../../../src/core/incident/incident.ts';
import { mergeIncidents } from '../../../src/core/incident/merge.ts';
import { splitIncident } from '../../../src/core/incident/split.ts';
import { T0 } from '../given.ts';
import { fired, firing, given, incidentOf, opened, person } from './given-incident.ts';
import { news, page, receivePage } from './given-page.ts';

const by = person('ana');
const merge = {
  type: 'MergeIncidents',
  at: T0,
  by,
  incident: 'inc-2',
  other: 'inc-1',
  reason: '',
  pages: false,
} as const;
const route = { page: { pager: 'pagerduty/main', via: 'payments' } };
const trigger = {
  type: 'PageDeedAsked',
  v: 1,
  deed: 1,
  pager: 'pagerduty/main',
  page: '',
  via: 'payments',
  does: { kind: 'trigger' },
  person: '',
  surface: '',
} as const;
const first = [opened({ incident: 'inc-1' }), fired(firing('a'))];
const second = [opened({ incident: 'inc-2', key: 'k2', ...route }), fired(firing('b')), trigger];

describe('a page that was sent for what was merged, and that nobody has heard of yet', () => {
  it('is ended by its own key with the one that goes on', () => {
    const survivor = [...first, ...merged().other];
    const ended = given(...survivor).when({ type: 'Resolve', at: T0, by, reason: 'known' }).events;
    expect(ended).toContainEqual(
      expect.objectContaining({
        type: 'PageDeedAsked',
        incident: 'inc-2',
        page: '',
        via: 'payments',
        does: { kind: 'resolve', reason: 'known' },
      }),
    );
  });

  it('is one of its pages from the moment it is heard of', () => {
    const survivor = [...first, ...merged().other];
    const stands = page({ key: 'tocsin/inc-2' });
    const heard = given(...survivor).when(receivePage(news('triggered', 1, { stands }))).events;
    const { pages, deeds } = incidentOf(given(...survivor, ...heard).state());
    expect([pages.length, deeds.others]).toEqual([1, []]);
    const ended = given(...survivor, ...heard).when({ type: 'Resolve', at: T0, by, reason: 'x' });
    const asked = ended.events.filter(({ type }) => type === 'PageDeedAsked');
    expect(asked).toMatchObject([{ page: 'Q1PAGE' }]);
  });

  it('goes back with a merge that is taken back, and wakes nobody a second time', () => {
    const both = splitIncident(
      { type: 'SplitIncident', at: T0, by, incident: 'inc-1', other: 'inc-2', reason: '' },
      stateOf(...first, ...merged().other),
      stateOf(...second, ...merged().incident),
    );
    expect(both.other.filter(({ type }) => type === 'PageDeedAsked')).toEqual([]);
    expect(stateOf(...first, ...merged().other, ...both.incident).deeds.others).toEqual([]);
  });
});

describe('two incidents of which one is nothing but a page', () => {
  const paged = given().when({ ...receivePage(news('triggered', 0)), incident: 'inc-1' }).events;

  it('are judged by the alerts that come to it, and by the page again once they are gone', () => {
    const both = mergeIncidents(merge, stateOf(...second), stateOf(...paged));
    const after = stateOf(...paged, ...both.other);
    expect(after.opened).toMatchObject({ origin: 'alerts', source: 'alertmanager/main' });
    expect(after.further).toEqual({});
    const back = splitIncident(
      { type: 'SplitIncident', at: T0, by, incident: 'inc-1', other: 'inc-2', reason: '' },
      after,
      stateOf(...second, ...both.incident),
    );
    const left = stateOf(...paged, ...both.other, ...back.incident);
    expect(left).toMatchObject({ status: 'open', opened: { origin: 'page' }, firing: 0 });
  });
});

describe('two incidents are not merged', () => {
  const codeOf = (other: readonly IncidentEvent[]) => {
    const both = mergeIncidents(merge, stateOf(...second), stateOf(...other));
    expect(both.other).toEqual([]);
    return both.incident.map((event) => 'problem' in event && event.problem.code);
  };

  it('where one is what Tocsin says of itself, or of a body that it cannot read', () => {
    for (const origin of ['security', 'unreadable', 'watch'] as const) {
      expect(codeOf([opened({ incident: 'inc-1', origin })])).toEqual(['MERGE_NOT_OFFERED']);
    }
  });

  it('where one has taken so many already that nobody could read it', () => {
    const taken = Array.from({ length: 50 }, (_, index) => {
      const name = `inc-t${index}`;
      const one = [opened({ incident: name, key: name }), fired(firing(name))];
      return { intent: { ...merge, incident: name }, state: stateOf(...one) };
    });
    let events: readonly IncidentEvent[] = first;
    for (const { intent, state } of taken) {
      events = [...events, ...mergeIncidents(intent, state, stateOf(...events)).other];
    }
    expect(codeOf(events)).toEqual(['MERGE_TOO_MANY']);
  });
});

function merged() {
  return mergeIncidents(merge, stateOf(...second), stateOf(...first));
}

function stateOf(...events: readonly IncidentEvent[]): Incident {
  const state: IncidentState = given(...events).state();
  return incidentOf(state);
}
