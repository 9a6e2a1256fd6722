import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PageNews } from '../../../src/core/incident/page.ts';
import type { Person } from '../../../src/core/person.ts';
import { readPagerduty } from '../../../src/handlers/webhooks/pagerduty.ts';
import { about, envelope, incidentData, reference } from './page-bodies.ts';

const people: readonly Person[] = [
  { id: 'ana', name: 'Ana', accounts: { pagerduty: ['PANA'] } },
  { id: 'ben', name: 'Ben', accounts: { slack: ['PBEN'] } },
];
const context = { source: 'pagerduty/main', receivedAt: 1_700_000_000_000, people };
const read = (body: unknown) => readPagerduty(JSON.stringify(body), context);

describe('a body about an incident', () => {
  it('says how the page stands, and who did what to it', () => {
    const outcome = read(
      envelope('incident.acknowledged', incidentData({ status: 'acknowledged' })),
    );
    expect(outcome).toEqual({
      kind: 'news',
      event: 'event-incident.acknowledged',
      partial: false,
      delivery: {
        pager: 'pagerduty/main',
        labels: {
          severity: 'major',
          urgency: 'high',
          pagerduty_service: 'Checkout',
          pagerduty_service_id: 'PSVC1',
          pagerduty_policy: 'Payments',
          pagerduty_policy_id: 'PPOL1',
          pagerduty_team: 'Shop',
          pagerduty_team_id: 'PTEAM1',
        },
        news: {
          what: 'acknowledged',
          at: Date.parse('2026-11-20T03:01:02.345Z'),
          // Ben's account on another platform looks alike: it is not his here.
          by: 'Ben B. (PBEN)',
          byPerson: true,
          page: 'Q1PAGE',
          text: '',
          stands: {
            page: 'Q1PAGE',
            status: 'acknowledged',
            title: 'Checkout answers slowly',
            number: 37,
            url: 'https://acme.pagerduty.com/incidents/Q1PAGE',
            key: 'key-there',
            urgency: 'high',
            priority: '',
            service: 'Checkout',
            policy: 'Payments',
            assignees: ['ana'],
          },
        },
      },
    });
  });

  it('of an old account is read as far as it goes', () => {
    const { incident_key: _key, created_at: _at, teams: _teams, ...old } = incidentData();
    const bare = { ...old, number: '37', urgency: null, assignees: null, html_url: 'javascript:1' };
    const { stands } = newsOf(envelope('incident.triggered', bare, { agent: null }));
    expect(stands).toMatchObject({ number: 37, key: '', urgency: '', assignees: [], url: '' });
  });

  it.each([
    [
      'assignments',
      { assignments: [{ at: 'x', assignee: reference('PANA', 'Ana') }], assignees: undefined },
    ],
    ['assignees', { assignees: [reference('PANA', 'Ana')] }],
  ])('names whom it wakes, by %s', (_by, data) => {
    expect(newsOf(envelope('incident.triggered', incidentData(data))).stands?.assignees).toEqual([
      'ana',
    ]);
  });

  it('says what it was merged into', () => {
    const into = reference('Q2PAGE', 'The database is away', 'incident_reference');
    const reason = { type: 'merge_resolve_reason', incident: into };
    const data = incidentData({ status: 'resolved', resolve_reason: reason });
    expect(newsOf(envelope('incident.resolved', data)).text).toBe(
      'merged into The database is away',
    );
  });

  it('without a time of its own happened when it arrived', () => {
    expect(newsOf(envelope('incident.triggered', incidentData(), { occurred_at: 'soon' })).at).toBe(
      context.receivedAt,
    );
  });

  it.each([
    ['a person', reference('PBEN', 'Ben B.'), 'Ben B. (PBEN)', true],
    ['a service', reference('PSVC1', 'Checkout', 'service_reference'), 'Checkout (PSVC1)', false],
    ['nobody', null, '', false],
    ['a person of whom only the id is told', { id: 'PANA', type: 'user_reference' }, 'ana', true],
    [
      'a stranger of whom only the id is told',
      { id: 'PBEN', type: 'user_reference' },
      '(PBEN)',
      true,
    ],
  ])('by %s', (_who, agent, by, byPerson) => {
    const said = newsOf(envelope('incident.triggered', incidentData(), { agent }));
    expect(said).toMatchObject({ by, byPerson });
  });
});

