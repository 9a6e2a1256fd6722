import type { Clock } from '../../../src/bot/clock.ts';
import type { Deliveries } from './deliveries.ts';
import type { Ids } from './ids.ts';
import type { Outage } from './outage.ts';
import type { Rates } from './rates.ts';
import type { ResponseUrls } from './response-urls.ts';
import type { Sockets } from './sockets/socket-mode.ts';
import type { App, Team } from './state.ts';
import type { Triggers } from './triggers.ts';
import type { IncomingWebhook } from './webhooks.ts';

/** Everything the server side shares: one app, its workspaces, and what happens between them. */
export interface Platform {
  readonly clock: Clock;
  /** `http://127.0.0.1:49152`, without a slash at its end. */
  readonly url: string;
  readonly app: App;
  readonly teams: Map<string, Team>;
  readonly ids: Ids;
  readonly rates: Rates;
  readonly outage: Outage;
  readonly sockets: Sockets;
  readonly deliveries: Deliveries;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  /** By the secret in their address. */
  readonly webhooks: Map<string, IncomingWebhook>;
  /** Calls whose client has given up, and that will be done all the same. */
  readonly landing: Set<object>;
  /** Something happened: who waits for the state of the world looks again. */
  changed(): void;
}

export function teamOf(platform: Platform, id: string): Team {
  const team = platform.teams.get(id);
  if (!team) throw new Error(`The fake knows no workspace ${id}.`);
  return team;
}

/** The first workspace: what belongs to the app alone is answered in its name. */
export function firstTeam(platform: Platform): Team {
  const [team] = platform.teams.values();
  if (!team) throw new Error('The fake has no workspace yet: create one before the app calls.');
  return team;
}
