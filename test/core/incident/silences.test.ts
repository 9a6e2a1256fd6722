import { describe, expect, it } from 'vitest';
import { matchersOf } from '../../../src/core/alert/matcher.ts';
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import {
  commonMatchers,
  dangerOf,
  hiddenOf,
  SILENCE_HIDES_MAX,
  wouldHide,
} from '../../../src/core/incident/hides.ts';
import type { Incident } from '../../../src/core/incident/incident.ts';
import type { AskSilence, RecordSilence } from '../../../src/core/incident/intent.ts';
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
const named = { alertname: 'Slow', severity: 'warning', namespace: 'shop' };
const matchers = matchersOf(named);
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
    ['for over a week', open, { durationMs: 7 * 24 * 60 * MINUTE + 1 }, 'SILENCE_TOO_LONG', {}],
    [
      'over severities that differ',
      open,
      { matchers: matchersOf({ alertname: 'Slow' }) },
      'SILENCE_TOO_VAGUE',
      {},
    ],
    [
      'over kinds that share no name',
      open,
      { matchers: matchersOf({ namespace: 'shop' }) },
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
      'while another one is on its way',
      [...open, asked],
      { silence: 'sil-2' },
      'SILENCE_UNDER_WAY',
      { person: 'ana' },
    ],
    ['of nothing that is named', open, { matchers: [] }, 'SILENCE_MATCHES_ALL', {}],
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

describe('a silence that is asked for while one holds', () => {
  const later = { ...ask, silence: 'sil-2', at: T0 + 30 * MINUTE };
  const longer = { ...asked, until: T0 + 90 * MINUTE };

  it('is the same one with another end, or over other alerts', () => {
    given(...open, asked, made)
      .when(later)
      .then(longer);
    const other = matchersOf({ ...named, pod: 'a' });
    given(...open, asked, made)
      .when({ ...later, matchers: other })
      .then({ ...longer, matchers: other });
  });

  it('stays quiet when it is so already: two people press one button', () => {
    given(...open, asked, made, longer, made)
      .when({ ...later, at: later.at + 5000 })
      .then();
  });

  it('holds on as it was when the change fails, and until its own end', () => {
    const [state] = silencesOf(...open, asked, made, longer, failed);
    expect(state).toMatchObject({ status: 'made', until: asked.until, code: late.code });
    expect(state).not.toHaveProperty('before');
  });

  it('has another name at the source once that gave it one', () => {
    const [state] = silencesOf(...open, asked, made, longer, { ...made, ref: 'am-2' });
    expect(state).toMatchObject({ status: 'made', ref: 'am-2', until: longer.until });
  });

  it('ends with everything else that was silenced here', () => {
    given(...open, asked, made, { ...asked, silence: 'sil-2' }, { ...made, silence: 'sil-2' })
      .when({ type: 'AskUnsilence', at, by: ben })
      .then(endAsked, { ...endAsked, silence: 'sil-2' });
  });
});

describe('a silence that an operation made', () => {
  const { type: _, v: __, silence, ...terms } = { ...asked, operation: 'op-1' };
  const became = { kind: 'made-by-operation', ref: 'am-7', ...terms } as const;
  const adopt: RecordSilence = { type: 'RecordSilence', at, silence, became };

  it('is the incident’s own from then on, and is told once', () => {
    const both = [
      { ...asked, operation: 'op-1' },
      { ...made, ref: 'am-7' },
    ] as const;
    given(...open)
      .when(adopt)
      .then(...both);
    given(...open, ...both)
      .when(adopt)
      .then();
    given(...open, ...both, endAsked, ended)
      .when(adopt)
      .then();
  });
});

describe('what a silence would hide', () => {
  it('is what all firing alerts have in common', () => {
    const common = (...past: readonly Past<IncidentEvent>[]) =>
      Object.fromEntries(commonMatchers(state(...past)).map(({ name, value }) => [name, value]));
    expect(common(...open)).toEqual(named);
    expect(common(...open, resolved('b'))).toEqual({ ...named, pod: 'a' });
    const bare = firing('n', { labels: { alertname: 'Slow' } });
    expect(common(opened(), fired(bare))).toEqual({ alertname: 'Slow', severity: '' });
    expect(common(opened(), fired(bare, mild('a')))).toEqual({ alertname: 'Slow' });
  });

  it('is what fires, and what nothing else mutes', () => {
    const alert = (
      state: 'firing' | 'silenced' | 'inhibited',
      ...silencedBy: readonly string[]
    ) => {
      return { labels: named, state, silencedBy };
    };
    const all = [
      alert('firing'),
      alert('inhibited'),
      alert('silenced', 'am-1'),
      alert('silenced', 'am-1', 'am-9'),
    ];
    expect(wouldHide(all, [])).toEqual([alert('firing')]);
    // One that is to be replaced hides nothing beside what takes its place.
    expect(wouldHide(all, ['am-1'])).toEqual([alert('firing'), alert('silenced', 'am-1')]);
  });

  it('counts critical ones apart, by every word for it', () => {
    const of = (severity: string) => ({ labels: { ...named, severity } });
    expect(hiddenOf(['warning', 'critical', 'PAGE', 'p1', ''].map(of))).toEqual({
      firing: 5,
      critical: 3,
    });
  });
});

describe('a dangerous silence', () => {
  const few = { firing: 1, critical: 0 };
  const why = (labels: Record<string, string>, hides = few) =>
    dangerOf(matchersOf(labels), hides)?.code;

  it('hides more than ten, or anything critical', () => {
    expect(why(named)).toBeUndefined();
    expect(why(named, { firing: 10, critical: 0 })).toBeUndefined();
    expect(why(named, { firing: 11, critical: 0 })).toBe('SILENCE_HIDES_MANY');
    expect(why(named, { firing: 1, critical: 1 })).toBe('SILENCE_HIDES_CRITICAL');
  });

  it('could hide what nobody has seen yet, however little it hides now', () => {
    expect(why({ ...named, severity: 'critical' })).toBe('SILENCE_TOO_VAGUE');
    expect(why({ alertname: 'Slow' })).toBe('SILENCE_TOO_VAGUE');
    expect(why({ alertname: '', severity: 'warning' })).toBe('SILENCE_TOO_VAGUE');
    expect(why({ severity: 'warning' })).toBe('SILENCE_TOO_VAGUE');
    const all = [
      { name: 'alertname', op: '=~', value: '.*' },
      { name: 'severity', op: '=', value: 'warning' },
    ] as const;
    expect(dangerOf(all, few)?.code).toBe('SILENCE_TOO_VAGUE');
    const nots = [
      ...matchers.slice(0, 1),
      { name: 'severity', op: '!=', value: 'critical' },
    ] as const;
    expect(dangerOf(nots, few)?.code).toBe('SILENCE_TOO_VAGUE');
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
