import { describe, expect, it } from 'vitest';
import { matchersOf } from '../../../src/core/alert/matcher.ts';
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import { type CompareSilences, silencesAnswer } from '../../../src/core/incident/held.ts';
import type { HeldSilence } from '../../../src/core/ports/silences.ts';
import { threadText } from '../../../src/core/view/text.ts';
import { incidentThread } from '../../../src/core/view/thread.ts';
import { type Past, T0 } from '../given.ts';
import { fired, firing, given, incidentOf, labels, MINUTE, opened } from './given-incident.ts';

const mild = (name: string) =>
  firing(name, { labels: labels('Slow', { severity: 'warning', pod: name }) });
const open = [opened({ severity: 'warning' }), fired(mild('a'), mild('b'))] as const;
const matchers = matchersOf({ alertname: 'Slow', severity: 'warning' });
const until = T0 + 60 * MINUTE;
const asked = {
  type: 'SilenceAsked',
  v: 1,
  silence: 'sil-1',
  person: 'ana',
  surface: 'console',
  matchers,
  reason: 'being replaced',
  until,
  hides: 2,
} as const;
const made = { type: 'SilenceMade', v: 1, silence: 'sil-1', ref: 'am-1' } as const;
const mine: HeldSilence = {
  ref: 'am-1',
  silence: 'sil-1',
  matchers,
  startsAt: '',
  endsAt: until,
  createdBy: 'ana (tocsin)',
  comment: 'being replaced [tocsin sil-1]',
};
const theirs: HeldSilence = {
  ...mine,
  ref: 'am-7',
  silence: '',
  createdBy: 'gina <!channel>',
  comment: 'moving *racks* @here',
};
const found = {
  type: 'SilenceFound',
  v: 1,
  ref: 'am-7',
  by: 'gina <!channel>',
  comment: 'moving *racks* @here',
  until,
} as const;
const lost = { type: 'SilenceLost', v: 1, ref: 'am-7', by: found.by } as const;
const missed = { type: 'SilenceMissed', v: 1, silence: 'sil-1' } as const;

const muted = (ref: string, ...names: readonly string[]): IncidentEvent => ({
  type: 'SilencesSeen',
  v: 1,
  alerts: names.map((fingerprint) => ({ fingerprint, state: 'silenced', silencedBy: [ref] })),
});

interface Said {
  readonly held?: readonly HeldSilence[];
  readonly over?: readonly HeldSilence[];
  readonly isWhole?: boolean;
  readonly at?: number;
}

function compare({ held = [], over = [], isWhole = true, at = T0 + 10 * MINUTE }: Said) {
  const answer = silencesAnswer(at, { held, over, isWhole });
  return { type: 'CompareSilences', at, answer } satisfies CompareSilences;
}

describe('a silence that others made', () => {
  const past = [...open, muted('am-7', 'a')] as const;

  it('is told with who, until when and why, once', () => {
    given(...past)
      .when(compare({ held: [theirs] }))
      .then(found);
    given(...past, found)
      .when(compare({ held: [theirs] }))
      .then();
  });

  it('is told again when its end or its comment is another one', () => {
    const longer = { ...theirs, endsAt: until + MINUTE };
    given(...past, found)
      .when(compare({ held: [longer] }))
      .then({ ...found, until: until + MINUTE });
  });

  it('is over when its source says so, or when everybody says that it is not there', () => {
    given(...past, found)
      .when(compare({ over: [theirs] }))
      .then(lost);
    given(...past, found)
      .when(compare({}))
      .then(lost);
    // Half of a cluster does not know what the other half knows.
    given(...past, found)
      .when(compare({ isWhole: false }))
      .then();
    given(...past, found)
      .when(compare({ isWhole: false, at: until }))
      .then(lost);
  });

  it('is nobody’s news while it mutes none of its alerts', () => {
    given(...open, muted('am-9', 'a'))
      .when(compare({ held: [theirs] }))
      .then();
  });

  it('may be one that Tocsin made in another incident', () => {
    const { events } = given(...past).when(compare({ held: [{ ...theirs, silence: 'sil-9' }] }));
    expect(events).toMatchObject([{ type: 'SilenceFound', ref: 'am-7' }]);
  });

  it('is told of ten at most', () => {
    const many = Array.from({ length: 15 }, (_, index) => ({ ...theirs, ref: `am-${index}` }));
    const refs = many.map(({ ref }) => ref);
    const all = fired(mild('a'));
    const seen: IncidentEvent = {
      type: 'SilencesSeen',
      v: 1,
      alerts: [{ fingerprint: 'a', state: 'silenced', silencedBy: refs }],
    };
    const { events } = given(opened(), all, seen).when(compare({ held: many }));
    expect(events).toHaveLength(10);
    given(opened(), all, seen, ...events)
      .when(compare({ held: many }))
      .then();
  });
});

