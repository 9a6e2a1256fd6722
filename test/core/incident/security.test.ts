import { describe, expect, it } from 'vitest';
import { newCorrelationIndex } from '../../../src/core/alert/correlation-index.ts';
import { type SecurityNotice, securityIntent } from '../../../src/core/incident/security.ts';
import { story } from '../../../src/core/view/story.ts';
import { plain } from '../../../src/core/view/text.ts';
import { T0 } from '../given.ts';
import { sha256 } from '../operation/sample.ts';
import { ana, given, incidentOf } from './given-incident.ts';

const notice: SecurityNotice = {
  kind: 'forged-requests',
  facts: { door: 'slack/main', count: 12, minutes: 5, code: 'SLACK_SIGNATURE_WRONG' },
};
const otherwise = { match: {}, places: { 'slack/main': '#ops' }, notify: 'sre' };
const noticing = {
  settings: { routes: { routes: [], otherwise } },
  index: newCorrelationIndex(),
  now: T0,
  sha256,
};
const intent = securityIntent(notice, noticing);

describe('a security notice', () => {
  it('opens an incident of Tocsin itself, where the default route says', () => {
    const then = given().when(intent);
    expect(then.events.map(({ type }) => type)).toEqual(['IncidentOpened', 'SecurityNoticed']);
    const incident = incidentOf(then.state());
    expect(incident).toMatchObject({
      opened: {
        origin: 'security',
        source: 'tocsin',
        title: 'TocsinForgedRequests',
        severity: 'warning',
        places: { 'slack/main': '#ops' },
        notify: 'sre',
      },
      security: { kind: 'forged-requests', count: 1, lastAt: T0 + 2000 },
    });
    expect(incident.lines.map(({ event }) => event.type)).toEqual([
      'IncidentOpened',
      'SecurityNoticed',
    ]);
  });

  it('goes where `security:` says, and calls its group', () => {
    const security = { places: { 'discord/main': 'security' }, notify: 'guards' };
    const settings = { ...noticing.settings, security };
    expect(securityIntent(notice, { ...noticing, settings })).toMatchObject(security);
  });

  it('that is critical wakes whom `security:` names, once until that page is over; no other does', () => {
    const security = {
      places: {},
      notify: 'guards',
      page: { pager: 'pagerduty/main', via: 'guards' },
    };
    const settings = { ...noticing.settings, security };
    const quiet = securityIntent(notice, { ...noticing, settings });
    expect(
      given()
        .when(quiet)
        .events.map(({ type }) => type),
    ).not.toContain('PageDeedAsked');
    const blown = securityIntent(
      { kind: 'fuse-blown', facts: { operation: 'op-1', count: 5, operations: 'op-1' } },
      { ...noticing, settings },
    );
    const first = given().when(blown).events;
    expect(first.at(-1)).toMatchObject({
      type: 'PageDeedAsked',
      deed: 1,
      pager: 'pagerduty/main',
      via: 'guards',
      does: { kind: 'trigger' },
      person: '',
    });
    const second = given(...first).when(blown).events;
    expect(second.map(({ type }) => type)).toEqual(['SecurityNoticed']);
    const closing = { type: 'Resolve', at: T0, by: ana, reason: 'looked at' } as const;
    const closed = given(...first, ...second).when(closing).events;
    const again = given(...first, ...second, ...closed).when(blown).events;
    expect(again.map(({ type }) => type)).toEqual([
      'IncidentReopened',
      'SecurityNoticed',
      'PageDeedAsked',
    ]);
  });

  it('of the same kind is one more entry, and opens again what was resolved', () => {
    const first = given().when(intent).events;
    const second = given(...first).when(intent);
    expect(second.events.map(({ type }) => type)).toEqual(['SecurityNoticed']);
    expect(incidentOf(second.state()).security?.count).toBe(2);
    const closing = { type: 'Resolve', at: T0, by: ana, reason: 'a wrong secret' } as const;
    const closed = given(...first).when(closing).events;
    const again = given(...first, ...closed).when(intent);
    expect(again.events).toMatchObject([
      { type: 'IncidentReopened', why: 'noticed-again' },
      { type: 'SecurityNoticed' },
    ]);
  });

  it('says what happened in words, with names and codes as such', () => {
    const words = { names: new Map(), book: {} };
    const incident = incidentOf(given().when(intent).state());
    const lines = story(incident, words).flatMap((entry) =>
      entry.kind === 'line' ? plain(entry.text) : [],
    );
    expect(lines).toEqual([
      'Tocsin says of itself: TocsinForgedRequests',
      '12 requests to slack/main within 5 min could not prove who sent them `SLACK_SIGNATURE_WRONG`',
    ]);
  });
});
