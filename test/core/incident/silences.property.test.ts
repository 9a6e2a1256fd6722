import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchersOf } from '../../../src/core/alert/matcher.ts';
import { decide } from '../../../src/core/incident/decide.ts';
import { evolve, initialIncident } from '../../../src/core/incident/incident.ts';
import type { IncidentIntent, RecordSilence } from '../../../src/core/incident/intent.ts';
import { problem } from '../../../src/core/problem.ts';
import { T0 } from '../given.ts';
import { firing, incidentOf, labels, MINUTE, person, receive } from './given-incident.ts';

type Asked = (at: number) => IncidentIntent;

const by = fc.constantFrom(person('ana'), person('ben'));
const silence = fc.constantFrom('sil-1', 'sil-2', 'sil-3');
const became = fc.constantFrom<RecordSilence['became']>(
  { kind: 'made', ref: 'am-1' },
  { kind: 'failed', problem: problem('DOWN') },
  { kind: 'ended', why: 'lapsed' },
);

const asks: fc.Arbitrary<Asked> = fc.oneof(
  fc
    .record({
      by,
      silence,
      reason: fc.constantFrom('', 'known'),
      durationMs: fc.constantFrom(1, MINUTE, 60 * MINUTE),
    })
    .map(
      (asked): Asked =>
        (at) => ({
          type: 'AskSilence',
          at,
          matchers: matchersOf({ alertname: 'Web', severity: 'warning' }),
          hides: { firing: 1, critical: 0 },
          ...asked,
        }),
    ),
  by.map(
    (who): Asked =>
      (at) => ({ type: 'AskUnsilence', at, by: who }),
  ),
  fc.record({ silence, became }).map(
    (asked): Asked =>
      (at) => ({ type: 'RecordSilence', at, ...asked }),
  ),
);

const night = fc.array(fc.tuple(asks, fc.integer({ min: 0, max: 2 * MINUTE })), { maxLength: 15 });

describe('whatever is asked of silences', () => {
  it('never do two of them hold, and each has a person and a reason', () => {
    fc.assert(
      fc.property(night, (asked) => {
        const fires = receive([firing('a', { labels: labels('Web') })], { at: T0 });
        let state = told(initialIncident(), fires, T0);
        let at = T0;
        for (const [intent, gap] of asked) {
          at += gap;
          state = told(state, intent(at), at);
          const held = incidentOf(state).silences.filter(
            ({ status, until }) => status !== 'failed' && status !== 'ended' && at < until,
          );
          expect(held.length).toBeLessThanOrEqual(1);
          expect(held.every(({ person: who, reason }) => who !== '' && reason !== '')).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });
});

let position = 0;

function told(
  before: ReturnType<typeof initialIncident>,
  intent: IncidentIntent,
  at: number,
): ReturnType<typeof initialIncident> {
  return decide(intent, before).reduce((state, event) => {
    position += 1;
    return evolve(state, event, { at, by: 'tocsin', cause: `test:${position}`, position });
  }, before);
}
