import { describe, expect, it } from 'vitest';
import {
  ANSWER_LAG_MS,
  concerning,
  END_LAG_MS,
  sourceAnswer,
  YOUNG_MS,
} from '../../../src/core/incident/compare.ts';
import type { CompareWithSource } from '../../../src/core/incident/intent.ts';
import type { SourceAlert } from '../../../src/core/ports/alert-source.ts';
import { problem } from '../../../src/core/problem.ts';
import { T0 } from '../given.ts';
import {
  atSource,
  closed,
  closedBy,
  fired,
  firing,
  given,
  goneFromSource,
  incidentOf,
  labels,
  MINUTE,
  opened,
  resolved,
} from './given-incident.ts';

const at = T0 + 10 * MINUTE;
const open = [opened(), fired(firing('web-1'), firing('web-2'))] as const;
const cut = { type: 'AlertsTruncated', v: 1, cut: 3 } as const;

describe('comparing with the source', () => {
  it('stays quiet when the source says the same', () => {
    given(...open)
      .when(answer(atSource('web-1'), atSource('web-2')))
      .then();
  });

  it('ends an alert that the source no longer knows', () => {
    given(...open)
      .when(answer(atSource('web-1')))
      .then(goneFromSource(at, 'web-2'));
  });

  it('closes the incident once the source knows none of its alerts', () => {
    given(...open)
      .when(answer())
      .then(goneFromSource(at, 'web-1', 'web-2'), closed('source-stopped-reporting'));
  });

  it('does not miss what a webhook told too shortly before the question', () => {
    const late = {
      ...answer(),
      answer: { ok: true, askedAt: T0 + ANSWER_LAG_MS, isYoung: false, alerts: [], alsoFiring: 0 },
    } as const;
    given(...open)
      .when(late)
      .then();
  });

  it('believes the source that an alert fires which we hold for ended', () => {
    given(...open, resolved('web-1'))
      .when(answer(atSource('web-1'), atSource('web-2')))
      .then(fired(firing('web-1')));
  });

  it('reopens what its alerts had closed: a firing taken for a late copy was none', () => {
    const past = [...open, resolved('web-1', 'web-2'), closed()] as const;
    given(...past)
      .when(answer(atSource('web-1', { state: 'silenced', silencedBy: ['s-1'] })))
      .then({ type: 'IncidentReopened', v: 1, why: 'firing-again' }, fired(firing('web-1')), {
        type: 'SilencesSeen',
        v: 1,
        alerts: [{ fingerprint: 'web-1', state: 'silenced', silencedBy: ['s-1'] }],
      });
    given(...past)
      .when(answer())
      .then();
  });

  it('does not take an end back that the answering replica may not know yet', () => {
    const alerts = [atSource('web-1'), atSource('web-2')];
    const askedAt = T0 + END_LAG_MS;
    const soon = {
      ...answer(),
      answer: { ok: true, askedAt, isYoung: false, alerts, alsoFiring: 0 },
    } as const;
    given(...open, resolved('web-1'))
      .when(soon)
      .then();
  });

  it('leaves an incident alone that a person closed', () => {
    given(...open, closedBy('ana', 'known', 2))
      .when(answer())
      .then();
    given(...open, resolved('web-1'), closedBy('ana', 'known', 1))
      .when(answer(atSource('web-1')))
      .then();
    given().when(answer()).then();
  });

  it('leaves a declared incident alone', () => {
    given(opened({ origin: 'person' }))
      .when(answer())
      .then();
  });
});

describe('silences', () => {
  const silenced = atSource('web-1', { state: 'silenced', silencedBy: ['s-1'] });
  const seen = { type: 'SilencesSeen', v: 1 } as const;
  const muted = {
    ...seen,
    alerts: [{ fingerprint: 'web-1', state: 'silenced', silencedBy: ['s-1'] }],
  } as const;

  it('are said once', () => {
    const then = given(...open)
      .when(answer(silenced, atSource('web-2')))
      .then(muted);
    expect(incidentOf(then.state()).silenced).toBe(1);
    given(...open, muted)
      .when(answer(silenced, atSource('web-2')))
      .then();
  });

  it('are taken back when they end', () => {
    const then = given(...open, muted)
      .when(answer(atSource('web-1'), atSource('web-2')))
      .then({ ...seen, alerts: [{ fingerprint: 'web-1', state: 'firing', silencedBy: [] }] });
    expect(incidentOf(then.state()).silenced).toBe(0);
  });

  it('end with their alert', () => {
    const state = given(...open, muted, resolved('web-1')).state();
    expect(incidentOf(state).silenced).toBe(0);
  });
});

