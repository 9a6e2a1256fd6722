import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import {
  ACK_REMINDER_MS,
  notificationsDue,
  reminderAt,
} from '../../../src/core/incident/notify.ts';
import { T0 } from '../given.ts';
import {
  closed,
  fired,
  firing,
  given,
  incidentOf,
  labels,
  MINUTE,
  opened,
  resolved,
} from './given-incident.ts';

const web = firing('web-1');
const open = [opened(), fired(web)] as const;
const critical = notified('critical');
const acked = { type: 'IncidentAcknowledged', v: 1, person: 'ana', surface: 'console' } as const;

describe('whom an incident names', () => {
  it('is the group of its route, at once when it is critical', () => {
    expect(due(open, T0 + 2000)).toEqual([{ key: 'critical', group: 'sre' }]);
  });

  it('is that group again when nobody has acknowledged it for five minutes', () => {
    expect(due([...open, critical], T0 + 4 * MINUTE)).toEqual([]);
    expect(due([...open, critical], T0 + 1000 + 5 * MINUTE)).toEqual([
      { key: 'unacknowledged', group: 'sre' },
    ]);
    expect(due([...open, critical, acked], T0 + 9 * MINUTE)).toEqual([]);
  });

  it('is that group for each operation whose end nobody knows', () => {
    expect(due([...open, critical], T0 + 2000, ['op-1', 'op-2'])).toMatchObject([
      { key: 'unknown:op-1' },
      { key: 'unknown:op-2' },
    ]);
  });

  it('is nobody twice', () => {
    const all = [critical, notified('unacknowledged'), notified('unknown:op-1')];
    expect(due([...open, ...all], T0 + 60 * MINUTE, ['op-1'])).toEqual([]);
  });

  it('is nobody for a milder incident, for one that is over, or without a group', () => {
    const mild = firing('web-1', { labels: labels('Slow', { severity: 'warning' }) });
    expect(due([opened({ severity: 'warning' }), fired(mild)], T0 + 60 * MINUTE)).toEqual([]);
    expect(due([...open, resolved('web-1'), closed()], T0 + 60 * MINUTE)).toEqual([]);
    expect(due([opened({ notify: '' }), fired(web)], T0 + 60 * MINUTE)).toEqual([]);
  });

  it('waits anew when an incident becomes critical later', () => {
    const mild = firing('web-1', { labels: labels('Slow', { severity: 'warning' }) });
    const past = [
      opened({ severity: 'warning' }),
      fired(mild),
      { event: fired(firing('web-2')), at: T0 + 30 * MINUTE, by: 'tocsin' },
    ] as const;
    const incident = incidentOf(given(...past).state());
    const question = { ackReminderMs: ACK_REMINDER_MS, unknown: [] };
    expect(notificationsDue(incident, { ...question, now: T0 + 31 * MINUTE })).toMatchObject([
      { key: 'critical' },
    ]);
    expect(reminderAt(incident, ACK_REMINDER_MS)).toBe(T0 + 35 * MINUTE);
  });
});

describe('a mention', () => {
  const record = {
    type: 'RecordNotified',
    at: T0,
    key: 'critical',
    group: 'sre',
    people: ['ana', 'ben'],
  } as const;

  it('is recorded with the people it named', () => {
    given(...open)
      .when(record)
      .then(critical);
  });

  it('stays quiet the second time, and where there is no incident', () => {
    given(...open, critical)
      .when(record)
      .then();
    given().when(record).then();
  });
});

function notified(key: string) {
  return { type: 'PeopleNotified', v: 1, key, group: 'sre', people: ['ana', 'ben'] } as const;
}

function due(past: readonly IncidentEvent[], now: number, unknown: readonly string[] = []) {
  const incident = incidentOf(given(...past).state());
  return notificationsDue(incident, { now, ackReminderMs: ACK_REMINDER_MS, unknown });
}
