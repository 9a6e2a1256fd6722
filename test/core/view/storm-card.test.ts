import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Severity } from '../../../src/core/alert/severity.ts';
import { evolve, type Incident, initialIncident } from '../../../src/core/incident/incident.ts';
import type { Storm } from '../../../src/core/storm.ts';
import type { Card } from '../../../src/core/view/card.ts';
import { NAMED_MAX, SERVICES_MAX, stormCard } from '../../../src/core/view/storm-card.ts';
import { cardText, plain } from '../../../src/core/view/text.ts';
import { T0 } from '../given.ts';
import { incidentOf, opened } from '../incident/given-incident.ts';

const words = { names: new Map([['ana', 'Ana']]), book: {}, publicUrl: 'https://ops.example.com/' };
const storm: Storm = {
  storm: 'storm-1',
  surface: 'slack/main',
  place: '#ops',
  since: T0,
  before: 0,
  ended: undefined,
};

interface Told {
  readonly severity: Severity;
  readonly service: string;
  readonly minute: number;
}

function incident(id: string, { severity, service, minute }: Told): Incident {
  const at = T0 + minute * 60_000;
  const meta = { at, by: 'source:main', cause: 'test', position: 1 };
  return incidentOf(
    evolve(
      initialIncident(),
      opened({ incident: id, severity, service, title: `alert ${id}` }),
      meta,
    ),
  );
}

const told = fc.record({
  severity: fc.constantFrom<Severity>('critical', 'major', 'warning', 'info', 'none'),
  service: fc.integer({ min: 0, max: 40 }).map((at) => (at === 0 ? '' : `service-${at}`)),
  minute: fc.integer({ min: 0, max: 30 }),
});

const incidents = fc
  .array(told, { maxLength: 120 })
  .map((list) => list.map((each, at) => incident(`inc-${at}`, each)));

describe('the card of a storm', () => {
  it('counts add up to the open incidents, by severity, by service and by name', () => {
    fc.assert(
      fc.property(incidents, (open) => {
        const card = stormCard(storm, open, words);
        expect(sum(fact(card, 'by severity'))).toBe(open.length);
        expect(sum(fact(card, 'by service').replace(/service-\d+|\d+ more services?/g, ''))).toBe(
          open.length,
        );
        const list = card.blocks.find((block) => block.kind === 'list');
        expect((list?.items.length ?? 0) + (list?.more ?? 0)).toBe(open.length);
        expect(card.menu?.options.length ?? 0).toBe(Math.min(open.length, NAMED_MAX));
      }),
    );
  });

  it('is the same for the same incidents, in whatever order they are read', () => {
    fc.assert(
      fc.property(incidents, (open) => {
        const bytes = JSON.stringify(stormCard(storm, open, words));
        expect(JSON.stringify(stormCard(storm, open.toReversed(), words))).toBe(bytes);
      }),
    );
  });

  it('names the critical ones first, then the newest', () => {
    const open = [
      incident('old', { severity: 'warning', service: 'cart', minute: 1 }),
      incident('new', { severity: 'warning', service: 'cart', minute: 9 }),
      incident('bad', { severity: 'critical', service: 'checkout', minute: 0 }),
    ];
    const text = cardText(stormCard(storm, open, words));
    expect(text).toContain('STORM · 3 incidents open in #ops · 1 critical');
    expect(text).toContain('by severity  1 critical · 2 warning');
    expect(text).toContain('by service   cart 2 · checkout 1');
    const named = [...text.matchAll(/alert (bad|new|old)/g)].map(([, id]) => id);
    expect(named).toEqual(['bad', 'new', 'old']);
  });

  it('counts the services it does not name', () => {
    const open = Array.from({ length: SERVICES_MAX + 5 }, (_, at) =>
      incident(`inc-${at}`, { severity: 'info', service: `service-${at}`, minute: 0 }),
    );
    expect(fact(stormCard(storm, open, words), 'by service')).toMatch(/ · 5 in 5 more services$/);
  });

  it('says at the end what happened, and never changes after that', () => {
    const over = { ...storm, ended: { at: T0 + 12 * 60_000, opened: 200, open: 50 } };
    const card = stormCard(over, [], words);
    expect(cardText(card)).toContain('200 incidents opened in #ops within 12 min');
    expect(fact(card, 'resolved by then')).toBe('150');
    expect(fact(card, 'still open then')).toBe('50');
    const later = [incident('inc-1', { severity: 'critical', service: '', minute: 40 })];
    expect(stormCard(over, later, words)).toEqual(card);
  });
});

function fact(card: Card, label: string): string {
  const facts = card.blocks.flatMap((block) => (block.kind === 'facts' ? block.facts : []));
  return plain(facts.find((each) => each.label === label)?.value ?? []);
}

function sum(text: string): number {
  return [...text.matchAll(/\d+/g)].reduce((total, [number]) => total + Number(number), 0);
}
