import { shownAll } from '../alert/matcher.ts';
import type { ErasedEvent, Recorded } from '../event.ts';
import { factsLine, rowOf, type TrailRow } from '../record/row.ts';
import type { IncidentEvent } from './event.ts';
import { type ProposalEvent, proposerName } from './proposal.ts';
import { isSilenceNews, type SilenceNews } from './silence-event.ts';

/** The record of one incident, one row for each event; those of its operations have their own. */
export function incidentTrail(events: readonly Recorded<IncidentEvent>[]): readonly TrailRow[] {
  return events.map((recorded) => {
    const { event } = recorded;
    return { ...rowOf(recorded), ...said(event), ...opener(recorded) };
  });
}

/** Whoever declared it stands in the header alone. */
function opener({ by, event }: Recorded<IncidentEvent>): Partial<TrailRow> {
  return event.type === 'IncidentOpened' && event.origin === 'person' ? { person: by } : {};
}

function said(event: IncidentEvent | ErasedEvent): Partial<TrailRow> {
  if (isSilenceNews(event)) return silenceSaid(event);
  switch (event.type) {
    case 'IncidentOpened':
      return { what: event.title, outcome: `open, ${event.severity}`, ...openedIn(event) };
    case 'AlertsFired': {
      const names = new Set(event.alerts.map(({ labels }) => labels['alertname'] ?? 'unnamed'));
      return { what: [...names].join(', '), outcome: `${event.alerts.length} firing` };
    }
    case 'AlertsResolved':
      return { outcome: `${event.alerts.length} resolved: ${event.why}` };
    case 'GroupJoined':
      return event.from ? { what: event.from.source, outcome: 'joined' } : {};
    case 'PartJoined': {
      const about = event.service === '' ? '' : ` · ${event.service}`;
      return { what: `${event.source}${about}`, outcome: `joined by ${event.rule.where}` };
    }
    case 'IncidentTook':
      return { what: event.reason, outcome: `took in ${event.from}` };
    case 'AlertsTaken':
      return { outcome: `${event.alerts.length} alerts from ${event.from}` };
    case 'IncidentMerged':
      return { what: event.reason, outcome: `merged into ${event.into}` };
    case 'AlertsLeft':
      return { what: event.reason, outcome: `${event.alerts.length} alerts left for ${event.to}` };
    case 'AlertsTruncated':
      return { outcome: `${event.cut} cut off by the source` };
    case 'SilencesSeen':
      return { outcome: event.alerts.map(({ state }) => state).join(', ') };
    case 'UnreadableReceived':
      return { what: event.reasons.join('; '), outcome: `${event.count} unreadable` };
    case 'IncidentResolved':
      return { outcome: `resolved: ${event.how}` };
    case 'IncidentReopened':
      return { outcome: `open again: ${event.why}` };
    case 'SeveritySet':
      return { outcome: event.severity };
    case 'IncidentAssigned':
      return { what: `to ${event.to}`, outcome: 'assigned' };
    case 'NoteAdded':
      return { what: event.text };
    case 'MessagePinned':
      return { what: `${event.author.name || event.author.account}: ${event.text}` };
    case 'PageSeen':
      return { what: `${event.stands.page} ${event.stands.title}`, outcome: event.stands.status };
    case 'PageTold':
      return { what: event.text, outcome: event.what };
    case 'PageDeedAsked':
      return { what: event.does.kind, outcome: `asked of ${event.pager}` };
    case 'PageDeedDone':
      return { outcome: event.already ? 'it was so already' : 'done' };
    case 'IncidentEnriched': {
      const { known } = event;
      return { what: known.part, outcome: 'problem' in known ? known.problem.code : 'known' };
    }
    case 'OperationLinked':
      return { operation: event.operation };
    case 'ProposalMade':
    case 'ProposalJoined':
    case 'ProposalWithdrawn':
    case 'ProposalDismissed':
    case 'ProposalRequested':
    case 'ProposalExpired':
      return proposalRow(event);
    case 'EndpointDown':
      return { what: event.watch, outcome: `down: ${event.problem.code}` };
    case 'EndpointUp':
      return { what: event.watch, outcome: 'answers again' };
    case 'SecurityNoticed':
      return { what: factsLine(event.facts), outcome: event.kind };
    case 'PeopleNotified':
      return { what: `${event.group}: ${event.people.join(', ')}`, outcome: event.key };
    default:
      return {};
  }
}

/** Who proposed and who asked are two: the person is the one who did something. */
function proposalRow(event: ProposalEvent): Partial<TrailRow> {
  const { proposal } = event;
  switch (event.type) {
    case 'ProposalMade': {
      const { line, why, proposer, service, environment } = event;
      const outcome = `${proposal}, proposed by ${proposerName(proposer)}`;
      return { what: line, reason: why, outcome, ...openedIn({ service, environment }) };
    }
    case 'ProposalJoined':
      return {
        what: proposal,
        reason: event.why,
        outcome: `by ${proposerName(event.proposer)} too`,
      };
    case 'ProposalWithdrawn':
      return { what: proposal, reason: event.why, outcome: `by ${proposerName(event.proposer)}` };
    case 'ProposalDismissed':
      return { what: proposal, outcome: 'dismissed' };
    case 'ProposalRequested':
      return { what: proposal, operation: event.operation, outcome: 'requested' };
    case 'ProposalExpired':
      return { what: proposal, outcome: 'expired' };
  }
}

function silenceSaid(event: SilenceNews): Partial<TrailRow> {
  switch (event.type) {
    case 'SilenceAsked':
      return {
        what: shownAll(event.matchers),
        ...(event.operation && { operation: event.operation }),
        outcome: `asked until ${new Date(event.until).toISOString()}`,
      };
    case 'SilenceEnded':
      return { outcome: event.why };
    case 'SilenceEnding':
      return { outcome: `ends ${new Date(event.until).toISOString()}` };
    case 'SilenceMissed':
      return { outcome: 'forgotten by the source' };
    case 'SilenceFound':
      return {
        what: `${event.by}: ${event.comment}`,
        outcome: `silenced elsewhere until ${new Date(event.until).toISOString()}`,
      };
    case 'SilenceLost':
      return { what: event.by, outcome: 'silenced elsewhere no more' };
    default:
      return {};
  }
}

function openedIn({ service, environment }: { service: string; environment: string }) {
  return { target: [service, environment].filter((part) => part !== '').join(' · ') };
}
