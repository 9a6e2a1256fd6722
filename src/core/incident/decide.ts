import { recordKnown } from '../known/known.ts';
import { compareWithSource } from './compare.ts';
import type { IncidentEvent } from './event.ts';
import { recordGraph } from './graph.ts';
import { compareSilences } from './held.ts';
import type { IncidentState } from './incident.ts';
import type { IncidentIntent, LinkOperation, RecordNotified, Refuse } from './intent.ts';
import { askPageDeed, recordPageDeed, withPageDeeds } from './page-deeds.ts';
import { receivePage } from './pages.ts';
import {
  acknowledge,
  addNote,
  assign,
  declare,
  pinMessage,
  resolve,
  setSeverity,
  unacknowledge,
  wantThread,
} from './people.ts';
import { decideProposal } from './proposal.ts';
import { receive, receiveUnreadable } from './receive.ts';
import { noticeSecurity } from './security.ts';
import { askSilence, askUnsilence, recordSilence } from './silences.ts';
import { decideWatch } from './watch.ts';

/** What follows from an intent. Never throws and never waits: a refusal is a fact worth recording, not an exception. */
export function decide(intent: IncidentIntent, state: IncidentState): readonly IncidentEvent[] {
  return withPageDeeds(decided(intent, state), state);
}

function decided(intent: IncidentIntent, state: IncidentState): readonly IncidentEvent[] {
  switch (intent.type) {
    case 'ReceiveAlerts':
      return receive(intent, state).events;
    case 'ReceiveUnreadable':
      return receiveUnreadable(intent, state);
    case 'NoticeSecurity':
      return noticeSecurity(intent, state);
    case 'ReceivePage':
      return receivePage(intent, state);
    case 'AskPageDeed':
      return askPageDeed(intent, state);
    case 'RecordPageDeed':
      return recordPageDeed(intent, state);
    case 'CompareWithSource':
      return compareWithSource(intent, state);
    case 'Declare':
      return declare(intent, state);
    case 'Acknowledge':
      return acknowledge(intent, state);
    case 'Unacknowledge':
      return unacknowledge(intent, state);
    case 'Resolve':
      return resolve(intent, state);
    case 'SetSeverity':
      return setSeverity(intent, state);
    case 'Assign':
      return assign(intent, state);
    case 'AddNote':
      return addNote(intent, state);
    case 'PinMessage':
      return pinMessage(intent, state);
    case 'AskSilence':
      return askSilence(intent, state);
    case 'AskUnsilence':
      return askUnsilence(intent, state);
    case 'RecordSilence':
      return recordSilence(intent, state);
    case 'CompareSilences':
      return compareSilences(intent, state);
    case 'LinkOperation':
      return linkOperation(intent, state);
    case 'RecordNotified':
      return recordNotified(intent, state);
    case 'RecordGraph':
      return recordGraph(intent, state);
    case 'RecordKnown':
      return state.status === 'none' ? [] : recordKnown(intent, state);
    case 'Propose':
    case 'WithdrawProposal':
    case 'DismissProposal':
    case 'RequestProposal':
    case 'ExpireProposals':
      return decideProposal(intent, state);
    case 'WatchDown':
    case 'WatchUp':
      return decideWatch(intent, state);
    case 'WantThread':
      return wantThread(intent, state);
    case 'Refuse':
      return refuse(intent);
  }
}

function linkOperation(
  { operation }: LinkOperation,
  state: IncidentState,
): readonly IncidentEvent[] {
  if (state.status === 'none' || state.operations.includes(operation)) return [];
  return [{ type: 'OperationLinked', v: 1, operation }];
}

function recordNotified(intent: RecordNotified, state: IncidentState): readonly IncidentEvent[] {
  const { key, group, people } = intent;
  if (state.status === 'none' || state.notified.includes(key)) return [];
  return [{ type: 'PeopleNotified', v: 1, key, group, people }];
}

function refuse({ by, what, problem }: Refuse): readonly IncidentEvent[] {
  const { person, surface } = by;
  return [{ type: 'RequestRefused', v: 1, person, surface, what, problem }];
}
