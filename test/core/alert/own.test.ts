import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/core/alert/alert.ts';
import { isOwn, ownAlerts, withoutOwn } from '../../../src/core/alert/own.ts';
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import { type Past, T0 } from '../given.ts';
import { given, incidentOf, opened } from '../incident/given-incident.ts';

const about = {
  installation: 'inst-1',
  publicUrl: 'https://ops.example/',
  refusingSince: undefined,
};
const blown = opened({
  origin: 'security',
  source: 'tocsin',
  title: 'TocsinFuseBlown',
  severity: 'critical',
});

describe('what Tocsin says of itself to others', () => {
  it('is what it raised itself and is open, with where it is looked at', () => {
    const incident = incidentOf(given(blown).state());
    expect(ownAlerts([incident], about)).toEqual([
      {
        key: 'inc-1',
        labels: {
          alertname: 'TocsinFuseBlown',
          severity: 'critical',
          tocsin: 'inst-1',
          incident: 'inc-1',
        },
        annotations: { summary: 'Tocsin says of itself: TocsinFuseBlown' },
        startsAt: incident.openedAt,
        url: 'https://ops.example/incidents/inc-1',
      },
    ]);
  });

  it('is nothing that a source or a person said, and nothing that is over', () => {
    const of = (...past: readonly Past<IncidentEvent>[]) =>
      isOwn(incidentOf(given(...past).state()));
    expect(of(opened({}))).toBe(false);
    expect(of(opened({ origin: 'person', source: '' }))).toBe(false);
    expect(of(opened({ origin: 'unreadable' }))).toBe(true);
    expect(of(opened({ source: 'tocsin/watchdog' }))).toBe(true);
    const over = { type: 'IncidentResolved', v: 1, how: 'person', person: 'ana' } as const;
    expect(of(blown, { ...over, surface: 'console', reason: '', firing: 0 })).toBe(false);
  });

  it('names the source that sends what cannot be read, and nothing of what is private', () => {
    const unreadable = opened({ origin: 'unreadable', title: 'TocsinUnreadableAlert' });
    const [told] = ownAlerts([incidentOf(given(unreadable).state())], about);
    expect(told?.labels).toMatchObject({ source: 'alertmanager/main' });
    const secret = opened({
      origin: 'unreadable',
      title: 'TocsinUnreadableAlert',
      members: { groups: ['sec'], people: [] },
    });
    const [hidden] = ownAlerts([incidentOf(given(secret).state())], about);
    expect(hidden?.labels).not.toHaveProperty('source');
  });

  it('is that nothing can be put on the record, for which no incident can be opened', () => {
    expect(ownAlerts([], { ...about, refusingSince: T0 })).toMatchObject([
      { labels: { alertname: 'TocsinJournalRefuses', severity: 'critical' }, startsAt: T0 },
    ]);
  });
});

describe('what comes back', () => {
  const delivery = (...labels: readonly Record<string, string>[]): Delivery => ({
    source: 'alertmanager/main',
    receiver: '',
    groupKey: '{}',
    groupLabels: {},
    truncated: 0,
    externalUrl: '',
    unreadable: [],
    observations: labels.map((each, index) => ({
      fingerprint: String(index),
      status: 'firing',
      startsAt: T0,
      endsAt: undefined,
      labels: each,
      annotations: {},
      generatorUrl: '',
    })),
  });
  const left = (...labels: readonly Record<string, string>[]) =>
    withoutOwn(delivery(...labels), 'inst-1').observations.map((each) => each.labels);

  it('is left out when it is our own, and taken when it is another installation’s', () => {
    const ours = { alertname: 'TocsinFuseBlown', tocsin: 'inst-1' };
    const others = { alertname: 'TocsinFuseBlown', tocsin: 'inst-2' };
    const slow = { alertname: 'Slow' };
    expect(left(ours, others, slow)).toEqual([others, slow]);
  });

  it('is taken when it only wears our label: no rule of somebody’s hides behind it', () => {
    expect(left({ alertname: 'DiskFull', tocsin: 'inst-1' })).toHaveLength(1);
    expect(left({ alertname: 'TocsinFuseBlown' })).toHaveLength(1);
  });
});
