import type { RuleUsed } from '../alert/rule.ts';
import type { GroupJoined } from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';
import { type PartJoined, sourcesOf } from '../incident/part.ts';
import type { Span, Text } from './card.ts';
import { code, time } from './words.ts';

type Fact = { readonly label: string; readonly value: Text };

/** Who speaks of the incident, and why they are heard together. Nothing where a single source does. */
export function partFacts(incident: Incident, counts: SourceCounts): readonly Fact[] {
  const { rule } = incident.opened;
  return [
    ...(rule ? [{ label: 'together', value: ruleText(rule) }] : []),
    ...fromFacts(incident, counts),
    ...disagreement(incident, counts),
  ];
}

/** How many alerts a source has in it, and how many of them fire. */
export type SourceCounts = ReadonlyMap<string, { readonly all: number; readonly firing: number }>;

/** Whatever has these labels is one incident, by that line of the configuration. */
export function ruleText({ where, same }: RuleUsed): Text {
  const labels = Object.entries(same).flatMap(([name, value]): Span[] => [
    ' ',
    code(`${name}=${value}`),
  ]);
  return ['same', ...labels, ', by ', code(where)];
}

export function groupJoined({ from, rule }: GroupJoined, own: string): Text {
  const why: Text = rule ? [', ', ...ruleText(rule)] : [];
  return [`${from?.source ?? own} reports the same: its alerts are here`, ...why];
}

export function partJoined({ source, service, what, rule }: PartJoined): Text {
  const about = service === '' ? '' : ` about ${service}`;
  const whose = what === 'page' ? 'its page is here' : 'its alerts are here';
  return [`${source} reports the same${about}: ${whose}, `, ...ruleText(rule)];
}

function fromFacts(incident: Incident, counts: SourceCounts): readonly Fact[] {
  const sources = sourcesOf(incident);
  if (sources.length < 2) return [];
  return sources.flatMap((source): readonly Fact[] => {
    const { all = 0, firing = 0 } = counts.get(source) ?? {};
    if (all === 0) return [];
    const of = firing === all ? `${firing}` : `${firing} of ${all}`;
    const alerts = all === 1 ? 'alert' : 'alerts';
    return [{ label: 'from', value: [`${source}: ${of} ${alerts} firing`] }];
  });
}

/** One source holds it for over, and another one does not: it stays open for as long as one of them says so. */
function disagreement(incident: Incident, counts: SourceCounts): readonly Fact[] {
  if (incident.status === 'resolved' || counts.size < 2) return [];
  const over = [...counts].filter(([, { firing }]) => firing === 0).map(([source]) => source);
  const still = [...counts].filter(([, { firing }]) => firing > 0).map(([source]) => source);
  if (over.length === 0 || still.length === 0) return [];
  const value = [`${over.join(', ')} says resolved, alerts of ${still.join(', ')} fire`];
  return [{ label: 'disagree', value }];
}

/** What is not known of further sources. */
export function furtherFacts({ further, status }: Incident): readonly Fact[] {
  if (status === 'resolved') return [];
  return Object.entries(further).flatMap(([source, { cut, unreachable, answers }]) => {
    const facts: Fact[] = [];
    if (cut > 0) {
      const kept = 'nothing closes by itself until they are known';
      const alerts = cut === 1 ? '1 alert' : `${cut} alerts`;
      facts.push({ label: 'cut off', value: [`${alerts} by ${source}; ${kept}`] });
    }
    if (unreachable) {
      const value: Text = [`${source} has not answered since `, time(unreachable.since), ' '];
      facts.push({ label: 'source', value: [...value, code(unreachable.code)] });
    }
    if (!answers) {
      facts.push({ label: 'source', value: [`${source} has no API that could be asked`] });
    }
    return facts;
  });
}
