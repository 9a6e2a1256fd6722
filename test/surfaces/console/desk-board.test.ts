import { expect, it } from 'vitest';
import { createConsoleDesk } from '../../../src/bot/surfaces/console/desk.ts';
import { evolve, type Incident, initialIncident } from '../../../src/core/incident/incident.ts';
import { initialOperation, type OperationState } from '../../../src/core/operation/operation.ts';
import { T0 } from '../../core/given.ts';
import { fired, firing, opened } from '../../core/incident/given-incident.ts';

it('the worst and newest of ten thousand stand first, and a list holds no more than is read', () => {
  const { desk } = night();
  const rows = desk.board();
  expect(rows.length).toBe(250);
  expect(desk.openTotal()).toBe(10_000);
  expect(new Set(rows.slice(0, 100).map(({ mark }) => mark))).toEqual(new Set(['CRITICAL']));
  expect(rows.slice(100).every(({ mark }) => mark === 'WARNING')).toBe(true);
  for (const part of [rows.slice(0, 100), rows.slice(100)]) {
    const times = part.map(({ openedAt }) => openedAt);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  }
  expect(rows[100]?.incident).toBe('inc-9999');
});

it('one change among ten thousand makes one row anew', () => {
  const { desk, incidents, changes, asks } = night();
  const before = desk.board();
  expect(desk.board().filter((row, place) => row !== before[place])).toEqual([]);

  const [first] = before;
  changes(first?.incident ?? '');
  expect(desk.board().filter((row, place) => row !== before[place])).toHaveLength(1);

  const [, second] = before;
  asks(second?.incident ?? '');
  const rows = desk.board();
  expect(rows.filter((row, place) => row !== before[place])).toHaveLength(2);
  expect(rows[1]?.counts).toEqual({ alerts: 1, muted: 0, operations: 1, waiting: 1 });
  expect(incidents.size).toBe(10_000);
});

/** Ten thousand open incidents, every hundredth of them critical. */
function night() {
  const incidents = new Map<string, Incident>();
  const operations = new Map<string, readonly OperationState[]>();
  for (let n = 0; n < 10_000; n += 1) {
    const incident = `inc-${n}`;
    const severity = n % 100 === 0 ? 'critical' : 'warning';
    const meta = { at: T0 + n * 1000, by: 'tocsin', cause: 'test', position: n };
    const events = [
      opened({ incident, severity }),
      fired(firing(incident, { labels: { alertname: 'Slow', severity } })),
    ];
    const state = events.reduce((next, event) => evolve(next, event, meta), initialIncident());
    if (state.status !== 'none') incidents.set(incident, state);
  }
  const desk = createConsoleDesk({
    say: () => Promise.reject(new Error('nobody speaks here')),
    press: () => Promise.reject(new Error('nobody presses here')),
    form: () => undefined,
    complete: () => [],
    incidents: () => [...incidents.values()],
    incident: async (id) => incidents.get(id),
    operations: (incident) => operations.get(incident) ?? [],
    operation: async () => undefined,
    known: async () => undefined,
    hid: () => undefined,
    thread: async () => undefined,
    words: { names: new Map(), book: {} },
  });
  return {
    desk,
    incidents,
    changes(id: string) {
      const state = incidents.get(id);
      if (!state) throw new Error(`there is no ${id}`);
      const meta = { at: T0, by: 'ana', cause: 'test', position: 20_000 };
      const raised = {
        type: 'SeveritySet',
        v: 1,
        person: 'ana',
        surface: '',
        severity: 'critical',
      } as const;
      const next = evolve(state, raised, meta);
      if (next.status !== 'none') incidents.set(id, next);
    },
    asks(id: string) {
      operations.set(id, [{ ...initialOperation('op-1'), status: 'waiting' }]);
    },
  };
}
