import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../../src/core/incident/event.ts';
import { problem } from '../../../src/core/problem.ts';
import type { Card } from '../../../src/core/view/card.ts';
import { type IncidentCardContext, incidentCard } from '../../../src/core/view/incident-card.ts';
import { cardText, plain } from '../../../src/core/view/text.ts';
import { type Past, T0 } from '../given.ts';
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
  resolved,
} from '../incident/given-incident.ts';

const words: IncidentCardContext = {
  names: new Map([
    ['ana', 'Ana'],
    ['ben', 'Ben'],
  ]),
  book: {},
};
const crash = opened({ title: 'KubePodCrashLooping' });
const one = pod('checkout-1');
const two = pod('checkout-2');
const acked = { type: 'IncidentAcknowledged', v: 1, person: 'ana', surface: 'console' } as const;

describe('the card of an incident', () => {
  it('says all that matters, from the first line down', () => {
    const context = {
      ...words,
      publicUrl: 'https://ops.example/',
      runbook: { title: 'KubePodCrashLooping', url: '', steps: ['How many crash? (health)'] },
      suggestions: [{ label: 'Roll back', line: 'rollback checkout' }],
    };
    expect(cardText(incidentCard(incident(crash, fired(one, two)), context))).toBe(
      `CRITICAL · checkout · KubePodCrashLooping · production · 2 alerts firing
  since         03:00 UTC
  acknowledged  nobody yet
  \`namespace=shop\` \`app=checkout\`
  Alerts
    \`pod=checkout-1\` Pod checkout-1 is crash-looping · firing since 03:00 UTC
    \`pod=checkout-2\` Pod checkout-2 is crash-looping · firing since 03:00 UTC
  Runbook: KubePodCrashLooping
    How many crash? (health)
  [Acknowledge] [Roll back] [Runbook] [Resolve]
  \`inc-1\` · alertmanager/main · console <https://ops.example/incidents/inc-1>
`,
    );
  });

  it('is the same bytes for the same state', () => {
    const past = [crash, fired(one, two), acked, resolved('checkout-1')] as const;
    const render = () => JSON.stringify(incidentCard(incident(...past), words));
    expect(render()).toBe(render());
  });

  it('speaks in the words of the one alert there is', () => {
    expect(title(crash, fired(one))).toBe(
      'checkout · KubePodCrashLooping: Pod checkout-1 is crash-looping · production · 1 alert firing',
    );
  });

  it('says on its first line what a telephone shows, wherever it comes from', () => {
    const first = (...past: PastEvents) => `${card(past).mark} · ${title(...past)}`;
    const declared = { origin: 'person', title: 'payments hang', source: '' } as const;
    expect(first(opened({ ...declared, severity: 'major' }))).toBe(
      'MAJOR · checkout · payments hang · production',
    );
    const nobodys = opened({ service: '', environment: '' });
    const job = firing('job', { labels: labels('BackupFailed', { job: 'nightly' }) });
    expect(first(nobodys, fired(job))).toBe('CRITICAL · nightly · BackupFailed · 1 alert firing');
    expect(first(crash, fired(one), resolved('checkout-1'), closed())).toBe(
      'RESOLVED · checkout · KubePodCrashLooping: Pod checkout-1 is crash-looping · production · 1 alert, all stopped',
    );
  });

  it('counts the kinds where there are several, worst first', () => {
    const mild = firing('web', { labels: labels('Slow', { severity: 'warning' }) });
    expect(title(crash, fired(mild, one, two), resolved('checkout-2'))).toBe(
      'checkout · KubePodCrashLooping and 1 other kind of alert · production · 2 of 3 alerts firing',
    );
    expect(listed(crash, fired(mild, one))).toEqual([
      'critical KubePodCrashLooping `app=checkout` `pod=checkout-1` Pod checkout-1 is crash-looping · firing since 03:00 UTC',
      'warning Slow · firing since 03:00 UTC',
    ]);
  });

  it('lists what fires before what has stopped, and says when it stopped', () => {
    const ended = { type: 'AlertsResolved', v: 1, why: 'source' } as const;
    const alerts = [{ fingerprint: 'checkout-1', endsAt: T0 + 7 * MINUTE }];
    expect(listed(crash, fired(one, two), { ...ended, alerts })).toEqual([
      '`pod=checkout-2` Pod checkout-2 is crash-looping · firing since 03:00 UTC',
      '`pod=checkout-1` Pod checkout-1 is crash-looping · stopped 03:07 UTC',
    ]);
  });

  it('names ten alerts of many', () => {
    const many = Array.from({ length: 40 }, (_, index) => pod(`checkout-${index}`));
    const list = incidentCard(incident(crash, fired(...many)), words).blocks.find(
      ({ kind }) => kind === 'list',
    );
    expect(list).toMatchObject({ more: 30 });
    expect(title(crash, fired(...many))).toContain('40 alerts firing');
  });

  it('names the service by the labels where the catalog does not know it, or not at all', () => {
    const unknown = opened({ service: '', environment: '' });
    expect(title(unknown, fired(one))).toMatch(/^checkout · KubePodCrashLooping/);
    const bare = firing('x', { labels: { alertname: 'Watchdog', severity: 'none' } });
    expect(title(unknown, fired(bare))).toBe('Watchdog · 1 alert firing');
  });

  it('keeps hostile text on one line and within measure', () => {
    const hostile = firing('x', { annotations: { summary: `two\nlines ${'x'.repeat(500)}` } });
    const said = title(crash, fired(hostile));
    expect(said).not.toContain('\n');
    expect(said.length).toBeLessThan(300);
  });

  it('links only where a person can follow', () => {
    const bad = pod('a', { annotations: { runbook_url: 'javascript:alert(1)' } });
    const good = pod('b', { annotations: { runbook_url: 'https://wiki.example/x' } });
    expect(actions(crash, fired(bad))).toEqual(['Acknowledge', 'Resolve']);
    expect(actions(crash, fired(good))).toEqual(['Acknowledge', 'Runbook', 'Resolve']);
  });

  it.each([
    ['critical', 'CRITICAL', 'critical'],
    ['error', 'MAJOR', 'warning'],
    ['info', 'INFO', 'info'],
    ['none', 'NONE', 'neutral'],
  ])('marks %s by the word %s', (word, mark, tone) => {
    const alert = firing('x', { labels: labels('A', { severity: word }) });
    expect(incidentCard(incident(opened({ severity: 'none' }), fired(alert)), words)).toMatchObject(
      { mark, tone },
    );
  });
});

