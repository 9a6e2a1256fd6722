import { type Matcher, parseMatchers, shown, shownAll } from '../../core/alert/matcher.ts';
import { severityOf } from '../../core/alert/severity.ts';
import { formatDuration, parseDuration } from '../../core/duration.ts';
import { commonMatchers, dangerOf, hiddenOf, wouldHide } from '../../core/incident/hides.ts';
import type { Incident } from '../../core/incident/incident.ts';
import type { AskSilence } from '../../core/incident/intent.ts';
import {
  liveSilence,
  ownOf,
  reasonOf,
  type SilenceState,
  silenceObjection,
} from '../../core/incident/silences.ts';
import type { MatchingAlert } from '../../core/ports/silences.ts';
import { type Problem, problem } from '../../core/problem.ts';
import type { Block, Text } from '../../core/view/card.ts';
import { code, time } from '../../core/view/words.ts';
import type { Asking, IncidentCommand, Reading, Subject } from '../command.ts';
import { quoted } from '../grammar.ts';
import {
  anotherArgument,
  incidentArgument,
  reasonArgument,
  refuseOutside,
  ticketArgument,
} from './arguments.ts';

/** What a form holds of matchers; of more, the incident's own are taken where the field stays empty. */
const prefillMax = 600;
/** What a button holds on every surface, with the name of the incident. */
const carriedMax = 70;
/** Alerts that a preview names. */
const namesMax = 10;

export const silence: IncidentCommand = {
  does: 'incident',
  asksOutside: true,
  name: 'silence',
  family: 'incident',
  risk: 'incident',
  summary:
    'Mute the alerts of the incident at their source, or change the silence that stands. Over ten alerts, or anything critical, is planned and approved.',
  args: [
    {
      name: 'for',
      kind: 'duration',
      required: true,
      named: false,
      summary: 'How long from now: 30m, 2h; a day at most unless the policy says otherwise.',
    },
    {
      ...reasonArgument,
      summary: 'Why; it stands at the source too. One that is prolonged keeps its own.',
    },
    {
      name: 'match',
      kind: 'text',
      required: false,
      named: true,
      summary:
        'Which alerts, as Alertmanager writes it: alertname="Slow", pod=~"web-.*". Left out: what those of the incident have in common.',
    },
    {
      name: 'preview',
      kind: 'word',
      required: false,
      named: true,
      summary: 'yes: only say what it would hide now.',
      choices: ['yes'],
    },
    ticketArgument,
    anotherArgument,
    incidentArgument,
  ],
  wants: (incident) => (standing(incident) ? [] : ['reason']),
  example: 'silence 2h reason="being replaced"',
  prefills: (incident): Readonly<Record<string, string>> => {
    const text = shownAll(usualMatchers(incident));
    return text.length > prefillMax ? {} : { match: text };
  },
  intent: silenceIntent,
  told: (intent) => {
    if (intent.type !== 'AskSilence') return undefined;
    const until = time(intent.at + intent.durationMs);
    return {
      title: ['Asked for. It hides ', alerts(intent.hides.firing), ' now, until ', until],
      blocks: [matcherList(intent.matchers)],
    };
  },
};

async function silenceIntent(asked: Asking): Promise<AskSilence | Problem | Instead> {
  const { incident, args, desk, at, by } = asked;
  if (!incident) return refuseOutside('silence');
  const matchers = args['match'] ? parseMatchers(String(args['match'])) : usualMatchers(incident);
  if ('why' in matchers) {
    return problem('MATCHERS_UNREADABLE', { given: String(args['match']), why: matchers.why });
  }
  const live = liveSilence(incident, at);
  const asking = {
    type: 'AskSilence',
    at,
    by,
    silence: `sil-${desk.sha256(`silence/${asked.request}`).slice(0, 10)}`,
    matchers,
    durationMs: parseDuration(String(args['for'])) ?? 0,
    // Who only looks need not say why.
    reason: String(args['reason'] ?? live?.reason ?? (args['preview'] ? 'a preview' : '')),
  } as const;
  // What is refused whatever it hides is refused, and recorded, without a question to the source.
  if (silenceObjection(incident, asking)) return { ...asking, hides: { firing: 0, critical: 0 } };
  const found = await previewed(asked, incident, matchers);
  if ('code' in found) return found;
  const hidden = wouldHide(found, live ? [live.ref] : []);
  const hides = hiddenOf(hidden);
  const danger = dangerOf(matchers, hides);
  if (args['preview'])
    return { type: 'Reading', reading: preview(asked, { ...asking, hides }, { hidden, danger }) };
  if (danger)
    return {
      type: 'Subject',
      subject: subjectOf(asked, incident, { ...asking, silence: live?.silence ?? asking.silence }),
    };
  return { ...asking, hides };
}

