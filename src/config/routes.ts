import type { Route, Routes } from '../core/incident/route.ts';
import type { Group, Settings } from '../core/settings.ts';
import type { SurfacesConfig } from './config.ts';
import { didYouMean, type Path } from './error.ts';
import { checkGroup } from './people.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';
import { readPlaces } from './surfaces.ts';

type Labels = Readonly<Record<string, string>>;

export function readRoutes(
  routes: Section<'routes'>,
  otherwise: Section<'default_route'>,
  scope: {
    groups: readonly Group[];
    surfaces: SurfacesConfig;
    /** Ways to page: `main/payments`. */
    pages: readonly string[];
    report: Report;
  },
): Routes {
  const { groups, surfaces, report } = scope;
  for (const [index, route] of routes.entries()) {
    const path: Path = ['routes', index];
    if (Object.keys(route.match).length === 0) {
      report.error([...path, 'match'], {
        what: `routes[${index}].match is empty`,
        why: 'it would take every alert and the default route none',
        instead: 'write it as default_route',
      });
      continue;
    }
    const earlier = routes.slice(0, index).findIndex(({ match }) => covers(match, route.match));
    if (earlier >= 0) {
      report.error(path, {
        what: `routes[${index}] is never reached`,
        why: `every alert it matches is taken by routes[${earlier}]`,
        instead: 'write the narrower route first',
      });
    }
  }
  for (const [index, { notify }] of routes.entries()) {
    if (notify !== undefined)
      checkGroup(notify, { path: ['routes', index, 'notify'], groups, report });
  }
  if (otherwise.notify === undefined) {
    report.warn(['default_route'], 'default_route notifies nobody');
  } else {
    checkGroup(otherwise.notify, { path: ['default_route', 'notify'], groups, report });
  }
  for (const [index, { page }] of routes.entries())
    checkPage(page, { ...scope, path: ['routes', index] });
  checkPage(otherwise.page, { ...scope, path: ['default_route'] });
  const fallback = toRoute({}, otherwise, readPlaces(otherwise, ['default_route'], scope));
  for (const surface of surfaceNames(surfaces)) {
    if (fallback.places[surface] !== undefined) continue;
    report.warn(
      ['default_route'],
      `default_route has no place on ${surface}: what no other route takes is not shown there`,
    );
  }
  return {
    routes: routes.map((route, index) => ({
      ...toRoute(route.match, route, readPlaces(route, ['routes', index], scope)),
      ...readMembers(route, ['routes', index], scope),
    })),
    otherwise: fallback,
  };
}

/** Who sees what a private route takes. */
function readMembers(
  { private: isPrivate = false, members, notify }: Section<'routes'>[number],
  path: Path,
  { groups, report }: { readonly groups: readonly Group[]; readonly report: Report },
): Pick<Route, 'members'> {
  for (const [index, group] of (members ?? []).entries()) {
    checkGroup(group, { path: [...path, 'members', index], groups, report });
  }
  if (!isPrivate) {
    if (members !== undefined) {
      report.error([...path, 'members'], {
        what: `routes[${path[1]}] has members`,
        why: 'everybody sees what it takes, because it is not private',
        instead: 'write private: true, or take members out',
      });
    }
    return {};
  }
  const seen = members ?? (notify === undefined ? [] : [notify]);
  if (seen.length === 0) {
    report.error([...path, 'private'], {
      what: `routes[${path[1]}] is private and has no members`,
      why: 'nobody would see what it takes',
      instead: 'write members: [ … ] with names of groups',
    });
  }
  return { members: seen };
}

/** Where Tocsin's own security is told: what is written, the rest as in the default route. */
export function readSecurity(
  security: Section<'security'>,
  otherwise: Route,
  scope: {
    groups: readonly Group[];
    surfaces: SurfacesConfig;
    pages: readonly string[];
    report: Report;
  },
): NonNullable<Settings['security']> {
  const { groups, report } = scope;
  if (security.notify !== undefined) {
    checkGroup(security.notify, { path: ['security', 'notify'], groups, report });
  }
  checkPage(security.page, { ...scope, path: ['security'] });
  const isPlaced = security.slack !== undefined || security.discord !== undefined;
  const places = isPlaced ? readPlaces(security, ['security'], scope) : otherwise.places;
  const notify = security.notify ?? otherwise.notify;
  const page = security.page === undefined ? otherwise.page : wayOf(security.page);
  return { places, ...(notify !== undefined && { notify }), ...(page && { page }) };
}

/** A way to page that is named somewhere must exist. */
export function checkPage(
  page: string | undefined,
  {
    path,
    key = 'page',
    pages,
    report,
  }: {
    readonly path: Path;
    readonly key?: string;
    readonly pages: readonly string[];
    readonly report: Report;
  },
): void {
  if (page === undefined || pages.includes(page)) return;
  report.error([...path, key], {
    what: `there is no way to page "${page}"`,
    why: 'a page goes out by an integration key of this file, NAME/WAY',
    instead: didYouMean(page, pages, 'add it to pages: under sources.pagerduty'),
  });
}

export function wayOf(page: string): { readonly pager: string; readonly via: string } {
  const [name = '', via = ''] = page.split('/');
  return { pager: `pagerduty/${name}`, via };
}

/** Everything that holds for `narrow` holds for `wide`. */
export function covers(wide: Labels, narrow: Labels): boolean {
  const wanted = Object.entries(wide);
  return wanted.length > 0 && wanted.every(([name, value]) => narrow[name] === value);
}

function toRoute(
  match: Labels,
  { notify, page }: { readonly notify?: string | undefined; readonly page?: string | undefined },
  places: Route['places'],
): Route {
  return {
    match,
    places,
    ...(notify !== undefined && { notify }),
    ...(page !== undefined && { page: wayOf(page) }),
  };
}

function surfaceNames({ slack, discord }: SurfacesConfig): readonly string[] {
  return [
    ...slack.map(({ name }) => `slack/${name}`),
    ...discord.map(({ name }) => `discord/${name}`),
  ];
}
