import type { Members } from './privacy.ts';

/** Where an incident is shown and whom it may wake. The first match wins; a default is mandatory. */
export interface Route {
  readonly match: Readonly<Record<string, string>>;
  /** Surface name → place on it: `slack/main` → `#payments-oncall`. The console shows every incident. */
  readonly places: Readonly<Record<string, string>>;
  /** Group named when a critical incident opens or stays unacknowledged. */
  readonly notify?: string;
  /** Whom it wakes: a pager, and the name that the way has there. */
  readonly page?: { readonly pager: string; readonly via: string };
  /** Groups whose members see what it takes; absent where everybody does. */
  readonly members?: readonly string[];
}

export interface Routes {
  readonly routes: readonly Route[];
  readonly otherwise: Route;
}

export function routeOf(routes: Routes, labels: Readonly<Record<string, string>>): Route {
  return (
    routes.routes.find((route) =>
      Object.entries(route.match).every(([name, value]) => labels[name] === value),
    ) ?? routes.otherwise
  );
}

/** What a private route makes of an incident; nothing for any other. */
export function ofMembers({ members }: Route): { readonly members?: Members } {
  return members ? { members: { people: [], groups: members } } : {};
}
