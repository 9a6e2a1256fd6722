import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import type { Incident } from '../../../src/core/incident/incident.ts';
import type { AskSilence, RecordSilence } from '../../../src/core/incident/intent.ts';
import { commonLabels, hiddenBy, SILENCE_HIDES_MAX } from '../../../src/core/incident/silences.ts';
import { problem } from '../../../src/core/problem.ts';
import { type IncidentCardContext, incidentCard } from '../../../src/core/view/incident-card.ts';
import { plain } from '../../../src/core/view/text.ts';
import { type Past, T0 } from '../given.ts';
import {
  ana,
  ben,
  fired,
  firing,
  given,
  incidentOf,
  labels,
  MINUTE,
  opened,
  refused,
  resolved,
} from './given-incident.ts';

const at = T0;
const mild = (name: string) =>
  firing(name, { labels: labels('Slow', { severity: 'warning', pod: name }) });
const open = [opened({ severity: 'warning' }), fired(mild('a'), mild('b'))] as const;
const matchers = { alertname: 'Slow', severity: 'warning', namespace: 'shop' };
const ask: AskSilence = {
  type: 'AskSilence',
  at,
  by: ana,
  silence: 'sil-1',
  matchers,
  durationMs: 60 * MINUTE,
  reason: 'being replaced',
  hides: { firing: 2, critical: 0 },
};
const asked = {
  type: 'SilenceAsked',
  v: 1,
  silence: 'sil-1',
  person: 'ana',
  surface: 'console',
  matchers,
  reason: 'being replaced',
  until: T0 + 60 * MINUTE,
  hides: 2,
} as const;
const made = { type: 'SilenceMade', v: 1, silence: 'sil-1', ref: 'am-1' } as const;
const endAsked = {
  type: 'SilenceEndAsked',
  v: 1,
  silence: 'sil-1',
  person: 'ben',
  surface: 'console',
} as const;
const ended = { type: 'SilenceEnded', v: 1, silence: 'sil-1', why: 'asked' } as const;
const late = problem('ALERTMANAGER_UNAUTHORIZED', { source: 'alertmanager/main', status: 403 });
const failed = { type: 'SilenceFailed', v: 1, silence: 'sil-1', problem: late } as const;

describe('a silence', () => {
  it('is asked for, with a reason and an end', () => {
    given(...open)
      .when(ask)
      .then(asked);
  });

  it.each<[string, readonly IncidentEvent[], Partial<AskSilence>, string, object]>([
    [
      'where the source has no API',
      [opened({ sourceAnswers: false }), fired(mild('a'))],
      {},
      'SILENCE_NOT_OFFERED',
      { source: 'alertmanager/main' },
    ],
    [
      'for what a person declared',
      [opened({ origin: 'person', source: '' })],
      {},
      'SILENCE_NOT_OFFERED',
      { source: 'a declared incident' },
    ],
    ['when nothing fires', [...open, resolved('a', 'b')], {}, 'NOTHING_TO_SILENCE', {}],
    ['without a reason', open, { reason: ' ' }, 'SILENCE_REASON_REQUIRED', {}],
    ['for a second', open, { durationMs: 1000 }, 'SILENCE_TOO_LONG', {}],
    ['for a week', open, { durationMs: 7 * 24 * 60 * MINUTE }, 'SILENCE_TOO_LONG', {}],
    [
      'over severities that differ',
      open,
      { matchers: { alertname: 'Slow' } },
      'SILENCE_TOO_VAGUE',
      {},
    ],
    [
      'over kinds that share no name',
      open,
      { matchers: { namespace: 'shop' } },
      'SILENCE_TOO_VAGUE',
      {},
    ],
    [
      'over what is critical',
      open,
      { hides: { firing: 2, critical: 1 } },
      'SILENCE_HIDES_CRITICAL',
      { critical: 1 },
    ],
    [
      'over more than ten',
      open,
      { hides: { firing: 11, critical: 0 } },
      'SILENCE_HIDES_MANY',
      { firing: 11, most: 10 },
    ],
    [
      'while another one holds',
      [...open, asked, made],
      { silence: 'sil-2' },
      'SILENCED_ALREADY',
      { person: 'ana' },
    ],
    ['where there is no incident', [], {}, 'INCIDENT_UNKNOWN', {}],
  ])('is refused %s', (_when, past, more, code, facts) => {
    given(...past)
      .when({ ...ask, ...more })
      .then(refused('ana', 'silence', code, { ...facts }));
  });

  it('is asked for again once it failed, was ended, or its time is over', () => {
    const again = { ...ask, silence: 'sil-2' };
    for (const past of [[failed], [made, endAsked, ended]]) {
      given(...open, asked, ...past)
        .when(again)
        .then({ ...asked, silence: 'sil-2' });
    }
    const { events } = given(...open, asked, made).when({ ...again, at: T0 + 61 * MINUTE });
    expect(events).toMatchObject([{ type: 'SilenceAsked', silence: 'sil-2' }]);
  });

  it('stays quiet when the same request is told twice', () => {
    for (const since of [[], [failed], [made, endAsked, ended]]) {
      given(...open, asked, ...since)
        .when(ask)
        .then();
    }
  });

  it('is ended by anybody, once; what was made elsewhere is not', () => {
    given(...open, asked, made)
      .when({ type: 'AskUnsilence', at, by: ben })
      .then(endAsked);
    given(...open, asked, made, endAsked)
      .when({ type: 'AskUnsilence', at, by: ana })
      .then();
    given(...open)
      .when({ type: 'AskUnsilence', at, by: ben })
      .then(refused('ben', 'unsilence', 'NOT_SILENCED'));
  });
});

