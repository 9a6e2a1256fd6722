import type { Proof, ProvenRow } from '../record/format.ts';
import { counted } from './words.ts';

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
  if (row.outcome === 'erased') return `What happened here (${words(row.event)}) was erased.`;
  const say = sentences[row.event];
  return say ? say(row) : anything(row);
}

type Sentence = (row: ProvenRow) => string;

/** What happened to an incident, by whom; then the operations, and each step with all that it rests on. */
const sentences: Readonly<Record<string, Sentence>> = {
  IncidentOpened: (row) =>
    row.person === ''
      ? `It opened: ${quoted(row.what)}${about(row)}, ${plain(row.outcome)}.`
      : `${who(row)} declared ${quoted(row.what)}${about(row)}, ${plain(row.outcome)}.`,
  AlertsFired: (row) => `Alerts: ${plain(row.outcome)} (${plain(row.what)}).`,
  AlertsResolved: (row) => `Alerts: ${plain(row.outcome)}.`,
  IncidentAcknowledged: (row) => `${who(row)} acknowledged it.`,
  IncidentUnacknowledged: (row) => `${who(row)} took the acknowledgement back.`,
  IncidentResolved: (row) =>
    row.person === '' ? `It was ${plain(row.outcome)}.` : `${who(row)} resolved it.${why(row)}`,
  IncidentReopened: (row) => `It was ${plain(row.outcome)}.`,
  IncidentAssigned: (row) => `${who(row)} assigned it ${plain(row.what)}.`,
  SeveritySet: (row) => `${who(row)} set the severity to ${plain(row.outcome)}.`,
  NoteAdded: (row) => `${who(row)} noted: ${quoted(row.what)}.`,
  MessagePinned: (row) => `${who(row)} pinned what was written elsewhere: ${quoted(row.what)}.`,
  SilenceAsked: (row) =>
    `${who(row)} asked to silence ${plain(row.what)}, ${plain(row.outcome)}.${why(row)}`,
  PeopleNotified: (row) => `Called: ${plain(row.what)} (${plain(row.outcome)}).`,
  EndpointDown: (row) => `The watch ${plain(row.what)} found its endpoint ${plain(row.outcome)}.`,
  EndpointUp: (row) => `What the watch ${plain(row.what)} looks at ${plain(row.outcome)}.`,
  ProposalMade: (row) =>
    `Proposed: ${quoted(row.what)}${about(row)} (${plain(row.outcome)}).${why(row)}`,
  ProposalJoined: (row) => `${plain(row.what)} was proposed ${plain(row.outcome)}.${why(row)}`,
  ProposalRequested: (row) =>
    `${who(row)} made the proposal ${plain(row.what)} their own: ${plain(row.operation)}.`,
  ProposalWithdrawn: (row) =>
    `The proposal ${plain(row.what)} was taken back ${plain(row.outcome)}.${why(row)}`,
  ProposalDismissed: (row) => `${who(row)} dismissed the proposal ${plain(row.what)}.${why(row)}`,
  ProposalExpired: (row) => `The proposal ${plain(row.what)} expired.`,
  OperationLinked: (row) => `Operation ${plain(row.operation)} belongs to it.`,
  RequestRefused: (row) => `${who(row)} was refused ${quoted(row.what)}: ${plain(row.outcome)}.`,
  OperationAsked: (row) =>
    `${who(row)} asked for ${quoted(row.what)}, ${plain(row.operation)}${proposedIn(row)}.${why(row)}`,
  OperationPlanned: (row) =>
    `The plan of ${plain(row.operation)}, on ${plain(row.target)}: ${quoted(row.what)}. Rule: ${plain(row.rule)}; plan ${row.hash.slice(0, 10)}.`,
  OperationRefused: (row) => `${plain(row.operation)} came to no plan: ${plain(row.outcome)}.`,
  ApproverAsked: (row) => `${plain(row.what)} was asked to approve ${plain(row.operation)}.`,
  ApproverPassed: (row) => `${plain(row.what)} was not asked: ${plain(row.outcome)}.`,
  ApprovalGiven: (row) =>
    `${who(row)} approved ${plain(row.operation)}, plan ${row.hash.slice(0, 10)}.`,
  ApprovalWithdrawn: (row) => `${who(row)} took the approval of ${plain(row.operation)} back.`,
  OperationApproved: (row) => `${plain(row.operation)} had what it needed: ${basis(row)}.`,
  GlassBroken: (row) => `${who(row)} broke the glass of ${plain(row.operation)}.${why(row)}`,
  GlassReviewed: (row) => `${who(row)} reviewed that: ${quoted(row.what)} (${plain(row.outcome)}).`,
  OperationDeclined: (row) => `${who(row)} declined ${plain(row.operation)}.${why(row)}`,
  OperationCancelled: (row) => `${who(row)} cancelled ${plain(row.operation)}.`,
  OperationExpired: (row) => `${plain(row.operation)} expired.`,
  StopRequested: (row) => `${who(row)} asked to stop ${plain(row.operation)}.`,
  OperationStarted: (row) => `${plain(row.operation)} began, as ${plain(row.person)} had asked.`,
  StepIntended: (row) => `Step ${plain(row.step)}: ${plain(row.outcome)}.`,
  StepProgressed: (row) => `Step ${plain(row.step)} is under way.`,
  StepApplied: (row) =>
    `Step ${plain(row.step)} of ${plain(row.operation)}, on ${plain(row.target)}, was ${plain(row.outcome)}: ${quoted(row.what)}. Asked for by ${who(row)}.${why(row)} ${sentenceOf(basis(row))}.`,
  StepMissed: (row) => `Step ${plain(row.step)} ${plain(row.outcome)}.`,
  StepVerified: (row) => `Step ${plain(row.step)} was verified.`,
  StepFailed: (row) =>
    `Step ${plain(row.step)} failed: ${plain(row.outcome)}. ${sentenceOf(basis(row))}.`,
  OperationSucceeded: (row) => `${plain(row.operation)} is done.`,
  OperationFailed: (row) => `${plain(row.operation)} has failed: ${plain(row.outcome)}.`,
  OperationUnknown: (row) =>
    `Nobody knows how step ${plain(row.step)} ended: ${plain(row.outcome)}.`,
  OperationSettled: (row) =>
    `${who(row)} settled ${plain(row.operation)} as ${plain(row.outcome)}.${why(row)}`,
  CheckpointShown: (row) => `The card showed checkpoint ${plain(row.what)}.`,
};

