import type { Route, Routes } from '../core/incident/route.ts';
import type { Group } from '../core/settings.ts';
import type { Path } from './error.ts';
import { checkGroup } from './people.ts';
import type { Report } from './report.ts';
import type { Section } from './schema.ts';

type Labels = Readonly<Record<string, string>>;

export function readRoutes(
  routes: Section<'routes'>,
  otherwise: Section<'default_route'>,
  { groups, report }: { groups: readonly Group[]; report: Report },
): Routes {
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
  return {
    routes: routes.map(({ match, notify }) => toRoute(match, notify)),
    otherwise: toRoute({}, otherwise.notify),
  };
}

/** Everything that holds for `narrow` holds for `wide`. */
export function covers(wide: Labels, narrow: Labels): boolean {
  const wanted = Object.entries(wide);
  return wanted.length > 0 && wanted.every(([name, value]) => narrow[name] === value);
}

function toRoute(match: Labels, notify: string | undefined): Route {
  return { match, places: {}, ...(notify !== undefined && { notify }) };
}
