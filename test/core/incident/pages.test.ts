import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import type { AskPageDeed } from '../../../src/core/incident/intent.ts';
import { pageSeverity } from '../../../src/core/incident/page.ts';
import type { PageDeed } from '../../../src/core/incident/page-deeds.ts';
import { story } from '../../../src/core/view/story.ts';
import { ana, fired, firing, given, opened } from './given-incident.ts';
import { deed, news, page, pager, receivePage, seen } from './given-page.ts';

const triggered = news('triggered', 0);
const paged = opened({
  origin: 'page',
  source: pager,
  title: 'Checkout answers slowly',
  severity: 'major',
  groupLabels: {},
  externalUrl: page().url,
});
const there = { person: 'ben', surface: pager } as const;
const acknowledgedThere: IncidentEvent = { type: 'IncidentAcknowledged', v: 1, ...there };

describe('a page that nobody here knows', () => {
  it('opens an incident of its own', () => {
    given().when(receivePage(triggered)).then(paged, seen(triggered));
  });

  it('opens one that is acknowledged already by whoever did that there', () => {
    const said = deed('acknowledged', 1, { status: 'acknowledged', by: 'ben' });
    given().when(receivePage(said)).then(paged, seen(said), acknowledgedThere);
  });

  it.each(['triggered', 'acknowledged', 'resolved'])(
    'opens none from a note, or when it is over: %s',
    (what) => {
      given()
        .when(receivePage(news(what, 0, { stands: undefined, text: 'looked at it' })))
        .then();
      given()
        .when(receivePage(news(what, 0, { stands: page({ status: 'resolved' }) })))
        .then();
    },
  );
});

describe('what is done at the pager', () => {
  it('is done here too, by the same person', () => {
    const acknowledged = deed('acknowledged', 1, { status: 'acknowledged', by: 'ben' });
    const resolved = deed('resolved', 2, { status: 'resolved', by: 'ben' });
    given(paged, seen(triggered))
      .when(receivePage(acknowledged))
      .then(seen(acknowledged), acknowledgedThere);
    given(paged, seen(triggered))
      .when(receivePage(resolved))
      .then(seen(resolved), {
        type: 'IncidentResolved',
        v: 1,
        how: 'person',
        ...there,
        reason: '',
        firing: 0,
      });
  });

  it('changes nothing when it is what was done here', () => {
    const mine: IncidentEvent = {
      type: 'IncidentAcknowledged',
      v: 1,
      person: 'ana',
      surface: 'slack/main',
    };
    const said = deed('acknowledged', 1, { status: 'acknowledged', by: 'ana' });
    given(paged, seen(triggered), mine).when(receivePage(said)).then(seen(said));
    given(paged, seen(triggered), mine, seen(said)).when(receivePage(said)).then();
  });

  it('is an acknowledgement that ran out', () => {
    const acknowledged = deed('acknowledged', 1, { status: 'acknowledged', by: 'ben' });
    const lapsed = news('unacknowledged', 31);
    given(paged, seen(triggered), seen(acknowledged), acknowledgedThere)
      .when(receivePage(lapsed))
      .then(seen(lapsed), { type: 'IncidentUnacknowledged', v: 1, person: pager, surface: pager });
  });

  it('leaves an acknowledgement from here alone while the pager has not heard of it', () => {
    const mine: IncidentEvent = {
      type: 'IncidentAcknowledged',
      v: 1,
      person: 'ana',
      surface: 'slack/main',
    };
    const escalated = news('escalated', 2, { stands: page({ assignees: ['ben'] }) });
    given(paged, seen(triggered), mine).when(receivePage(escalated)).then(seen(escalated));
  });

  it('is an end by itself, and a beginning again', () => {
    const over = news('resolved', 5, { stands: page({ status: 'resolved' }) });
    const again = news('reopened', 9);
    const ended: IncidentEvent = {
      type: 'IncidentResolved',
      v: 1,
      how: 'page',
      person: '',
      surface: pager,
      reason: '',
      firing: 0,
    };
    given(paged, seen(triggered)).when(receivePage(over)).then(seen(over), ended);
    given(paged, seen(triggered), seen(over), ended)
      .when(receivePage(again))
      .then(seen(again), { type: 'IncidentReopened', v: 1, why: 'page-reopened' });
  });

  it('leads here too when one person was given it', () => {
    const given1 = deed('reassigned', 3, { by: 'ben', assignees: ['cem'] });
    given(paged, seen(triggered))
      .when(receivePage(given1))
      .then(seen(given1), {
        type: 'IncidentAssigned',
        v: 1,
        ...there,
        to: 'cem',
      });
    const two = deed('reassigned', 3, { by: 'ben', assignees: ['cem', 'dan'] });
    given(paged, seen(triggered)).when(receivePage(two)).then(seen(two));
  });
});

describe('news in any order', () => {
  it('go by the time the pager gives them, not by when they arrive', () => {
    const acknowledged = deed('acknowledged', 2, { status: 'acknowledged', by: 'ben' });
    given(paged, seen(acknowledged), acknowledgedThere).when(receivePage(triggered)).then();
    const late = deed('acknowledged', 1, { status: 'acknowledged', by: 'ben' });
    const resolved = news('resolved', 3, { stands: page({ status: 'resolved' }) });
    given(paged, seen(triggered), seen(resolved)).when(receivePage(late)).then();
  });

  it('are the same however often they come', () => {
    given(paged, seen(triggered)).when(receivePage(triggered)).then();
    given(paged, seen(triggered))
      .when(receivePage(news('compared', 7)))
      .then();
  });
});

