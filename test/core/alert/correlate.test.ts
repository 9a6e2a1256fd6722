import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  correlate,
  correlateKey,
  correlatePage,
  correlationKey,
  following,
  type Group,
  incidentId,
  unreadableKey,
} from '../../../src/core/alert/correlate.ts';
import {
  type CorrelationIndex,
  exportIndex,
  forget,
  importIndex,
  incidentStream,
  isHeld,
  newCorrelationIndex,
  SAME_THREAD_MS,
  STILL_FIRING_MS,
  track,
} from '../../../src/core/alert/correlation-index.ts';
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import { T0 } from '../given.ts';
import { closed, closedBy, fired, firing, opened } from '../incident/given-incident.ts';
import { news, page, seen } from '../incident/given-page.ts';

const sha256 = (text: string) => hash('sha256', text);

const web: Group = {
  source: 'alertmanager/main',
  groupKey: '{}:{alertname="Web"}',
  groupLabels: { alertname: 'Web' },
  service: 'checkout',
  alertname: 'Web',
  observations: [{ fingerprint: 'web-1' }],
};
const first = incidentId(correlationKey(web, sha256), 1, sha256);
const second = incidentId(correlationKey(web, sha256), 2, sha256);

describe('the key of a group', () => {
  it('is what the source calls the group', () => {
    expect(key({ groupLabels: {}, service: 'x' })).toBe(key());
    expect(key({ groupKey: 'other' })).not.toBe(key());
    expect(key({ source: 'alertmanager/other' })).not.toBe(key());
  });

  it('is its labels where it has no name, in any order', () => {
    const labels = { groupKey: undefined, groupLabels: { a: '1', b: '2' } };
    expect(key({ ...labels, alertname: 'x' })).toBe(key(labels));
    expect(key({ ...labels, groupLabels: { b: '2', a: '1' } })).toBe(key(labels));
    expect(key({ ...labels, groupLabels: { a: '12' } })).not.toBe(key(labels));
  });

  it('is service and alert where it has neither', () => {
    const bare = { groupKey: undefined, groupLabels: {} };
    expect(key({ ...bare, service: 'a', alertname: 'bc' })).not.toBe(
      key({ ...bare, service: 'ab', alertname: 'c' }),
    );
    expect(key(bare)).not.toBe(unreadableKey('alertmanager/main', sha256));
  });
});

describe('alerts and a page of one outage', () => {
  const groupKey = web.groupKey ?? '';
  const triggered = news('triggered', 0, { stands: page({ key: sha256(groupKey) }) });
  const paged = () => open({ origin: 'page', source: 'pagerduty/main', key: 'page-key' });
  const named = { pager: 'pagerduty/main', page: 'Q1PAGE', key: sha256(groupKey) };
  const hear = (index: CorrelationIndex, more: Partial<Group> = {}) =>
    correlate(index, { ...web, ...more }, { now: T0, sha256, hasPagers: true });

  it('meet when the alerts come first', () => {
    const index = indexed([first, open({ dedupKey: sha256(groupKey) })]);
    expect(correlatePage(index, named, {})).toBe(first);
    expect(correlatePage(index, { ...named, key: 'another' }, {})).toBeUndefined();
    expect(correlatePage(index, { ...named, key: '' }, {})).toBeUndefined();
  });

  it('meet when the page comes first', () => {
    const index = indexed(['inc-page', paged()], ['inc-page', seen(triggered)]);
    expect(hear(index)).toMatchObject({ incident: 'inc-page', how: 'same-page' });
    expect(hear(index, { groupKey: 'another' }).how).toBe('new');
  });

  it('meet by the fingerprint of an alert, for a sender that pages with it', () => {
    const index = indexed([first, open()], [first, fired(firing('web-1'))]);
    expect(correlatePage(index, { ...named, key: 'web-1' }, {})).toBe(first);
    const byAlert = news('triggered', 0, { stands: page({ key: 'web-1' }) });
    expect(hear(indexed(['inc-page', paged()], ['inc-page', seen(byAlert)])).how).toBe('same-page');
  });

  it('do not meet once that is over, nor across who may see them, nor where another source is', () => {
    const members = { people: [], groups: ['sre'] };
    const over = indexed([first, open({ dedupKey: sha256(groupKey) })], [first, closed()]);
    expect(correlatePage(over, named, {})).toBeUndefined();
    const hidden = indexed([first, open({ dedupKey: sha256(groupKey), members })]);
    expect(correlatePage(hidden, named, {})).toBeUndefined();
    expect(correlatePage(hidden, named, { members })).toBe(first);
    const page = indexed(['inc-page', paged()], ['inc-page', seen(triggered)]);
    expect(hear(page, { members }).how).toBe('new');
    const other = indexed(
      ['inc-other', open({ key: 'k', source: 'grafana/main' })],
      ['inc-other', seen(triggered)],
    );
    expect(hear(other).how).toBe('new');
  });

  it('are known after a restart from a snapshot, and forgotten with their incident', () => {
    const index = indexed([first, open({ dedupKey: sha256(groupKey) })]);
    const again = importIndex(JSON.parse(JSON.stringify(exportIndex(index))));
    expect(correlatePage(again, named, {})).toBe(first);
    track(again, recorded(first, closed(), T0));
    forget(again, T0 + SAME_THREAD_MS);
    expect(again.byDedupKey.size).toBe(0);
  });

  it('cost nothing where nobody pages: no key is made', () => {
    expect(ask(newCorrelationIndex())).not.toHaveProperty('dedupKey');
    expect(hear(newCorrelationIndex()).dedupKey).toBe(sha256(groupKey));
  });
});

