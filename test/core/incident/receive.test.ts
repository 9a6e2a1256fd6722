import { describe, expect, it } from 'vitest';
import { receive as decideReceived } from '../../../src/core/incident/receive.ts';
import { T0 } from '../given.ts';
import {
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
  receive,
  resolved,
  stopped,
} from './given-incident.ts';

const web1 = firing('web-1');
const web2 = firing('web-2');

describe('a delivery of alerts', () => {
  it('opens an incident with every alert that fires', () => {
    given()
      .when(receive([web1, web2]))
      .then(opened(), fired(web1, web2));
  });

  it('opens nothing for an alert that is already over and was never seen', () => {
    given()
      .when(receive([stopped('web-1')]))
      .then();
  });

  it('takes each alert by its own status, in a body that calls itself firing', () => {
    given(opened(), fired(web1))
      .when(receive([stopped('web-1'), web2]))
      .then(fired(web2), resolved('web-1'));
  });

  it('closes the incident once its last alert stops', () => {
    given(opened(), fired(web1, web2), resolved('web-1'))
      .when(receive([stopped('web-2')]))
      .then(resolved('web-2'), closed());
  });

  it('stays quiet for the copy an HA pair sends', () => {
    given(opened(), fired(web1))
      .when(receive([web1]))
      .then();
    given(opened(), fired(web1), resolved('web-1'), closed())
      .when(receive([stopped('web-1')]))
      .then();
  });

  it('takes an alert that is there twice once', () => {
    given()
      .when(receive([web1, web1]))
      .then(opened(), fired(web1));
  });

  it('counts the incident as severe as its worst firing alert', () => {
    const mild = firing('web-3', { labels: labels('Slow', { severity: 'info' }) });
    const state = given(opened(), fired(web1, mild))
      .when(receive([stopped('web-1')]))
      .state();
    expect(incidentOf(state).observedSeverity).toBe('info');
    expect(incidentOf(state).peak).toBe('critical');
  });
});

describe('an alert that comes back', () => {
  const again = firing('web-1', { startsAt: T0 + 5 * MINUTE });

  it('reopens the incident it had closed, and is counted', () => {
    const then = given(opened(), fired(web1), resolved('web-1'), closed())
      .when(receive([again]))
      .then({ type: 'IncidentReopened', v: 1, why: 'firing-again' }, fired(again));
    expect(incidentOf(then.state())).toMatchObject({ status: 'open', reopened: 1, flaps: 1 });
  });

  it('is a late copy when it names the episode that was just seen to end', () => {
    const past = [opened(), fired(web1, web2), resolved('web-1')] as const;
    const intent = receive([web1], { at: T0 + 2 * MINUTE });
    given(...past)
      .when(intent)
      .then();
    expect(decideReceived(intent, given(...past).state()).askSource).toBe(true);
  });

  it('is believed with its old start once no copy can be under way: the sender was cut off for a while', () => {
    given(opened(), fired(web1, web2), resolved('web-1'))
      .when(receive([web1], { at: T0 + 10 * MINUTE }))
      .then(fired(web1));
  });

  it('is believed at once when only the silence of the source had ended it', () => {
    given(opened(), fired(web1), goneFromSource(T0, 'web-1'), closed('source-stopped-reporting'))
      .when(receive([web1], { at: T0 + MINUTE }))
      .then({ type: 'IncidentReopened', v: 1, why: 'firing-again' }, fired(web1));
  });

  it('fires anew with a later start, though nobody told its end, and one end is enough', () => {
    const then = given(opened(), fired(web1))
      .when(receive([again]))
      .then(fired(again));
    expect(incidentOf(then.state())).toMatchObject({ firing: 1, flaps: 1 });
    given(opened(), fired(web1))
      .when(receive([again, stopped('web-1', { startsAt: T0 + 5 * MINUTE })]))
      .then(fired(again), resolved('web-1'), closed());
  });

  it('stops and fires anew in that order when one turn tells both', () => {
    given(opened(), fired(web1))
      .when(receive([stopped('web-1'), again]))
      .then(resolved('web-1'), fired(again));
  });

  it('is ignored when the episode is older than the one that fires', () => {
    given(opened(), fired(again))
      .when(receive([web1]))
      .then();
  });

  it('does not end by the end of an older episode, and asks the source', () => {
    const past = [opened(), fired(again)] as const;
    given(...past)
      .when(receive([stopped('web-1')]))
      .then();
    expect(decideReceived(receive([stopped('web-1')]), given(...past).state()).askSource).toBe(
      true,
    );
  });

  it('ends by an end that came after its start, though its source names an earlier one by now', () => {
    const end = stopped('web-1', { startsAt: T0, endsAt: T0 + 6 * MINUTE });
    given(opened(), fired(again))
      .when(receive([end]))
      .then(
        { ...resolved('web-1'), alerts: [{ fingerprint: 'web-1', endsAt: T0 + 6 * MINUTE }] },
        closed(),
      );
  });

  it('fires, stops and fires again within one turn', () => {
    given()
      .when(receive([web1, stopped('web-1'), again]))
      .then(opened(), fired(web1), resolved('web-1'), fired(again));
  });

  it('without a start, is new after each end', () => {
    const timeless = firing('web-1', { startsAt: undefined });
    const at = T0 + 10 * MINUTE;
    given()
      .when(receive([timeless], { at }))
      .then(opened(), fired({ ...timeless, startsAt: at }));
    given(opened(), fired(web1))
      .when(receive([timeless]))
      .then();
    given(opened(), fired(web1, web2), resolved('web-1'))
      .when(receive([timeless], { at }))
      .then(fired({ ...timeless, startsAt: at }));
  });
});

