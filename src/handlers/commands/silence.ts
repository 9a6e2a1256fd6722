import { parseDuration } from '../../core/duration.ts';
import { commonLabels, hiddenBy } from '../../core/incident/silences.ts';
import { code, time } from '../../core/view/words.ts';
import type { IncidentCommand } from '../command.ts';
import { incidentArgument, reasonArgument, refuseOutside } from './arguments.ts';

export const silence: IncidentCommand = {
  does: 'incident',
  name: 'silence',
  family: 'incident',
  risk: 'incident',
  summary: 'Mute the alerts of the incident at their source: ten at most, nothing critical.',
  args: [
    {
      name: 'for',
      kind: 'duration',
      required: true,
      named: false,
      summary: 'How long: 30m, 2h; a minute at least, 24h at most.',
    },
    { ...reasonArgument, required: true, summary: 'Why; it stands at the source too.' },
    incidentArgument,
  ],
  example: 'silence 2h reason="being replaced"',
  intent: ({ desk, at, by, incident, args, request }) => {
    if (!incident) return refuseOutside('silence');
    const matchers = commonLabels(incident);
    return {
      type: 'AskSilence',
      at,
      by,
      silence: `sil-${desk.sha256(`silence/${request}`).slice(0, 10)}`,
      matchers,
      durationMs: parseDuration(String(args['for'])) ?? 0,
      reason: String(args['reason']),
      hides: hiddenBy(matchers, incident.opened.source, desk.allIncidents()),
    };
  },
  told: (intent) => {
    if (intent.type !== 'AskSilence') return undefined;
    const { firing } = intent.hides;
    const alerts = firing === 1 ? '1 alert that fires' : `${firing} alerts that fire`;
    const labels = Object.entries(intent.matchers).map(([name, value]) => [
      code(`${name}=${value}`),
    ]);
    return {
      title: [`Asked for. It hides ${alerts} now, until `, time(intent.at + intent.durationMs)],
      blocks: [{ kind: 'list', title: 'Whatever has', items: labels, more: 0 }],
    };
  },
};