describe('an incident with alerts that was paged', () => {
  const alerting = [opened(), fired(firing('a'))] as const;

  it('shows the page, and outlives its end while alerts fire', () => {
    const over = news('resolved', 5, { stands: page({ status: 'resolved' }) });
    given(...alerting)
      .when(receivePage(triggered))
      .then(seen(triggered));
    given(...alerting, seen(triggered))
      .when(receivePage(over))
      .then(seen(over));
  });

  it('is closed over firing alerts by a person who ends the page, and says so', () => {
    const resolved = deed('resolved', 5, { status: 'resolved', by: 'ben' });
    given(...alerting, seen(triggered))
      .when(receivePage(resolved))
      .then(seen(resolved), {
        type: 'IncidentResolved',
        v: 1,
        how: 'person',
        ...there,
        reason: '',
        firing: 1,
      });
  });
});

describe('what is said about a page', () => {
  const note = news('annotated', 3, {
    stands: undefined,
    by: 'ben',
    text: 'looks like the database',
  });

  it('is a note of whoever wrote it', () => {
    given(paged, seen(triggered))
      .when(receivePage(note))
      .then({
        type: 'NoteAdded',
        v: 1,
        ...there,
        text: 'looks like the database',
      });
  });

  it('is no news when we wrote it there', () => {
    const ours = { ...note, text: 'looks like the database — Ana, Tocsin inc-1/2' };
    given(paged, seen(triggered)).when(receivePage(ours)).then();
  });

  it('reads as a line of the story, with who said it', () => {
    const state = given(
      paged,
      seen(triggered),
      {
        type: 'PageTold',
        v: 1,
        pager,
        page: 'Q1PAGE',
        what: 'responder.replied',
        by: 'ben',
        text: 'Ben (accepted)',
      },
      seen(deed('escalated', 4, { by: 'ben', assignees: ['cem'] })),
    ).state();
    if (state.status === 'none') throw new Error('there is an incident');
    const names = new Map([
      ['ben', 'Ben'],
      ['cem', 'Cem'],
    ]);
    const said = story(state, { names, book: {} }).map((entry) =>
      entry.kind === 'line' ? words(entry.text) : '',
    );
    expect(said).toEqual([
      'pagerduty/main opened it: Checkout answers slowly',
      'Ben at pagerduty/main · responder replied: Ben (accepted)',
      'Page #37 escalated by Ben at pagerduty/main, with Cem',
    ]);
  });
});

describe('how bad a page is', () => {
  it.each([
    ['P1', 'low', 'critical'],
    ['SEV-2', 'high', 'major'],
    ['P3', 'high', 'warning'],
    ['P5', 'high', 'info'],
    ['', 'high', 'major'],
    ['', 'low', 'warning'],
    ['Urgent 10', '', 'major'],
  ] as const)('priority "%s", urgency "%s": %s', (priority, urgency, severity) => {
    expect(pageSeverity({ priority, urgency })).toBe(severity);
  });
});

function words(text: readonly unknown[]): string {
  return text
    .map((span) =>
      typeof span === 'string' ? span : (Object(span).text ?? Object(span).name ?? ''),
    )
    .join('');
}

it('is acted on here as any other incident is', () => {
  given(paged, seen(triggered))
    .when({ type: 'Acknowledge', at: 0, by: ana })
    .then(
      { type: 'IncidentAcknowledged', v: 1, person: 'ana', surface: 'console' },
      {
        type: 'PageDeedAsked',
        v: 1,
        deed: 1,
        pager,
        page: 'Q1PAGE',
        via: '',
        does: { kind: 'acknowledge' },
        person: 'ana',
        surface: 'console',
      },
    );
});

describe('what is asked of a page', () => {
  const ask = (does: PageDeed, more: Partial<AskPageDeed> = {}): AskPageDeed => ({
    ...{ type: 'AskPageDeed', at: 0, by: ana, what: does.kind, does, pager: '', via: '' },
    ...more,
  });
  const codes = (events: readonly IncidentEvent[], intent: AskPageDeed) =>
    given(...events)
      .when(intent)
      .events.map((event) => 'problem' in event && event.problem.code);
  const note: PageDeed = { kind: 'note', text: 'looked at it' };
  const over = deed('resolved', 2, { status: 'resolved', by: 'ben' });
  const resolvedThere = given(paged, seen(triggered)).when(receivePage(over)).events;

  it('is not done once that page is over, but for what may follow its end', () => {
    const events = [paged, seen(triggered), ...resolvedThere];
    expect(codes(events, ask({ kind: 'escalate', level: 0 }))).toEqual(['PAGE_OVER']);
    expect(codes(events, ask(note))).toEqual([false]);
  });

  it('is no page for an incident that is over', () => {
    const told = { pager, via: 'payments' };
    const resolved = given(opened(), fired(firing('a'))).when({
      ...{ type: 'Resolve', at: 0, by: ana, reason: 'mended' },
    }).events;
    const events = [opened(), fired(firing('a')), ...resolved];
    expect(codes(events, ask({ kind: 'trigger' }, told))).toEqual(['NOTHING_TO_PAGE']);
  });

  it('is refused while twenty deeds wait for a pager that does not answer', () => {
    let events: readonly IncidentEvent[] = [paged, seen(triggered)];
    for (let count = 0; count < 20; count += 1) {
      events = [...events, ...given(...events).when(ask(note)).events];
    }
    expect(codes(events, ask(note))).toEqual(['PAGER_BEHIND']);
  });
});