describe('the card says', () => {
  it('who acknowledged and who leads', () => {
    const assigned = {
      type: 'IncidentAssigned',
      v: 1,
      person: 'ana',
      surface: 'console',
      to: 'ben',
    } as const;
    const said = facts(crash, fired(one), { event: acked, at: T0 + MINUTE, by: 'ana' }, assigned);
    expect(said).toMatchObject({ acknowledged: 'Ana at 03:01 UTC', 'assigned to': 'Ben' });
    expect(actions(crash, fired(one), acked)).toEqual(['Resolve']);
  });

  it('whose severity it is', () => {
    const set = {
      type: 'SeveritySet',
      v: 1,
      person: 'ana',
      surface: 'console',
      severity: 'info',
    } as const;
    expect(facts(crash, fired(one), set)['severity']).toBe(
      'info, set by a person; the alerts say critical',
    );
    const loud = firing('x', { labels: labels('A', { severity: 'loud' }) });
    expect(facts(crash, fired(loud))['severity']).toBe('`loud` is no known word, read as warning');
  });

  it('what is silenced at the source', () => {
    const alerts = [{ fingerprint: 'checkout-1', state: 'silenced', silencedBy: ['s-1'] }] as const;
    const past = [crash, fired(one, two), { type: 'SilencesSeen', v: 1, alerts }] as const;
    expect(facts(...past)['muted']).toBe('1 of 2 firing alerts, at the source');
    expect(listed(...past)[0]).toContain('firing since 03:00 UTC, silenced');
  });

  it('how often it came back', () => {
    const again = { type: 'IncidentReopened', v: 1, why: 'firing-again' } as const;
    const past = [
      crash,
      fired(one),
      resolved('checkout-1'),
      closed(),
      again,
      fired(pod('checkout-1', { startsAt: T0 + MINUTE })),
    ] as const;
    expect(facts(...past)['flapping']).toBe('stopped and fired again 1 time, last 03:00 UTC');
    expect(listed(...past)[0]).toContain('fired again 1×');
  });

  it('what it does not know', () => {
    expect(facts(crash, fired(one), { type: 'AlertsTruncated', v: 1, cut: 3 })['cut off']).toBe(
      '3 alerts by the source; nothing closes by itself until they are known',
    );
    const down = { type: 'SourceUnreachable', v: 1, problem: problem('SOURCE_DOWN') } as const;
    expect(facts(crash, fired(one), down)['source']).toBe(
      'alertmanager/main has not answered since 03:00 UTC `SOURCE_DOWN`',
    );
    expect(facts(opened({ sourceAnswers: false }), fired(one))['source']).toBe(
      'alertmanager/main was last heard at 03:00 UTC; it has no API that could be asked',
    );
  });

  it('how it ended', () => {
    const ended = { event: closed(), at: T0 + 12 * MINUTE, by: 'tocsin' } as const;
    const card = incidentCard(incident(crash, fired(one), resolved('checkout-1'), ended), words);
    expect(card).toMatchObject({ mark: 'RESOLVED', tone: 'good', actions: [] });
    expect(facts(crash, fired(one), resolved('checkout-1'), ended)['resolved']).toBe(
      '03:12 UTC after 11 min 59 s: every alert has stopped',
    );
    const gone = [
      crash,
      fired(one),
      goneFromSource(T0, 'checkout-1'),
      closed('source-stopped-reporting'),
    ] as const;
    expect(facts(...gone)['closed']).toMatch(/alertmanager\/main stopped reporting its alerts$/);
    expect(listed(...gone)[0]).toMatch(/no longer reported 03:00 UTC$/);
  });

  it('that it was closed over firing alerts, and never calls that good', () => {
    const past = [crash, fired(one, two), closedBy('ana', 'known, being replaced', 2)] as const;
    expect(incidentCard(incident(...past), words).tone).toBe('warning');
    expect(title(...past)).toMatch(/2 alerts still firing$/);
    expect(facts(...past)).toMatchObject({
      resolved: '03:00 UTC by Ana after 2 s: known, being replaced',
      beware: '2 alerts fired then; the next delivery that says so opens it again',
    });
  });

  it('what could not be read', () => {
    const bad = opened({
      origin: 'unreadable',
      title: 'TocsinUnreadableAlert',
      service: '',
      environment: '',
    });
    const received = {
      type: 'UnreadableReceived',
      v: 1,
      count: 2,
      reasons: ['the alert has no "labels"'],
      blob: 'b',
    } as const;
    expect(title(bad, received)).toBe(
      'alertmanager/main · TocsinUnreadableAlert · 2 unreadable alerts',
    );
    expect(listed(bad, received)).toEqual(['the alert has no "labels"']);
  });
});

