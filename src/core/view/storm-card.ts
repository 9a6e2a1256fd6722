import { rank, SEVERITIES } from '../alert/severity.ts';
import { type Incident, severity } from '../incident/incident.ts';
import type { Storm } from '../storm.ts';
import { subjectOf } from './alert-lines.ts';
import type { Block, Card, Menu, Text } from './card.ts';
import { incidentTitle } from './incident-card.ts';
import { counted, duration, strong, time, type Words } from './words.ts';

export interface StormCardContext extends Words {
  readonly publicUrl?: string | undefined;
}

/** So many incidents are named; so many services are counted by name. */
export const NAMED_MAX = 40;
export const SERVICES_MAX = 20;

/**
 * The one card that stands in for the threads of a place. `open`: every open incident there; whatever is counted or named
 * adds up to them.
 */
export function stormCard(
  storm: Storm,
  open: readonly Incident[],
  context: StormCardContext,
): Card {
  return storm.ended
    ? over({ ...storm, ended: storm.ended }, context)
    : raging(storm, open, context);
}

function raging(storm: Storm, open: readonly Incident[], context: StormCardContext): Card {
  const ordered = open.toSorted(byUrgency);
  const named = ordered.slice(0, NAMED_MAX);
  const critical = open.filter((each) => severity(each) === 'critical').length;
  return {
    key: 'root',
    tone: critical > 0 ? 'critical' : 'warning',
    mark: 'STORM',
    title: [
      strong(`${counted(open.length, 'incident')} open`),
      ` in ${storm.place}`,
      ...(critical > 0 ? [` · ${critical} critical`] : []),
    ],
    blocks: [
      {
        kind: 'facts',
        facts: [
          { label: 'since', value: [time(storm.since)] },
          { label: 'by severity', value: [bySeverity(open)] },
          { label: 'by service', value: [byService(open)] },
        ],
      },
      {
        kind: 'text',
        text: [
          'Critical ones get their threads as fast as the channel takes them. Any other gets one when somebody opens it',
          ' below or acts on it, and when the storm is over.',
        ],
      },
      ...list(ordered, named, context),
    ],
    actions: [],
    ...(named.length > 0 ? { menu: menu(named) } : {}),
    footnote: footnote(context),
  };
}

/** What happened. It stays as it is. */
function over(
  { place, since, ended }: Storm & { readonly ended: NonNullable<Storm['ended']> },
  context: StormCardContext,
): Card {
  const { opened, open, at } = ended;
  return {
    key: 'root',
    tone: 'neutral',
    mark: 'STORM OVER',
    title: [`${counted(opened, 'incident')} opened in ${place} within ${duration(at - since)}`],
    blocks: [
      {
        kind: 'facts',
        facts: [
          { label: 'began', value: [time(since)] },
          { label: 'ended', value: [time(at)] },
          { label: 'resolved by then', value: [String(opened - open)] },
          { label: 'still open then', value: [String(open)] },
        ],
      },
      ...(open > 0
        ? [
            {
              kind: 'text',
              text: ['Those still open get their threads now, one after the other.'],
            } as const,
          ]
        : []),
    ],
    actions: [],
    footnote: footnote(context),
  };
}

/** Critical first, then the newest. Of two that are equal in both, always the same one. */
function byUrgency(one: Incident, other: Incident): number {
  return (
    rank(severity(one)) - rank(severity(other)) ||
    other.openedAt - one.openedAt ||
    (one.opened.incident < other.opened.incident ? -1 : 1)
  );
}

function bySeverity(open: readonly Incident[]): string {
  const counts = SEVERITIES.map((word) => {
    const count = open.filter((each) => severity(each) === word).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  return counts.flat().join(' · ') || 'none';
}

function byService(open: readonly Incident[]): string {
  const counts = new Map<string, number>();
  for (const each of open) {
    const name = subjectOf(each) || 'no service';
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const ordered = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  const named = ordered.slice(0, SERVICES_MAX).map(([name, count]) => `${name} ${count}`);
  const rest = ordered.slice(SERVICES_MAX);
  const others = rest.reduce((sum, [, count]) => sum + count, 0);
  const more = others === 0 ? [] : [`${others} in ${counted(rest.length, 'more service')}`];
  return [...named, ...more].join(' · ') || 'none';
}

function list(
  ordered: readonly Incident[],
  named: readonly Incident[],
  context: StormCardContext,
): readonly Block[] {
  if (named.length === 0) return [];
  const items = named.map((each): Text => {
    const { acknowledged } = each;
    const who = acknowledged && (context.names.get(acknowledged.person) ?? acknowledged.person);
    return [
      strong(severity(each).toUpperCase()),
      ' ',
      ...incidentTitle(each),
      ...(who === undefined ? [] : [` · ${who} has it`]),
    ];
  });
  const more = ordered.length - named.length;
  return [{ kind: 'list', title: 'Critical first, then the newest', items, more }];
}

function menu(named: readonly Incident[]): Menu {
  return {
    key: 'storm',
    label: 'Open the thread of…',
    options: named.map((each) => ({
      label: `${severity(each).toUpperCase()} ${plainTitle(each)}`,
      press: { kind: 'want', incident: each.opened.incident },
    })),
  };
}

function plainTitle(incident: Incident): string {
  return incidentTitle(incident)
    .map((span) => (typeof span === 'string' ? span : 'text' in span ? span.text : ''))
    .join('');
}

function footnote({ publicUrl }: StormCardContext): Text {
  if (!publicUrl) return ['The console has all of them.'];
  return ['All of them: ', { kind: 'link', text: 'console', url: publicUrl.replace(/\/$/, '') }];
}