describe('what became of a silence', () => {
  const record = (became: RecordSilence['became']): RecordSilence => {
    return { type: 'RecordSilence', at, silence: 'sil-1', became };
  };

  it('is on the record once', () => {
    const isMade = record({ kind: 'made', ref: 'am-1' });
    given(...open, asked)
      .when(isMade)
      .then(made);
    given(...open, asked, made)
      .when(isMade)
      .then();
    given(...open, asked)
      .when(record({ kind: 'failed', problem: late }))
      .then(failed);
    given(...open, asked, failed)
      .when(record({ kind: 'failed', problem: late }))
      .then();
    given(...open, asked, made, endAsked)
      .when(record({ kind: 'ended', why: 'asked' }))
      .then(ended);
    given(...open, asked, made, endAsked, ended)
      .when(record({ kind: 'ended', why: 'asked' }))
      .then();
    given(...open)
      .when(record({ kind: 'ended', why: 'lapsed' }))
      .then();
  });

  it('leaves one that could not be ended as it was', () => {
    const [state] = silencesOf(...open, asked, made, endAsked, failed);
    expect(state).toMatchObject({ status: 'made', code: 'ALERTMANAGER_UNAUTHORIZED' });
  });

  it('is kept of the last ten', () => {
    const many = Array.from({ length: 15 }, (_, index) => [
      { ...asked, silence: `sil-${index}` },
      { ...ended, silence: `sil-${index}` },
    ]).flat();
    expect(silencesOf(...open, ...many).map(({ silence }) => silence)).toHaveLength(10);
  });
});

describe('what a silence would hide', () => {
  it('is what all firing alerts have in common', () => {
    expect(commonLabels(state(...open))).toEqual(matchers);
    expect(commonLabels(state(...open, resolved('b')))).toEqual({ ...matchers, pod: 'a' });
    const bare = firing('n', { labels: { alertname: 'Slow' } });
    expect(commonLabels(state(opened(), fired(bare)))).toEqual({ alertname: 'Slow', severity: '' });
    expect(commonLabels(state(opened(), fired(bare, mild('a'))))).toEqual({ alertname: 'Slow' });
  });

  it('is counted over all that its source has told, critical ones apart', () => {
    const loud = firing('c', { labels: { ...matchers, severity: 'critical' } });
    const other = state(opened({ incident: 'inc-2' }), fired(mild('x'), loud));
    const foreign = state(opened({ source: 'alertmanager/other' }), fired(mild('d')));
    const all = [state(...open, resolved('b')), other, foreign];
    expect(hiddenBy(matchers, 'alertmanager/main', all)).toEqual({ firing: 2, critical: 0 });
    expect(hiddenBy({ alertname: 'Slow', severity: '' }, 'alertmanager/main', all)).toEqual({
      firing: 0,
      critical: 0,
    });
    expect(hiddenBy({ namespace: 'shop' }, 'alertmanager/main', all)).toEqual({
      firing: 3,
      critical: 1,
    });
  });
});

describe('the card', () => {
  it('offers to silence what may be silenced, and to end what is', () => {
    const offers = (...past: readonly Past<IncidentEvent>[]) =>
      incidentCard(state(...past), words)
        .actions.map(({ label }) => label)
        .filter((label) => /silence/i.test(label));
    expect(offers(...open)).toEqual(['Silence']);
    expect(offers(opened(), fired(firing('critical')))).toEqual([]);
    expect(offers(opened({ sourceAnswers: false }), fired(mild('a')))).toEqual([]);
    const many = Array.from({ length: SILENCE_HIDES_MAX + 1 }, (_, index) => mild(`p${index}`));
    expect(offers(opened(), fired(...many))).toEqual([]);
    expect(offers(...open, asked)).toEqual([]);
    expect(offers(...open, asked, made)).toEqual(['Unsilence']);
    expect(offers(...open, asked, failed)).toEqual(['Silence']);
    expect(offers(...open, asked, made, endAsked, ended)).toEqual(['Silence']);
  });

  it('says until when it is silent, by whom and why, and how far that is', () => {
    const said = (...past: readonly Past<IncidentEvent>[]) =>
      incidentCard(state(...open, ...past), words)
        .blocks.flatMap((block) => (block.kind === 'facts' ? block.facts : []))
        .filter(({ label }) => /silence/.test(label))
        .map(({ label, value }) => `${label} ${plain(value)}`);
    expect(said(asked)).toEqual(['silence asked until 04:00 UTC by Ana: being replaced']);
    expect(said(asked, made)).toEqual(['silenced until 04:00 UTC by Ana: being replaced']);
    expect(said(asked, failed)).toEqual([
      'not silenced until 04:00 UTC by Ana: being replaced `ALERTMANAGER_UNAUTHORIZED`',
    ]);
    expect(said(asked, made, endAsked, ended)).toEqual([]);
  });
});

const words: IncidentCardContext = { names: new Map([['ana', 'Ana']]), book: {} };

function state(...past: readonly Past<IncidentEvent>[]): Incident {
  return incidentOf(given(...past).state());
}

function silencesOf(...past: readonly Past<IncidentEvent>[]): Incident['silences'] {
  return state(...past).silences;
}
