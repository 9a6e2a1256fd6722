import type { IncidentIntent } from '../../core/incident/intent.ts';
import { routeOf } from '../../core/incident/route.ts';
import { type Problem, problem } from '../../core/problem.ts';
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
    {
      name: 'private',
      kind: 'word',
      required: false,
      named: true,
      summary: 'true: only members see it: you, whom you name, and whoever it is assigned to.',
      choices: ['true', 'false'],
    },
    {
      name: 'with',
      kind: 'text',
      required: false,
      named: true,
      summary: 'Of a private one: who else sees it, people by their ids: ben,cleo.',
    },
  ],
  example: 'declare checkout is slow for customers severity=critical for=checkout',
  intent,
};

/** An incident of its own: its key is the request that declared it. */
function intent({ desk, at, by, args, request }: Asking): IncidentIntent | Problem {
  const service = String(args['for'] ?? '');
  const environments =
    desk.settings.catalog.services.find(({ name }) => name === service)?.environments ?? [];
  const severity = String(args['severity'] ?? 'warning');
  const route = routeOf(desk.settings.routes, { severity, service });
  const invited = namesIn(String(args['with'] ?? ''));
  const known = desk.settings.people.map(({ id }) => id);
  const stranger = invited.find((id) => !known.includes(id));
  if (stranger !== undefined) {
    return problem('PERSON_UNKNOWN', { person: stranger, near: known.slice(0, 5).join(', ') });
  }
  const isPrivate = args['private'] === 'true' || route.members !== undefined;
  const members = { people: [by.person, ...invited], groups: route.members ?? [] };
  // What only its members may see is in a place of chat only where a private route names one.
  const shown = !isPrivate || route.members !== undefined;
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
    places: shown ? route.places : {},
    notify: shown ? (route.notify ?? '') : '',
    ...(isPrivate && { members }),
  };
}

function namesIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}