describe('a body about something of an incident', () => {
  it.each<[string, object, string]>([
    [
      'incident.annotated',
      about('incident_note', { id: 'PN1', content: 'it was the disk', trimmed: false }),
      'it was the disk',
    ],
    [
      'incident.status_update_published',
      about('incident_status_update', { id: 'PU1', message: 'half is back' }),
      'half is back',
    ],
    [
      'incident.responder.added',
      about('incident_responder', {
        user: reference('PANA', 'Ana A.'),
        escalation_policy: null,
        state: 'pending',
        message: 'please help',
      }),
      'Ana A. (pending) · please help',
    ],
    [
      'incident.responder.replied',
      about('incident_responder', {
        user: null,
        escalation_policy: reference('PPOL1', 'Payments'),
        state: 'accepted',
        message: '',
      }),
      'Payments (accepted)',
    ],
    [
      'incident.conference_bridge.updated',
      about('incident_conference_bridge', {
        conference_numbers: null,
        conference_url: 'https://meet.example/1',
      }),
      'https://meet.example/1',
    ],
    [
      'incident.custom_field_values.updated',
      about('incident_field_values', { custom_fields: [{ name: 'region', value: 'eu' }] }),
      'region',
    ],
    [
      'incident.role.assigned',
      about('incident_role_assignment', {
        user: reference('PANA', 'Ana A.'),
        role: reference('PR1', 'Commander'),
      }),
      'Ana A.',
    ],
    [
      'incident.task.completed',
      about('incident_task', { id: 'PT1', name: 'tell support', status: 'completed' }),
      'tell support (completed)',
    ],
    [
      'incident.action_invocation.created',
      about('incident_action_invocation', {
        action: reference('01X', 'Restart'),
        state: 'created',
      }),
      'Restart (created)',
    ],
    [
      'incident.workflow.completed',
      about('incident_workflow_instance', {
        summary: 'Manually started',
        incident_workflow: reference('PW1', 'Sev 1'),
      }),
      'Sev 1',
    ],
  ])('%s', (type, data, text) => {
    expect(newsOf(envelope(type, data))).toMatchObject({
      what: type.slice('incident.'.length),
      page: 'Q1PAGE',
      stands: undefined,
      text,
    });
  });

  it('has one name in every subscription where it has an id of its own', () => {
    const note = about('incident_note', { id: 'PN1', content: 'it was the disk' });
    const names = ['one', 'two'].map((id) => {
      const outcome = read(envelope('incident.annotated', note, { id }));
      return outcome.kind === 'news' ? outcome.event : outcome.kind;
    });
    expect(names).toEqual(['incident_note/PN1', 'incident_note/PN1']);
  });
});

describe('a body about no incident', () => {
  it.each([
    'service.created',
    'service.updated',
    'service.deleted',
    'service.custom_field_values.updated',
    'pagey.ping',
    'incident.of_next_year',
    'weather.changed',
  ])('is nothing to us: %s', (type) => {
    expect(read(envelope(type, { type: 'ping', message: 'Hello' }))).toEqual({
      kind: 'nothing',
      type,
    });
  });
});

describe('a body that cannot be read', () => {
  it.each([
    ['hello', 'no JSON'],
    ['[]', 'no object'],
    ['{}', '"event"'],
    ['{"event":{"id":"1"}}', '"event_type"'],
    ['', 'no JSON'],
  ])('%s says so', (bytes, why) => {
    const outcome = readPagerduty(bytes, context);
    expect(outcome).toMatchObject({ kind: 'unreadable', problem: { code: 'WEBHOOK_NOT_A_PAGE' } });
    expect(JSON.stringify(outcome)).toContain(why.replaceAll('"', '\\"'));
  });
});

const shared = join(import.meta.dirname, '../../../../shared/fixtures');
const folders = ['pagerduty-v3', 'pagerduty-v3-signed'].map((name) => join(shared, name));

describe.skipIf(!existsSync(shared))('bodies that others recorded', () => {
  it('are read, whatever their age', () => {
    const outcomes = folders
      .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
      .filter((file) => readFileSync(file, 'utf8').includes('"event_type"'))
      .map((file) => readPagerduty(readFileSync(file), context));
    expect(outcomes.length).toBeGreaterThan(14);
    expect(outcomes.filter(({ kind }) => kind === 'unreadable')).toEqual([]);
    for (const outcome of outcomes) {
      if (outcome.kind !== 'news') continue;
      expect(outcome.delivery.news.page).toMatch(/^[A-Z0-9]+$/);
      expect(outcome.event).not.toBe('');
    }
  });
});

function newsOf(body: object): PageNews {
  const outcome = read(body);
  if (outcome.kind !== 'news') throw new Error(JSON.stringify(outcome));
  return outcome.delivery.news;
}