/** An event without a sentence of its own: what it names, in its own words. */
function anything(row: ProvenRow): string {
  const parts = [
    row.what === '' ? '' : quoted(row.what),
    row.target === '' ? '' : `on ${plain(row.target)}`,
    row.outcome === '' ? '' : plain(row.outcome),
  ].filter((part) => part !== '');
  const said = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  return `${row.person === '' ? 'Recorded' : `By ${who(row)}`}, ${words(row.event)}${said}.${why(row)}`;
}

/** `**ana** (slack/main, T01/U01)`, `**ana** (console, from 192.0.2.7)`: an account that is the person's id says nothing new. */
function who({ person, surface, account, ip }: ProvenRow): string {
  const parts = [surface, account === person ? '' : account, ip === '' ? '' : `from ${ip}`]
    .filter((part) => part !== '')
    .map(plain);
  return `**${plain(person)}**${parts.length > 0 ? ` (${parts.join(', ')})` : ''}`;
}

/** `, as pr-3f9a2c7d11 of watch checkout-cache proposed`. */
function proposedIn({ outcome }: ProvenRow): string {
  return outcome.startsWith('asked, ') ? `, ${plain(outcome.slice('asked, '.length))}` : '';
}

function about({ target }: ProvenRow): string {
  return target === '' ? '' : `, about ${plain(target)}`;
}

function why({ reason }: ProvenRow): string {
  return reason === '' ? '' : ` Reason: ${quoted(reason)}.`;
}

/** What an operation rests on: the rule, and who approved. */
function basis({ rule, approvals }: ProvenRow): string {
  const approved = approvals === '' ? 'no approval was needed' : `approved by ${plain(approvals)}`;
  return rule === '' ? approved : `rule ${plain(rule)}; ${approved}`;
}

function sentenceOf(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

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
