import type { Labels } from '../../core/alert/alert.ts';
import { incidentId } from '../../core/alert/correlate.ts';
import { locate } from '../../core/catalog.ts';
import type { Incident } from '../../core/incident/incident.ts';
import { alertsOf } from '../../core/incident/merge.ts';
import { isMeant } from '../../core/incident/split.ts';
import { type Problem, problem } from '../../core/problem.ts';
import { type Asking, isProblem, type MoveCommand } from '../command.ts';
import { incidentArgument, reasonArgument, refuseOutside } from './arguments.ts';

export const split: MoveCommand = {
  does: 'move',
  name: 'split',
  family: 'incident',
  risk: 'incident',
  summary:
    'Take alerts out into an incident of their own, by their labels; or a merged incident out again, by its id.',
  args: [
    {
      name: 'what',
      kind: 'text',
      required: false,
      named: false,
      summary: 'The id of what was merged, or labels: `pod=web-1 cluster=eu-1`.',
    },
    { ...reasonArgument, summary: 'Why they are two.' },
    incidentArgument,
  ],
  open: true,
  example: 'split pod=web-1 reason="a disk of its own"',
  async intent(asked) {
    const { at, by, incident, args } = asked;
    if (!incident) return refuseOutside('split');
    const what = String(args['what'] ?? '').trim();
    const said = {
      ...({ type: 'SplitIncident', at, by } as const),
      incident: incident.opened.incident,
      reason: String(args['reason'] ?? ''),
    };
    if (/^inc-[0-9a-f]{12}$/.test(what)) return { ...said, other: what };
    const matchers = matchersOf(what, asked.others ?? {});
    if (isProblem(matchers)) return matchers;
    const { desk, request } = asked;
    const key = desk.sha256(`split/${said.incident}/${request}`).slice(0, 24);
    const apart = { matchers, key, ...aboutOf(incident, matchers, asked) };
    return { ...said, other: incidentId(key, 1, desk.sha256), apart };
  },
};

/** `pod=web-1`, in the line itself or in one text; more of them must all hold. */
function matchersOf(what: string, others: Readonly<Record<string, string>>): Labels | Problem {
  const found: Record<string, string> = { ...others };
  for (const word of what.split(/[\s,]+/).filter((each) => each !== '')) {
    const [, name, value] = /^([a-z_]\w*)=(.+)$/i.exec(word) ?? [];
    if (name === undefined || value === undefined) return problem('SPLIT_UNCLEAR', { word });
    found[name] = value.replace(/^"(.*)"$/, '$1');
  }
  return found;
}

function aboutOf(incident: Incident, matchers: Labels, { desk }: Asking) {
  const first = alertsOf(incident).find((alert) => isMeant(alert, matchers));
  const { service = '', environment = '' } = locate(desk.settings.catalog, first?.labels ?? {});
  return { service, environment };
}
