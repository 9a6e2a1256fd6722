import { type Account, type OnCallEntry, type PagerIncident, POLICY, SERVICE } from './model.ts';

/** Objects as the APIs and webhooks write them. */
export function reference(id: string, summary: string, type: string) {
  return {
    id,
    type,
    summary,
    self: `https://api.pagerduty.com/${type}/${id}`,
    html_url: `https://acme.pagerduty.com/${type}/${id}`,
  };
}

export function user(account: Account, id: string) {
  return reference(id, account.users.get(id)?.name ?? id, 'user_reference');
}

function common(incident: PagerIncident) {
  return {
    id: incident.id,
    self: `https://api.pagerduty.com/incidents/${incident.id}`,
    html_url: `https://acme.pagerduty.com/incidents/${incident.id}`,
    status: incident.status,
    title: incident.title,
    incident_key: incident.key,
    created_at: iso(incident.createdAt),
    urgency: incident.urgency,
    priority:
      incident.priority === ''
        ? null
        : reference(`PR${incident.priority}`, incident.priority, 'priority_reference'),
    service: reference(SERVICE, 'Checkout', 'service_reference'),
    escalation_policy: reference(POLICY, 'Payments', 'escalation_policy_reference'),
    teams: [reference('PTEAM1', 'Shop', 'team_reference')],
    conference_bridge: null,
    resolve_reason:
      incident.mergedInto === ''
        ? null
        : {
            type: 'merge_resolve_reason',
            incident: reference(incident.mergedInto, incident.mergedInto, 'incident_reference'),
          },
  };
}

/** As `GET /incidents/{id}` answers. */
export function restIncident(account: Account, incident: PagerIncident) {
  const at = iso(incident.changedAt);
  const users = (ids: readonly string[]) => ids.map((id) => user(account, id));
  return {
    type: 'incident',
    summary: `[#${incident.number}] ${incident.title}`,
    ...common(incident),
    incident_number: incident.number,
    last_status_change_at: at,
    last_status_change_by:
      incident.changedBy === ''
        ? reference(SERVICE, 'Checkout', 'service_reference')
        : user(account, incident.changedBy),
    assignments: users(incident.assignees).map((assignee) => ({ at, assignee })),
    acknowledgements: users(incident.acknowledgers).map((acknowledger) => ({ at, acknowledger })),
  };
}

/** As a V3 webhook carries it. */
export function webhookIncident(account: Account, incident: PagerIncident) {
  return {
    type: 'incident',
    ...common(incident),
    number: incident.number,
    assignees: incident.assignees.map((id) => user(account, id)),
  };
}

export function onCall(
  account: Account,
  { user: id, policy, level, schedule, start, end }: OnCallEntry,
) {
  return {
    user: user(account, id),
    schedule:
      schedule === undefined
        ? null
        : reference(schedule, `Schedule ${schedule}`, 'schedule_reference'),
    escalation_policy: reference(policy, `Policy ${policy}`, 'escalation_policy_reference'),
    escalation_level: level,
    start: start ?? null,
    end: end ?? null,
  };
}

export function iso(at: number): string {
  return new Date(at).toISOString();
}