describe('a delivery belongs to', () => {
  it('a new incident when nothing of it is open', () => {
    expect(ask(newCorrelationIndex())).toMatchObject({ incident: first, ordinal: 1, how: 'new' });
    expect(first).toMatch(/^inc-[0-9a-f]{12}$/);
  });

  it('the open incident of its group', () => {
    const index = indexed([first, open()]);
    expect(ask(index, { observations: [{ fingerprint: 'new' }] })).toMatchObject({
      incident: first,
      how: 'open',
    });
  });

  it('the open incident that holds one of its alerts, when its group has another name', () => {
    const index = indexed([first, open()], [first, fired(firing('web-1'))]);
    const renamed = {
      groupKey: 'renamed',
      observations: [{ fingerprint: 'new' }, { fingerprint: 'web-1' }],
    };
    expect(ask(index, renamed)).toMatchObject({ incident: first, how: 'shared-fingerprint' });
    expect(ask(index, { ...renamed, source: 'alertmanager/other' }).how).toBe('new');
  });

  it('that incident by its new name too, once it has joined', () => {
    const renamed = { groupKey: 'renamed', observations: [{ fingerprint: 'new' }] };
    const joined: IncidentEvent = { type: 'GroupJoined', v: 1, key: key({ groupKey: 'renamed' }) };
    const index = indexed([first, open()], [first, joined]);
    expect(ask(index, renamed)).toMatchObject({ incident: first, how: 'open' });
  });

  it('the last incident for half an hour after its end, then to the next', () => {
    const index = indexed([first, open()], [first, closed()]);
    expect(ask(index, {}, T0 + SAME_THREAD_MS - 1)).toMatchObject({
      incident: first,
      how: 'reopened',
    });
    expect(ask(index, {}, T0 + SAME_THREAD_MS)).toMatchObject({
      incident: second,
      ordinal: 2,
      how: 'new',
    });
  });

  it('the last incident for as long as the configuration says', () => {
    const index = newCorrelationIndex(1000);
    for (const event of [open(), closed()]) track(index, recorded(first, event, T0));
    expect(ask(index, {}, T0 + 999).how).toBe('reopened');
    expect(ask(index, {}, T0 + 1000).how).toBe('new');
  });

  it('the incident that a person closed while it fired, for a day', () => {
    const index = indexed([first, open()], [first, closedBy('ana', 'known', 2)]);
    expect(ask(index, {}, T0 + 5 * SAME_THREAD_MS)).toMatchObject({
      incident: first,
      how: 'reopened',
    });
    expect(ask(index, {}, T0 + STILL_FIRING_MS).how).toBe('new');
  });

  it('another open incident with its alert rather than to its own closed one', () => {
    const index = indexed(
      [first, open()],
      [first, closed()],
      ['inc-other', open({ key: 'other' })],
      ['inc-other', fired(firing('web-1'))],
    );
    expect(ask(index)).toMatchObject({ incident: 'inc-other', how: 'shared-fingerprint' });
  });
});

