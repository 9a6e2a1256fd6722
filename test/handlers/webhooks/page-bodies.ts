/** Bodies of V3 webhooks as PagerDuty documents them, made up for these tests. */
export function reference(id: string, summary: string, type = 'user_reference') {
  return {
    id,
    summary,
    type,
    self: `https://api.pagerduty.com/x/${id}`,
    html_url: `https://acme.pagerduty.com/x/${id}`,
  };
}

export function incidentData(more: Readonly<Record<string, unknown>> = {}) {
  return {
    id: 'Q1PAGE',
    type: 'incident',
    self: 'https://api.pagerduty.com/incidents/Q1PAGE',
    html_url: 'https://acme.pagerduty.com/incidents/Q1PAGE',
    number: 37,
    status: 'triggered',
    incident_key: 'key-there',
    created_at: '2026-11-20T03:00:00Z',
    title: 'Checkout answers slowly',
    service: reference('PSVC1', 'Checkout', 'service_reference'),
    assignees: [reference('PANA', 'Ana A.')],
    escalation_policy: reference('PPOL1', 'Payments', 'escalation_policy_reference'),
    teams: [reference('PTEAM1', 'Shop', 'team_reference')],
    priority: null,
    urgency: 'high',
    conference_bridge: null,
    resolve_reason: null,
    ...more,
  };
}

export function envelope(type: string, data: object, more: Readonly<Record<string, unknown>> = {}) {
  return {
    event: {
      id: `event-${type}`,
      event_type: type,
      resource_type: type.split('.')[0],
      occurred_at: '2026-11-20T03:01:02.345Z',
      agent: reference('PBEN', 'Ben B.'),
      client: null,
      data,
      ...more,
    },
  };
}

/** Something about the incident, which is only named. */
export function about(type: string, more: Readonly<Record<string, unknown>>) {
  const incident = reference('Q1PAGE', 'Checkout answers slowly', 'incident_reference');
  return { type, incident, ...more };
}