function pod(name: string, more: Parameters<typeof firing>[1] = {}) {
  return firing(name, {
    labels: labels('KubePodCrashLooping', { app: 'checkout', pod: name }),
    annotations: { summary: `Pod ${name} is crash-looping` },
    ...more,
  });
}

type PastEvents = readonly Past<IncidentEvent>[];

function incident(...past: PastEvents) {
  return incidentOf(given(...past).state());
}

function card(past: PastEvents): Card {
  return incidentCard(incident(...past), words);
}

function title(...past: PastEvents): string {
  return plain(card(past).title);
}

function actions(...past: PastEvents): readonly string[] {
  return card(past).actions.map(({ label }) => label);
}

function facts(...past: PastEvents): Readonly<Record<string, string>> {
  const found = card(past).blocks.flatMap((block) => (block.kind === 'facts' ? block.facts : []));
  return Object.fromEntries(found.map(({ label, value }) => [label, plain(value)]));
}

function listed(...past: PastEvents): readonly string[] {
  return card(past).blocks.flatMap((block) =>
    block.kind === 'list' ? block.items.map(plain) : [],
  );
}

describe('an incident of several sources', () => {
  const rule = { where: 'tocsin.yaml:7', same: { cluster: 'eu-1' } };
  const ruled = opened({ title: 'Down', rule });
  const part = {
    type: 'PartJoined',
    v: 1,
    what: 'alerts',
    source: 'grafana/main',
    sourceAnswers: false,
    service: 'checkout',
    environment: 'production',
    rule,
  } as const;
  const theirs = { ...fired(firing('g', { labels: labels('Slow') })), source: 'grafana/main' };

  it('says which rule put them together, who says what, and which alert is whose', () => {
    const text = cardText(incidentCard(incident(ruled, fired(one), part, theirs), words));
    expect(text).toContain('together      same `cluster=eu-1`, by `tocsin.yaml:7`');
    expect(text).toContain('from          alertmanager/main: 1 alert firing');
    expect(text).toContain('from          grafana/main: 1 alert firing');
    expect(text).toContain('Slow grafana/main · firing');
    expect(text).not.toContain('disagree');
  });

  it('says so where one of them says that it is over', () => {
    const past = [ruled, fired(one), part, theirs, resolved('checkout-1')] as const;
    expect(cardText(incidentCard(incident(...past), words))).toContain(
      'alertmanager/main says resolved, alerts of grafana/main fire',
    );
  });

  it('says what is not known of a further source', () => {
    const cut = { type: 'AlertsTruncated', v: 1, source: 'grafana/main', cut: 3 } as const;
    const down = {
      type: 'SourceUnreachable',
      v: 1,
      source: 'grafana/main',
      problem: problem('DOWN'),
    } as const;
    const text = cardText(
      incidentCard(incident(ruled, fired(one), part, theirs, cut, down), words),
    );
    expect(text).toContain('3 alerts by grafana/main; nothing closes by itself');
    expect(text).toContain('grafana/main has not answered since');
    expect(text).toContain('grafana/main has no API that could be asked');
  });
});