describe('an alert', () => {
  it('is held while its incident is open', () => {
    const index = indexed([first, open()], [first, fired(firing('web-1'))]);
    expect(isHeld(index, 'alertmanager/main', 'web-1')).toBe(true);
    track(index, recorded(first, closed(), T0));
    expect(isHeld(index, 'alertmanager/main', 'web-1')).toBe(false);
    track(index, recorded(first, { type: 'IncidentReopened', v: 1, why: 'firing-again' }, T0));
    expect(isHeld(index, 'alertmanager/main', 'web-1')).toBe(true);
  });
});

describe('the index', () => {
  it('forgets what cannot be reopened, by every name it had', () => {
    const joined: IncidentEvent = { type: 'GroupJoined', v: 1, key: key({ groupKey: 'renamed' }) };
    const index = indexed([first, open()], [first, joined], [first, closed()]);
    forget(index, T0 + SAME_THREAD_MS - 1);
    expect(index.byKey.size).toBe(2);
    forget(index, T0 + SAME_THREAD_MS);
    expect([index.byIncident.size, index.byKey.size]).toEqual([0, 0]);
  });

  it('keeps the name of a group that has gone on to another incident', () => {
    const index = indexed([first, open()], [first, closed()]);
    track(index, recorded(second, open({ ordinal: 2 }), T0 + SAME_THREAD_MS));
    forget(index, T0 + SAME_THREAD_MS);
    expect(ask(index, {}, T0 + SAME_THREAD_MS)).toMatchObject({ incident: second, how: 'open' });
  });

  it('keeps what is open or may be reopened', () => {
    const index = indexed(
      [first, open()],
      ['inc-other', open({ key: 'other' })],
      ['inc-other', closed()],
    );
    forget(index, T0 + SAME_THREAD_MS - 1);
    expect([...index.byIncident.keys()]).toEqual([first, 'inc-other']);
  });

  it('is the same after it was written down and read again', () => {
    const index = indexed(
      [first, open()],
      [first, fired(firing('web-1'))],
      ['inc-other', open({ key: 'other' })],
      ['inc-other', fired(firing('db-1'))],
      ['inc-other', closed()],
    );
    const again = importIndex(JSON.parse(JSON.stringify(exportIndex(index))));
    expect(again.byFingerprint).toEqual(index.byFingerprint);
    expect(ask(again)).toEqual(ask(index));
    expect(correlateKey(again, 'other', { now: T0, sha256 }).how).toBe('reopened');
  });

  it('is not led astray by an opening it is told again', () => {
    const index = indexed(
      [first, open()],
      [first, fired(firing('web-1'))],
      [first, closed()],
      [first, open()],
    );
    expect(ask(index).how).toBe('reopened');
  });

  it('ignores streams that are no incidents, and payloads that were erased', () => {
    const index = newCorrelationIndex();
    track(index, { ...recorded(first, open(), T0), stream: 'operation/op-1' });
    track(index, {
      ...recorded(first, open(), T0),
      event: { type: 'Erased', v: 1, was: 'IncidentOpened' },
    });
    expect(index.byIncident.size).toBe(0);
  });
});

describe('what has no name', () => {
  it('is one incident per source', () => {
    const none = correlateKey(newCorrelationIndex(), 'k', { now: T0, sha256 });
    expect(none).toMatchObject({ how: 'new', ordinal: 1 });
    expect(following('k', 1, sha256).incident).toBe(incidentId('k', 2, sha256));
  });
});

function key(more: Partial<Group> = {}): string {
  return correlationKey({ ...web, ...more }, sha256);
}

function open(more: Partial<ReturnType<typeof opened>> = {}) {
  return opened({ key: key(), ...more });
}

function ask(index: CorrelationIndex, more: Partial<Group> = {}, now = T0) {
  return correlate(index, { ...web, ...more }, { now, sha256 });
}

function indexed(...past: readonly (readonly [string, IncidentEvent])[]): CorrelationIndex {
  const index = newCorrelationIndex();
  for (const [incident, event] of past) track(index, recorded(incident, event, T0));
  return index;
}

function recorded(incident: string, event: IncidentEvent, at: number) {
  const header = { version: 1, position: 1, at, by: 'tocsin', cause: 'test' };
  return { stream: incidentStream(incident), ...header, event };
}
