import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchersOf } from '../../../src/core/alert/matcher.ts';
import { decide } from '../../../src/core/incident/decide.ts';
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import {
  evolve,
  type Incident,
  type IncidentState,
  initialIncident,
} from '../../../src/core/incident/incident.ts';
import type { IncidentIntent } from '../../../src/core/incident/intent.ts';
import { mergeIncidents } from '../../../src/core/incident/merge.ts';
import { splitIncident } from '../../../src/core/incident/split.ts';
import { T0 } from '../given.ts';
import { firing, labels, MINUTE, person, receive } from './given-incident.ts';

/*
 * Three incidents of three sources, each with alerts of its own; people silence, end silences, merge and take merges back, in
 * any order. Whether a silence holds at its source is known all the time.
 */

const ids = ['inc-1', 'inc-2', 'inc-3'] as const;
const ana = person('ana');

interface Step {
  readonly do: 'silence' | 'unsilence' | 'merge' | 'part';
  readonly one: number;
  /** Of two that are moved. */
  readonly other: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('silence', 'silence', 'unsilence', 'merge', 'merge', 'part'),
  one: fc.nat(2),
  other: fc.nat(2),
});

class Evening {
  readonly states = new Map<string, IncidentState>();
  /** By name of each that holds: the source it is at. */
  readonly held = new Map<string, string>();
  private at = T0;
  private asked = 0;

  constructor() {
    for (const [index, incident] of ids.entries()) {
      const alert = firing(`a-${index}`, { labels: labels('Web', { severity: 'warning' }) });
      const about = { incident, key: incident, source: sourceOf(incident) };
      this.tell(incident, receive([alert], { ...about, at: T0 }));
    }
  }

  of(id: string): Incident {
    const state = this.states.get(id);
    if (!state || state.status === 'none') throw new Error(`${id} is open`);
    return state;
  }

  open(): readonly Incident[] {
    return ids.map((id) => this.of(id)).filter(({ status }) => status === 'open');
  }

  plays(each: Step): void {
    this.at += MINUTE;
    const one = ids[each.one] ?? 'inc-1';
    if (each.do === 'silence') this.silences(one);
    else if (each.do === 'unsilence') this.unsilences(one);
    else this.moves(each);
  }

  private moves(each: Step): void {
    const one = ids[each.one] ?? 'inc-1';
    const other = ids[each.other] ?? 'inc-1';
    const intent = { at: this.at, by: ana, incident: one, other, reason: '' };
    const both =
      each.do === 'merge'
        ? mergeIncidents(
            { ...intent, type: 'MergeIncidents', pages: false },
            this.of(one),
            this.of(other),
          )
        : splitIncident({ ...intent, type: 'SplitIncident' }, this.of(one), this.of(other));
    this.evolves(one, both.incident);
    this.evolves(other, both.other);
  }

  /** Asked for and made at once, as the loop does it; where nothing is muted here nobody asks. */
  private silences(id: string): void {
    if (this.of(id).status !== 'open') return;
    this.asked += 1;
    const silence = `sil-${this.asked}`;
    const said = this.tell(id, {
      ...{ type: 'AskSilence', at: this.at, by: ana, silence, reason: 'known' },
      ...{ durationMs: 24 * 60 * MINUTE, hides: { firing: 1, critical: 0 } },
      matchers: matchersOf({ alertname: 'Web', severity: 'warning', n: String(this.asked) }),
    });
    const asked = said.find(({ type }) => type === 'SilenceAsked');
    if (asked?.type !== 'SilenceAsked') return;
    const became = { kind: 'made', ref: `am-${this.asked}` } as const;
    this.tell(id, { type: 'RecordSilence', at: this.at, silence: asked.silence, became });
    const found = this.of(id).silences.find((each) => each.silence === asked.silence);
    this.held.set(asked.silence, found?.source ?? this.of(id).opened.source);
  }

  /** What is asked to end is ended where it is. */
  private unsilences(id: string): void {
    if (this.of(id).status !== 'open') return;
    for (const event of this.tell(id, { type: 'AskUnsilence', at: this.at, by: ana })) {
      if (event.type !== 'SilenceEndAsked') continue;
      this.held.delete(event.silence);
      const became = { kind: 'ended', why: 'asked' } as const;
      this.tell(id, { type: 'RecordSilence', at: this.at, silence: event.silence, became });
    }
  }

  private tell(id: string, intent: IncidentIntent): readonly IncidentEvent[] {
    const events = decide(intent, this.states.get(id) ?? initialIncident());
    this.evolves(id, events);
    return events;
  }

  private evolves(id: string, events: readonly IncidentEvent[]): void {
    for (const event of events) {
      // As it is read back from disk.
      const written: IncidentEvent = JSON.parse(JSON.stringify(event));
      const before = this.states.get(id) ?? initialIncident();
      this.states.set(
        id,
        evolve(before, written, { at: this.at, by: 'ana', cause: '', position: 0 }),
      );
    }
  }
}

function sourceOf(incident: string): string {
  return `alertmanager/${incident}`;
}

const standing = ({ silences, opened }: Incident) =>
  silences
    .filter(({ status }) => status === 'made')
    .map(({ silence, source }) => [silence, source ?? opened.source] as const);

describe('whatever people silence, merge and take back', () => {
  it('each silence that holds is known to one incident that is open, at the source where it is', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const evening = new Evening();
        for (const each of steps) {
          evening.plays(each);
          const known = evening.open().flatMap(standing);
          expect(known.toSorted()).toEqual([...evening.held].toSorted());
        }
      }),
      { numRuns: 300 },
    );
  });

  it('one that is taken back silences as if it had never been away', () => {
    fc.assert(
      fc.property(fc.nat(2), fc.nat(2), (one, other) => {
        fc.pre(one !== other);
        const evening = new Evening();
        for (const id of [0, 1, 2]) evening.plays({ do: 'silence', one: id, other: 0 });
        const before = ids.map((id) => evening.of(id).silences);
        evening.plays({ do: 'merge', one, other });
        evening.plays({ do: 'part', one: other, other: one });
        expect(ids.map((id) => evening.of(id).silences)).toEqual(before);
      }),
    );
  });
});
