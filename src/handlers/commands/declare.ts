import type { IncidentIntent } from '../../core/incident/intent.ts';
import { routeOf } from '../../core/incident/route.ts';
import type { Asking, IncidentCommand } from '../command.ts';

export const declare: IncidentCommand = {
  does: 'incident',
  name: 'declare',
  family: 'incident',
  risk: 'incident',
  summary: 'Open an incident by hand.',
  args: [
    { name: 'title', kind: 'text', required: true, named: false, summary: 'What is wrong.' },
    {
      name: 'severity',
      kind: 'word',
      required: false,
      named: true,
      summary: 'warning when left out.',
      choices: ['critical', 'major', 'warning', 'info'],
    },
    {
      name: 'for',
      kind: 'service',
      required: false,
      named: true,
      summary: 'The service it is about.',
    },
  ],
  example: 'declare checkout is slow for customers severity=critical for=checkout',
  intent,
};

/** An incident of its own: its key is the request that declared it. */
function intent({ desk, at, by, args, request }: Asking): IncidentIntent {
  const service = String(args['for'] ?? '');
  const environments =
    desk.settings.catalog.services.find(({ name }) => name === service)?.environments ?? [];
  const severity = String(args['severity'] ?? 'warning');
  const route = routeOf(desk.settings.routes, { severity, service });
  return {
    type: 'Declare',
    at,
    by,
    incident: `inc-${desk.sha256(request).slice(0, 10)}`,
    key: request,
    ordinal: 1,
    title: String(args['title']),
    severity,
    service,
    environment: environments.length === 1 ? (environments[0]?.name ?? '') : '',
    places: route.places,
    notify: route.notify ?? '',
  };
}