describe('a source that cannot be asked', () => {
  const because = problem('SOURCE_DOWN');
  const unreachable = { type: 'SourceUnreachable', v: 1, problem: because } as const;
  const silent: CompareWithSource = {
    type: 'CompareWithSource',
    at,
    answer: { ok: false, problem: because },
  };

  it('closes nothing, and is said once', () => {
    const then = given(...open)
      .when(silent)
      .then(unreachable);
    expect(incidentOf(then.state())).toMatchObject({
      status: 'open',
      unreachable: { code: 'SOURCE_DOWN' },
    });
    given(...open, unreachable)
      .when(silent)
      .then();
  });

  it('is said to answer again', () => {
    given(...open, unreachable)
      .when(answer(atSource('web-1'), atSource('web-2')))
      .then({ type: 'SourceReachable', v: 1 });
  });

  it('is said to answer again where its answer reopens what had ended meanwhile', () => {
    given(...open, unreachable, resolved('web-1', 'web-2'), closed())
      .when(answer(atSource('web-1')))
      .then(
        { type: 'IncidentReopened', v: 1, why: 'firing-again' },
        { type: 'SourceReachable', v: 1 },
        fired(firing('web-1')),
      );
  });
});

describe('a source that has just started', () => {
  const ask = (upSince: number | undefined, ...alerts: readonly SourceAlert[]) => {
    const asked = sourceAnswer(alerts, at, upSince);
    const told = concerning(incidentOf(given(...open, cut).state()), asked, {
      source: 'alertmanager/main',
      isHeld: () => false,
    });
    return { type: 'CompareWithSource', at, answer: { ok: true, ...told } } as const;
  };

  it('is not believed that what it has not been told of has stopped', () => {
    given(...open, cut)
      .when(ask(at - YOUNG_MS + 1, atSource('web-1')))
      .then();
  });

  it('is believed what it does say', () => {
    given(...open, cut, resolved('web-1'))
      .when(ask(at - MINUTE, atSource('web-1')))
      .then(fired(firing('web-1')));
  });

  it('is believed whole once it has listened for a while, or does not say for how long', () => {
    const gone = [goneFromSource(at, 'web-2'), { ...cut, cut: 0 }] as const;
    for (const upSince of [at - YOUNG_MS, undefined]) {
      given(...open, cut)
        .when(ask(upSince, atSource('web-1')))
        .then(...gone);
    }
  });
});

describe('an incident whose source cut alerts off', () => {
  const past = [...open, cut, resolved('web-1', 'web-2')] as const;

  it('stays open while the source holds alerts of its group that nobody has seen', () => {
    given(...past)
      .when({
        ...answer(),
        answer: { ok: true, askedAt: at, isYoung: false, alerts: [], alsoFiring: 2 },
      })
      .then({ ...cut, cut: 2 });
  });

  it('ends once the source holds none', () => {
    given(...past)
      .when(answer())
      .then({ ...cut, cut: 0 }, closed());
  });

  it('looks for those by the labels of its group, and leaves out what other incidents hold', () => {
    const asked = sourceAnswer(
      [
        atSource('unseen'),
        atSource('elsewhere'),
        atSource('other', { labels: labels('DiskFull') }),
        atSource('web-1'),
      ],
      at,
    );
    const isHeld = {
      source: 'alertmanager/main',
      isHeld: (fingerprint: string) => fingerprint === 'elsewhere',
    };
    const told = concerning(incidentOf(given(...past).state()), asked, isHeld);
    expect(told).toMatchObject({ alsoFiring: 1, alerts: [{ fingerprint: 'web-1' }] });
    expect(concerning(incidentOf(given(...open).state()), asked, isHeld).alsoFiring).toBe(0);
  });
});

function answer(...alerts: readonly SourceAlert[]): CompareWithSource {
  return {
    type: 'CompareWithSource',
    at,
    answer: { ok: true, askedAt: at, isYoung: false, alerts, alsoFiring: 0 },
  };
}
