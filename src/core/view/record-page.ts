import type { Proof, ProvenRow } from '../record/format.ts';
import { counted } from './story.ts';

/** The record as a page that can be read aloud: a sentence for each event, then what proves it. */
export function recordMarkdown(thread: string, rows: readonly ProvenRow[], proof: Proof): string {
  const first = rows[0];
  const title = rows.find(({ event }) => event === 'IncidentOpened')?.what ?? '';
  const days = new Set(rows.map(({ at }) => day(at)));
  return [
    `# The record of ${plain(thread)}${title === '' ? '' : `: ${plain(title)}`}`,
    '',
    `${counted(rows.length, 'event')}, ${first ? `from ${day(first.at)} ${clock(first.at)} UTC on` : 'none of them left'}. Times are UTC.`,
    ...[...days].flatMap((each) => [
      '',
      `## ${each}`,
      '',
      ...rows
        .filter(({ at }) => day(at) === each)
        .map((row) => `- ${clock(row.at)} ${sentence(row)}`),
    ]),
    '',
    '## What proves it',
    '',
    ...proofLines(rows, proof),
    '',
  ].join('\n');
}

function sentence(row: ProvenRow): string {
  const who = row.person === '' ? 'Tocsin' : `**${plain(row.person)}**`;
  if (row.outcome === 'erased') return `What happened here (${words(row.event)}) was erased.`;
  const did = deeds[row.event] ?? `recorded: ${words(row.event)}`;
  const parts = [
    `${who} ${did}${row.what === '' ? '' : ` ${quoted(row.what)}`}`,
    row.step === '' ? '' : `step ${plain(row.step)}`,
    row.operation === '' ? '' : `operation ${plain(row.operation)}`,
    row.target === '' ? '' : `on ${plain(row.target)}`,
    row.outcome === '' ? '' : `outcome: ${plain(row.outcome)}`,
  ].filter((part) => part !== '');
  const more = [
    row.reason === '' ? '' : `Reason: ${quoted(row.reason)}.`,
    row.rule === '' || !isJudged(row) ? '' : `Rule: ${plain(row.rule)}.`,
    row.approvals === '' || !isJudged(row) ? '' : `Approved by: ${plain(row.approvals)}.`,
    row.person === '' ? '' : whereabouts(row),
  ].filter((part) => part !== '');
  return [`${parts.join(', ')}.`, ...more].join(' ');
}

/** Where the rule and the approvals are news: at the plan, and wherever something was written. */
function isJudged({ event }: ProvenRow): boolean {
  return ['OperationPlanned', 'OperationApproved', 'StepApplied', 'StepFailed'].includes(event);
}

function whereabouts({ surface, account, session, ip }: ProvenRow): string {
  const parts = [
    surface === '' ? '' : `on ${plain(surface)}`,
    account === '' ? '' : `as ${plain(account)}`,
    ip === '' ? '' : `from ${plain(ip)}`,
    session === '' ? '' : `session ${plain(session)}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `Said ${parts.join(', ')}.`;
}

const deeds: Readonly<Record<string, string>> = {
  IncidentOpened: 'opened it:',
  AlertsFired: 'heard alerts firing:',
  AlertsResolved: 'heard that alerts have stopped',
  IncidentAcknowledged: 'acknowledged it',
  IncidentUnacknowledged: 'took the acknowledgement back',
  IncidentResolved: 'resolved it',
  IncidentReopened: 'opened it again',
  IncidentAssigned: 'assigned it',
  SeveritySet: 'set the severity',
  NoteAdded: 'noted:',
  MessagePinned: 'pinned a message:',
  SilenceAsked: 'asked to silence',
  PeopleNotified: 'called',
  GraphDrawn: 'drew a graph',
  GraphFailed: 'could draw no graph',
  RequestRefused: 'was refused:',
  OperationAsked: 'asked for',
  OperationPlanned: 'asked for this plan:',
  OperationRefused: 'made no plan',
  ApprovalGiven: 'gave an',
  ApprovalWithdrawn: 'took an approval back',
  ApproverAsked: 'asked an approver directly:',
  ApproverPassed: 'passed an approver over:',
  GlassBroken: 'broke the glass:',
  GlassReviewed: 'reviewed the broken glass:',
  ReviewReminded: 'asked for a review:',
  PeopleTold: 'told',
  BeginPutOff: 'put the beginning off',
  PageDeedAsked: 'asked something of the pager',
  PageSeen: 'heard from the pager',
  SecurityNoticed: 'noticed',
  OperationApproved: 'counted all approvals that the rule wants',
  OperationDeclined: 'declined the plan',
  OperationCancelled: 'cancelled it',
  OperationExpired: 'let the plan expire',
  OperationStarted: 'asked for what begins now',
  StepIntended: 'asked for the step that begins:',
  StepApplied: 'asked for the step that was done:',
  StepVerified: 'asked for the step that was verified:',
  StepFailed: 'asked for the step that failed:',
  StopRequested: 'asked to stop it',
  OperationSucceeded: 'asked for what is done now',
  OperationFailed: 'asked for what has failed',
  OperationSettled: 'said how it ended:',
  CheckpointShown: 'showed the checkpoint',
};

function proofLines(
  rows: readonly ProvenRow[],
  { short, root, publicKey }: Proof,
): readonly string[] {
  const signed = rows.filter(({ isSigned }) => isSigned).length;
  const erased = rows.filter(({ outcome }) => outcome === 'erased').length;
  return [
    short === ''
      ? '- No checkpoint covers it yet.'
      : `- Checkpoint ${short} covers ${signed} of ${counted(rows.length, 'event')}; root ${root}, signed by ${publicKey}.`,
    `- ${counted(erased, 'payload')} erased.`,
    '- This page is a reading. The JSON export of the same record proves itself: `tocsin journal verify --export FILE`.',
    '',
    '| position | stream | version | event | digest |',
    '|---|---|---|---|---|',
    ...rows.map(
      ({ position, stream, version, event, digest }) =>
        `| ${position} | ${plain(stream)} | ${version} | ${event} | ${digest} |`,
    ),
  ];
}

/** `StepApplied` → `step applied`. */
function words(event: string): string {
  return plain(event.replaceAll(/(?!^)([A-Z])/g, ' $1').toLowerCase());
}

function quoted(text: string): string {
  return `“${plain(text)}”`;
}

/** Text from outside as text: nothing in it is markup, and it stays on its line. */
function plain(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replaceAll(/[\\`*_[\]<>|#!~]/g, (sign) => `\\${sign}`);
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}
