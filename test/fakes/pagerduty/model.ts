/** What the account holds. People act on it by the control of the fake, and Tocsin by its APIs. */
export interface Account {
  readonly now: () => number;
  readonly users: Map<string, User>;
  readonly incidents: Map<string, PagerIncident>;
  /** Who is on call: by policy, level and schedule. */
  readonly onCalls: OnCallEntry[];
  readonly priorities: readonly string[];
  readonly changes: object[];
  /** Change events that stand beside every incident. */
  readonly related: object[];
  /** What every kind of event makes of the account is told to whoever subscribed. */
  tell(type: string, incident: PagerIncident, more: Told): void;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export interface OnCallEntry {
  readonly user: string;
  readonly policy: string;
  readonly level: number;
  readonly schedule?: string;
  readonly start?: string;
  readonly end?: string;
}

export interface PagerIncident {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly key: string;
  readonly createdAt: number;
  status: 'triggered' | 'acknowledged' | 'resolved';
  changedAt: number;
  changedBy: string;
  assignees: string[];
  acknowledgers: string[];
  priority: string;
  urgency: 'high' | 'low';
  level: number;
  snoozedFor: number;
  resolution: string;
  mergedInto: string;
  readonly notes: { readonly id: string; readonly content: string; readonly by: string }[];
  readonly updates: string[];
  readonly responders: string[];
}

export interface Told {
  /** User id; empty for a rule or a service. */
  readonly by: string;
  /** Another thing than the incident itself. */
  readonly data?: object;
}

export const POLICY = 'PPOL1';
export const SERVICE = 'PSVC1';

export function find(account: Account, id: string): PagerIncident | undefined {
  const byId = account.incidents.get(id);
  return byId ?? [...account.incidents.values()].find(({ number }) => String(number) === id);
}

/** The state machine: what a status may become, and what that means for whoever has it. */
export function become(
  account: Account,
  incident: PagerIncident,
  status: PagerIncident['status'],
  by: string,
): void {
  const was = incident.status;
  if (status === was) {
    if (status === 'acknowledged' && !incident.acknowledgers.includes(by))
      incident.acknowledgers.push(by);
    return;
  }
  incident.status = status;
  incident.changedAt = account.now();
  incident.changedBy = by;
  if (status === 'acknowledged') incident.acknowledgers.push(by);
  if (status === 'triggered') incident.acknowledgers = [];
  if (status === 'resolved') incident.assignees = [];
  const reopens = was === 'resolved';
  if (reopens) incident.assignees = [...account.users.keys()].slice(0, 1);
  const word = reopens ? 'reopened' : status === 'triggered' ? 'unacknowledged' : status;
  account.tell(`incident.${word}`, incident, { by });
}

/** An event of an integration: one key, one incident, for as long as that is open. */
export function trigger(account: Account, title: string, key: string): PagerIncident {
  const open = [...account.incidents.values()].find(
    (each) => each.key === key && each.status !== 'resolved',
  );
  if (open) return open;
  const number = account.incidents.size + 1;
  const [first] = account.users.keys();
  const incident: PagerIncident = {
    id: `Q${number}PAGE`,
    number,
    title,
    key,
    createdAt: account.now(),
    status: 'triggered',
    changedAt: account.now(),
    changedBy: '',
    assignees: first === undefined ? [] : [first],
    acknowledgers: [],
    priority: '',
    urgency: 'high',
    level: 1,
    snoozedFor: 0,
    resolution: '',
    mergedInto: '',
    notes: [],
    updates: [],
    responders: [],
  };
  account.incidents.set(incident.id, incident);
  account.tell('incident.triggered', incident, { by: '' });
  return incident;
}