type Instead =
  | { readonly type: 'Reading'; readonly reading: Reading }
  | { readonly type: 'Subject'; readonly subject: Subject };

/** Of the silence that stands here, else what all alerts that fire have in common. */
function usualMatchers(incident: Incident): readonly Matcher[] {
  return standing(incident)?.matchers ?? commonMatchers(incident);
}

/** The one that is changed when another is asked for. */
function standing({ silences }: Incident): SilenceState | undefined {
  const last = ownOf(silences).at(-1);
  return last?.status === 'made' ? last : undefined;
}

/** What the source says, and nobody's guess: one that does not answer ends it here. */
async function previewed(
  { desk, args }: Asking,
  { opened: { source } }: Incident,
  matchers: readonly Matcher[],
): Promise<readonly MatchingAlert[] | Problem> {
  const reader = desk.silences(source);
  if (!reader) return problem('SILENCE_NOT_OFFERED', { source });
  const found = await reader.matching(matchers);
  const given = shownAll(matchers);
  if (!found.ok) {
    const because = found.problem;
    return because.facts['status'] === 400
      ? problem('MATCHERS_REFUSED', { source, given })
      : problem('SILENCE_UNSEEN', { source, because: because.code });
  }
  // What was typed and fits nothing is a slip; alerts that a source has just forgotten are none.
  return args['match'] && found.alerts.length === 0
    ? problem('SILENCE_FITS_NOTHING', { source, given })
    : found.alerts;
}

interface Preview {
  readonly hidden: readonly MatchingAlert[];
  readonly danger: Problem | undefined;
}

/** What would be typed to have it: a button carries it where it is short enough for every surface. */
function preview(
  { at, args, incident }: Asking,
  { matchers, durationMs }: AskSilence,
  { hidden, danger }: Preview,
): Reading {
  const { incident: id = '', source = '' } = incident?.opened ?? {};
  const given = ['reason', 'match'].flatMap((name) =>
    args[name] === undefined ? [] : [`${name}=${quoted(String(args[name]))}`],
  );
  const line = ['silence', quoted(String(args['for'])), ...given].join(' ');
  const label = danger ? 'Plan it' : `Silence for ${formatDuration(durationMs)}`;
  const press = { kind: 'line', line, incident: id } as const;
  return {
    title: ['It would hide ', alerts(hidden.length), `, as ${source} said at `, time(at)],
    blocks: [
      ...(hidden.length > 0 ? [hiddenList(hidden)] : []),
      matcherList(matchers),
      ...(danger ? [dangerText(danger)] : []),
      { kind: 'text', text: ['Nothing was silenced. To have it: ', code(line)] },
    ],
    actions: line.length > carriedMax ? [] : [{ key: 'silence', label, style: 'plain', press }],
  };
}

function dangerText({ code: why }: Problem): Block {
  const text: Text = ['It is dangerous, so that it is planned and approved first: ', code(why)];
  return { kind: 'text', text };
}

/** By name and severity, the most frequent first. */
function hiddenList(hidden: readonly MatchingAlert[]): Block {
  const counts = new Map<string, number>();
  for (const { labels } of hidden) {
    const name = `${labels['alertname'] ?? 'an alert without a name'} · ${severityOf(labels).severity}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return {
    kind: 'list',
    title: 'What falls silent',
    items: sorted.slice(0, namesMax).map(([name, many]) => [many > 1 ? `${name} ×${many}` : name]),
    more: Math.max(0, sorted.length - namesMax),
  };
}

function matcherList(matchers: readonly Matcher[]): Block {
  const items = matchers.map((matcher): Text => [code(shown(matcher))]);
  return { kind: 'list', title: 'Whatever has', items, more: 0 };
}

function alerts(firing: number): string {
  return firing === 1 ? '1 alert that fires' : `${firing} alerts that fire`;
}

/** Drafted by the integration that would make it. */
function subjectOf(
  { desk, by }: Asking,
  { opened }: Incident,
  { silence: id, matchers, durationMs, reason }: Omit<AskSilence, 'hides'>,
): Subject {
  const { source, service, environment, incident } = opened;
  const [integration = '', name = ''] = source.split('/');
  const target = { integration, target: name, locator: { source }, bounds: {}, show: [] };
  const planner = desk.planner(integration, name);
  const args = {
    silence: id,
    matchers: shownAll(matchers),
    durationMs,
    createdBy: `${by.person} (tocsin)`,
    comment: `${reasonOf(reason)} · ${by.person} in ${incident}`,
  };
  return {
    service,
    environment,
    incident,
    undoes: '',
    targets: [],
    async draft(operation) {
      if (planner) return planner.draft({ verb: 'silence', operation, service, target, args });
      return { ok: false, problem: problem('SILENCE_NOT_OFFERED', { source }) };
    },
  };
}
