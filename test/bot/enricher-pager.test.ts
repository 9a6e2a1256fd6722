import { describe, expect, it } from 'vitest';
import { createEnricher, type EnricherOptions } from '../../src/bot/enricher.ts';
import type { Incident } from '../../src/core/incident/incident.ts';
import type { OnCalls } from '../../src/core/ports/pager.ts';
import { ProblemError, problem } from '../../src/core/problem.ts';
import { knownCard } from '../../src/core/view/known-card.ts';
import { cardText } from '../../src/core/view/text.ts';
import { fired, firing, given, incidentOf, opened } from '../core/incident/given-incident.ts';
import { stillClock } from '../fakes/still-clock.ts';

const MINUTE = 60_000;
const clock = stillClock();
const words = { names: new Map([['ben', 'Ben']]), book: {} };

describe('who is on call', () => {
  const call = { policyName: 'Shop', scheduleName: 'primary', from: undefined, until: undefined };

  it('is told by level, of the schedule that the group of the service is filled by', async () => {
    const calls = [
      { ...call, policy: 'P1', schedule: 'S1', level: 2, person: 'ana' },
      { ...call, policy: 'P1', schedule: 'S1', level: 1, person: 'ben' },
      { ...call, policy: 'P9', schedule: 'S9', level: 1, person: 'cleo' },
    ];
    const { find, card } = stage({
      onCalls: async () => [{ pager: 'pagerduty/main', calls, at: clock.now() }],
    });
    await find('on-call', incident());
    expect(card(incident())).toMatch(/on call +Ben level 1 · ana level 2\n/);
  });

  it('is the group where the pager says nothing of it', async () => {
    const { find, card } = stage({
      onCalls: async () => [{ pager: 'pagerduty/main', calls: [], at: undefined }],
    });
    await find('on-call', incident());
    expect(card(incident())).toMatch(/on call +Ben\n/);
  });
});

describe('what the pager was told of changes', () => {
  const changed = { summary: 'deployed shop 4711', source: 'ci', at: clock.now() - 4 * MINUTE };
  const pager: OnCalls = {
    name: 'pagerduty/main',
    onCalls: async () => [],
    async changesBefore(page) {
      if (page === 'QDOWN') throw new ProblemError(problem('PAGERDUTY_RESTS'));
      return page === 'Q1' ? [changed] : [];
    },
  };

  it('stands among the changes of the last day, the likeliest in the first line', async () => {
    const { find, card } = stage({ pagers: [pager] });
    await find('page-changes', incident('Q1'));
    expect(card(incident())).toContain('KNOWN · deployed shop 4711 4 min before it began');
    expect(card(incident())).toContain('deployed shop 4711, told by ci');
  });

  it('is said to be nothing, and says why where it could not be asked', async () => {
    const none = stage({ pagers: [pager] });
    await none.find('page-changes', incident('Q2'));
    expect(none.card(incident())).toContain('the pager was told of no change');
    const down = stage({ pagers: [pager] });
    await down.find('page-changes', incident('QDOWN'));
    expect(down.card(incident())).toContain('changes that the pager was told of: ');
    expect(down.card(incident())).toContain('PAGERDUTY_RESTS');
  });

  it('is asked only where there is a page of a pager that can be asked', () => {
    const { parts } = stage({ pagers: [pager] });
    expect(parts(incident('Q1'))).toContain('page-changes');
    expect(parts(incident())).not.toContain('page-changes');
    expect(stage({}).parts(incident('Q1'))).not.toContain('page-changes');
  });
});

function incident(page?: string): Incident {
  const { state } = given(opened({ service: 'checkout' }), fired(firing('a')));
  const held = { ...incidentOf(state()), openedAt: clock.now() };
  if (page === undefined) return held;
  return { ...held, pages: [{ pager: 'pagerduty/main', page } as Incident['pages'][number]] };
}

function stage(more: Partial<EnricherOptions>) {
  const service = { name: 'checkout', match: {}, environments: [], onCall: 'sre' };
  const sre = { name: 'sre', members: [], directories: [{ kind: 'pagerduty_schedule', id: 'S1' }] };
  const settings = { catalog: { services: [service] }, groups: [sre] };
  const enricher = createEnricher({
    engine: {} as never,
    settings: () => settings as never,
    clock,
    workload: () => undefined,
    members: () => ({ people: ['ben'], unknown: [] }),
    ...more,
  });
  const found: Awaited<ReturnType<typeof enricher.find>>[] = [];
  return {
    parts: enricher.parts,
    async find(...asked: Parameters<typeof enricher.find>) {
      found.push(await enricher.find(...asked));
    },
    card(of: Incident) {
      const known = { at: clock.now(), parts: found };
      const card = knownCard({ ...of, known }, words);
      return card ? cardText(card) : '';
    },
  };
}