describe('an incident that a person closed over firing alerts', () => {
  const past = [opened(), fired(web1, web2), closedBy('ana', 'known, being replaced', 2)] as const;

  it('opens again with the next delivery', () => {
    given(...past)
      .when(receive([web1]))
      .then({ type: 'IncidentReopened', v: 1, why: 'still-firing' });
  });

  it('stays closed when the delivery only tells of ends', () => {
    given(...past)
      .when(receive([stopped('web-1')]))
      .then(resolved('web-1'));
  });
});

describe('a body the source has cut', () => {
  it('closes nothing, even when all it holds has stopped', () => {
    given(opened(), fired(web1))
      .when(receive([stopped('web-1')], { truncated: 3 }))
      .then(resolved('web-1'), { type: 'AlertsTruncated', v: 1, cut: 3 });
  });

  it('says nothing new of an incident that is over', () => {
    given(opened(), fired(web1), resolved('web-1'), closed())
      .when(receive([stopped('web-1')], { truncated: 3 }))
      .then();
  });

  it('asks the source', () => {
    const state = given(opened(), fired(web1)).state();
    expect(decideReceived(receive([web1], { truncated: 3 }), state).askSource).toBe(true);
    expect(decideReceived(receive([web1]), state).askSource).toBe(false);
  });

  it('lets the next whole body close', () => {
    given(opened(), fired(web1), resolved('web-1'), { type: 'AlertsTruncated', v: 1, cut: 3 })
      .when(receive([stopped('web-1')]))
      .then({ type: 'AlertsTruncated', v: 1, cut: 0 }, closed());
  });
});

describe('an end and a late copy in one body', () => {
  const past = [fired(web1, web2), resolved('web-1')] as const;
  const body = receive([web1, stopped('web-2')], { at: T0 + 2 * MINUTE });

  it('leaves the incident open until the source was asked', () => {
    given(opened(), ...past)
      .when(body)
      .then(resolved('web-2'));
  });

  it('closes it where nobody can be asked', () => {
    given(opened({ sourceAnswers: false }), ...past)
      .when(body)
      .then(resolved('web-2'), closed());
  });
});

describe('a body of thousands of alerts', () => {
  const summary = 'x'.repeat(1000);
  const many = Array.from({ length: 3000 }, (_, index) =>
    firing(`web-${index}`, { annotations: { summary } }),
  );

  it('is taken whole, in events that a journal takes', () => {
    const then = given().when(receive(many));
    expect(incidentOf(then.state())).toMatchObject({ status: 'open', firing: 3000 });
    expect(then.events.length).toBeGreaterThan(10);
    const longest = Math.max(...then.events.map((event) => JSON.stringify(event).length));
    expect(longest).toBeLessThan(256 * 1024);
  });

  it('opens one incident and closes it with its last alert', () => {
    const ended = many.map(({ fingerprint }) => stopped(fingerprint));
    const fires = given().when(receive(many)).events;
    const then = given(...fires).when(receive(ended));
    expect(incidentOf(then.state())).toMatchObject({ status: 'resolved', firing: 0 });
    expect(then.events.filter(({ type }) => type === 'IncidentResolved')).toHaveLength(1);
  });
});

describe('another group of the same source', () => {
  it('joins the incident it was correlated with, once', () => {
    const past = [opened(), fired(web1)] as const;
    const joined = { type: 'GroupJoined', v: 1, key: 'key-2' } as const;
    given(...past)
      .when(receive([web1], { key: 'key-2' }))
      .then(joined);
    given(...past, joined)
      .when(receive([web1], { key: 'key-2' }))
      .then();
  });
});

describe('a source that cannot be asked', () => {
  const past = [opened({ sourceAnswers: false }), fired(web1)] as const;

  it('is noted as heard when it repeats itself after an hour', () => {
    given(...past)
      .when(receive([web1], { at: T0 + 70 * MINUTE }))
      .then({ type: 'SourceHeard', v: 1 });
  });

  it('is not noted more often', () => {
    given(...past)
      .when(receive([web1], { at: T0 + 50 * MINUTE }))
      .then();
  });
});