describe('a silence of ours', () => {
  const past = [...open, asked, made] as const;

  it('stays quiet while it stands as it was asked for', () => {
    given(...past)
      .when(compare({ held: [mine] }))
      .then();
  });

  it('that somebody prolonged or narrowed there is known so', () => {
    const endsAt = until + 30 * MINUTE;
    given(...past)
      .when(compare({ held: [{ ...mine, endsAt }] }))
      .then({ ...made, until: endsAt, matchers });
    const narrow = matchersOf({ alertname: 'Slow', severity: 'warning', pod: 'a' });
    given(...past)
      .when(compare({ held: [{ ...mine, ref: 'am-2', matchers: narrow }], over: [mine] }))
      .then({ ...made, ref: 'am-2', until, matchers: narrow });
  });

  it('that somebody ended there is over', () => {
    given(...past)
      .when(compare({ over: [mine] }))
      .then({ type: 'SilenceEnded', v: 1, silence: 'sil-1', why: 'gone' });
  });

  it('that nobody there knows any more is made again, and not before everybody could know it', () => {
    given(...past)
      .when(compare({}))
      .then(missed);
    given(...past)
      .when(compare({ isWhole: false }))
      .then(missed);
    given(...past)
      .when(compare({ at: T0 + 4000 }))
      .then();
    const [state] = incidentOf(given(...past, missed).state()).silences;
    expect(state).toMatchObject({ status: 'asked', ref: '', until });
  });

  it('is not missed once its time is over', () => {
    given(...past)
      .when(compare({ at: until }))
      .then();
  });
});

describe('the thread', () => {
  const context = { names: new Map([['ana', 'Ana']]), book: {}, heldBy: () => '' };
  const shown = (...past: readonly Past<IncidentEvent>[]) =>
    threadText(incidentThread(incidentOf(given(...open, ...past).state()), [], context));
  const ending = { type: 'SilenceEnding', v: 1, silence: 'sil-1', until } as const;

  it('says which alerts others silenced, who, until when, and its end', () => {
    const now = shown(muted('am-7', 'a'), found);
    expect(now).toContain(
      'silenced there  1 alert (Slow) until 04:00 UTC by gina <!channel>: moving *racks* @here',
    );
    expect(now).toContain(
      'gina <!channel> silenced alerts of it at alertmanager/main until 04:00 UTC',
    );
    const then = shown(muted('am-7', 'a'), found, lost);
    expect(then).toContain('The silence that gina <!channel> made at alertmanager/main is over');
    expect(then).not.toContain('silenced there');
  });

  it('says before the end that it ends, with what may be done, and afterwards what became of it', () => {
    const now = shown(asked, made, ending);
    expect(now).toContain('ENDS SOON · The silence ends 04:00 UTC; 2 alerts would be heard again');
    expect(now).toContain('[Extend to 1 h from now] [End it now]');
    const longer = shown(asked, made, ending, { ...asked, until: until + 60 * MINUTE }, made);
    expect(longer).toContain('The silence was to end 04:00 UTC; now it ends 05:00 UTC');
    expect(longer).not.toContain('Extend');
    const over = shown(asked, made, ending, {
      type: 'SilenceEnded',
      v: 1,
      silence: 'sil-1',
      why: 'lapsed',
    });
    expect(over).toContain('The silence was to end 04:00 UTC; it is over');
    expect(over).toContain('The silence is over: its time was up');
  });
});
