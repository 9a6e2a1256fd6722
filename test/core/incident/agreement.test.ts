import { describe, expect, it } from 'vitest';
import { compareWithSource } from '../../../src/core/incident/compare.ts';
import type { GroupJoined, IncidentEvent } from '../../../src/core/incident/event.ts';
import { pageFacts } from '../../../src/core/view/page-words.ts';
import { plain } from '../../../src/core/view/text.ts';
import { T0 } from '../given.ts';
import {
  ana,
  closed,
  closedBy,
  fired,
  firing,
  given,
  goneFromSource,
  incidentOf,
  MINUTE,
  opened,
  receive,
  resolved,
  stopped,
} from './given-incident.ts';
import { deed, news, page, pager, receivePage, seen } from './given-page.ts';

/* Each row of the table in docs/correlation.md. */

const own = opened({ dedupKey: 'key-there' });
const foreign = opened({ dedupKey: 'another' });
const triggered = news('triggered', 0);
const over = news('resolved', 5, { stands: page({ status: 'resolved' }) });
const quiet = news('triggered', 0, { stands: page({ url: '' }) });
const alerts = fired(firing('a'));
const endedThere: IncidentEvent = {
  type: 'IncidentResolved',
  v: 1,
  how: 'page',
  person: '',
  surface: pager,
  reason: '',
  firing: 0,
};
const endThere = (person: string, reason = '') => ({
  type: 'PageDeedAsked' as const,
  v: 1 as const,
  deed: 1,
  pager,
  page: 'Q1PAGE',
  via: '',
  does: { kind: 'resolve' as const, reason },
  person,
  surface: person === '' ? '' : 'console',
});

describe('alerts stop', () => {
  it('and the page that they sent goes with them', () => {
    given(own, alerts, seen(triggered))
      .when(receive([stopped('a')]))
      .then(resolved('a'), closed(), endThere(''));
  });

  it('and a page that somebody else sent keeps the incident open until it ends', () => {
    given(foreign, alerts, seen(triggered))
      .when(receive([stopped('a')]))
      .then(resolved('a'));
    given(foreign, alerts, seen(triggered), resolved('a'))
      .when(receivePage(over))
      .then(seen(over), endedThere);
  });

  it('by the word of their source alone, and such a page keeps it open as well', () => {
    const silent = { askedAt: T0 + 60 * MINUTE, isYoung: false, alerts: [], alsoFiring: 0 };
    const intent = {
      type: 'CompareWithSource',
      at: T0 + 60 * MINUTE,
      answer: { ok: true, ...silent },
    } as const;
    const gone = goneFromSource(T0 + 60 * MINUTE, 'a');
    given(foreign, alerts, seen(triggered)).when(intent).then(gone);
    expect(
      compareWithSource(intent, state(own, alerts, seen(triggered))).map(({ type }) => type),
    ).toEqual(['AlertsResolved', 'IncidentResolved']);
  });
});

describe('a page ends', () => {
  it('by itself, and alerts that fire keep the incident open', () => {
    given(own, alerts, seen(triggered)).when(receivePage(over)).then(seen(over));
    given(foreign, alerts, seen(triggered)).when(receivePage(over)).then(seen(over));
  });

  it('by a person, who ends the incident with it, over alerts that fire too', () => {
    const by = deed('resolved', 5, { status: 'resolved', by: 'ben' });
    given(foreign, alerts, seen(triggered))
      .when(receivePage(by))
      .then(seen(by), {
        ...endedThere,
        how: 'person',
        person: 'ben',
        firing: 1,
      });
  });

  it('and opens again: what it alone kept open opens with it, what its alerts sent does not', () => {
    const again = news('reopened', 9);
    const past = [alerts, seen(triggered), resolved('a'), seen(over)];
    given(foreign, ...past, endedThere)
      .when(receivePage(again))
      .then(seen(again), { type: 'IncidentReopened', v: 1, why: 'page-reopened' });
    given(own, ...past, closed())
      .when(receivePage(again))
      .then(seen(again));
  });
});

describe('somebody resolves it here', () => {
  it('and each page hears of it', () => {
    given(foreign, alerts, seen(triggered))
      .when({
        type: 'Resolve',
        at: T0,
        by: ana,
        reason: 'known',
      })
      .then(closedBy('ana', 'known', 1), endThere('ana', 'known'));
  });
});

describe('an incident that was nothing but a page', () => {
  const paged = opened({
    ...{ origin: 'page', source: pager, title: 'Slow', severity: 'major' },
    ...{ groupLabels: {}, service: '', environment: '', sourceAnswers: false },
  });
  const { source, sourceAnswers, groupLabels, externalUrl } = receive([]);
  const joined: GroupJoined = {
    type: 'GroupJoined',
    v: 1,
    key: 'key-2',
    dedupKey: 'key-there',
    from: {
      ...{ source, sourceAnswers, groupLabels, externalUrl },
      ...{ service: 'checkout', environment: 'production' },
    },
  };

  it('takes in the alerts that name it, and their place', () => {
    given(paged, seen(triggered))
      .when(receive([firing('a')], { key: 'key-2', dedupKey: 'key-there' }))
      .then(joined, alerts);
    expect(state(paged, seen(triggered), joined, alerts).opened).toMatchObject({
      ...{ origin: 'alerts', source: 'alertmanager/main', sourceAnswers: true },
      ...{ service: 'checkout', environment: 'production' },
    });
  });

  it('ends with them from then on, as the page that they sent does', () => {
    given(paged, seen(triggered), joined, alerts)
      .when(receive([stopped('a')], { key: 'key-2', dedupKey: 'key-there' }))
      .then(resolved('a'), closed(), endThere(''));
  });
});

describe('the card', () => {
  it('says who says what, and nothing where they agree', () => {
    expect(said(own, alerts, seen(triggered))).toEqual([]);
    expect(said(own, alerts, seen(triggered), seen(over))).toEqual([
      'pagerduty/main says resolved, 1 alert fires',
    ]);
    expect(said(foreign, alerts, seen(quiet), resolved('a'))).toEqual([
      'every alert has stopped, #37 is open at pagerduty/main',
    ]);
    expect(said(own, alerts, seen(triggered), seen(over), resolved('a'), closed())).toEqual([]);
  });
});

function said(...past: readonly IncidentEvent[]): readonly string[] {
  return pageFacts(state(...past), { book: {}, names: new Map() })
    .filter(({ label }) => label === 'disagree')
    .map(({ value }) => plain(value));
}

function state(...past: readonly IncidentEvent[]) {
  return incidentOf(given(...past).state());
}
