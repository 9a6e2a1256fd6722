import type { Incident } from '../incident/incident.ts';
import {
  type ProposalDismissed,
  type ProposalState,
  type ProposalWithdrawn,
  proposalsOf,
  proposerName,
} from '../incident/proposal.ts';
import { type OperationState, type OperationStatus, terminal } from '../operation/operation.ts';
import type { Action, Block, Card, Text, Tone } from './card.ts';
import { diffLine } from './operation-plan.ts';
import { code, on, personSpan, problemLine, strong, time, type Words } from './words.ts';

/** What somebody who is no person proposes. It says whose word it is, and that nothing happens by itself. */
export function proposalCard(
  proposal: ProposalState,
  operation: OperationState | undefined,
  { incident, words }: { readonly incident: Incident; readonly words: Words },
): Card {
  const mark = markOf(proposal, operation?.status);
  const isOpen = mark === 'PROPOSED' && incident.status === 'open';
  return {
    key: `proposal/${proposal.proposal}`,
    tone: isOpen ? 'warning' : (tones[mark] ?? 'neutral'),
    mark,
    title: titleOf(proposal),
    blocks: [
      { kind: 'facts', facts: factsOf(proposal, operation, words) },
      ...(isOpen ? sketch(proposal, words) : []),
      ...(isOpen ? explained : []),
    ],
    actions: isOpen ? actions(proposal, incident.opened.incident) : [],
    footnote: footnote(proposal, isOpen),
  };
}

/** What a timeline says of proposals: that they were made. What was asked for by them is told with its operation. */
export function proposalStory(
  incident: Incident,
): readonly { readonly at: number; readonly text: Text }[] {
  return proposalsOf(incident).map(({ at, proposer, line, proposal, why }) => ({
    at,
    text: [
      strong(proposerName(proposer)),
      ' proposed ',
      code(line),
      ' ',
      code(proposal),
      `: ${why}`,
    ],
  }));
}

export function withdrawn({ proposer, proposal, why }: ProposalWithdrawn): Text {
  return [strong(proposerName(proposer)), ' took back ', code(proposal), `: ${why}`];
}

/** `place`: where it was said. */
export function dismissed(event: ProposalDismissed, words: Words, place: string): Text {
  const { person, proposal, reason } = event;
  const why = reason === '' ? '' : `: ${reason}`;
  return [personSpan(person, words), ' dismissed ', code(proposal), `${place}${why}`];
}

type Mark = 'PROPOSED' | 'REQUESTED' | 'DONE' | 'WITHDRAWN' | 'DISMISSED' | 'EXPIRED' | 'OVER';

const tones: Partial<Readonly<Record<Mark, Tone>>> = { REQUESTED: 'info', DONE: 'good' };

const ends = {
  withdrawn: 'WITHDRAWN',
  dismissed: 'DISMISSED',
  expired: 'EXPIRED',
  resolved: 'OVER',
} as const;

/** An operation that came to nothing leaves it open: somebody may ask for it again, as long as it lives. */
function markOf({ request, ended }: ProposalState, status: OperationStatus | undefined): Mark {
  if (status === 'done') return 'DONE';
  if (request && status !== undefined && !terminal.has(status)) return 'REQUESTED';
  return ended ? ends[ended.how] : 'PROPOSED';
}

/** It names verb, service and environment, like the first line of a plan. */
function titleOf({ line }: ProposalState): Text {
  return ['Proposed: ', strong(line)];
}

function factsOf(
  proposal: ProposalState,
  operation: OperationState | undefined,
  words: Words,
): readonly { readonly label: string; readonly value: Text }[] {
  const { proposer, at, why, until, joined, request, ended } = proposal;
  return [
    { label: 'proposed by', value: [strong(proposerName(proposer)), ' at ', time(at)] },
    { label: 'why', value: [why] },
    ...joined.map((each) => ({
      label: 'proposed too',
      value: [strong(proposerName(each.proposer)), `: ${each.why}`],
    })),
    ...(ended ? [] : [{ label: 'until', value: [time(until)] }]),
    ...(request
      ? [
          {
            label: 'requested by',
            value: [
              personSpan(request.person, words),
              ' at ',
              time(request.at),
              ...on(request.surface),
              ': ',
              code(request.operation),
              ` is ${operation?.status ?? 'on the record'}`,
            ],
          },
        ]
      : []),
    ...(ended ? [{ label: ended.how, value: ending(ended, words) }] : []),
  ];
}

function ending({ at, person, why }: NonNullable<ProposalState['ended']>, words: Words): Text {
  return [
    time(at),
    ...(person === '' ? [] : [' by ', personSpan(person, words)]),
    ...(why === '' ? [] : [`: ${why}`]),
  ];
}

function sketch({ sketch: drafted }: ProposalState, words: Words): readonly Block[] {
  if (!drafted.ok) {
    const why = problemLine(drafted.problem, words);
    const text: Text = ['No plan could be drafted at ', time(drafted.at), '. ', ...why];
    return [{ kind: 'text', text }];
  }
  const { warnings, targets, risk, diff } = drafted;
  const facts = [
    { label: 'risk', value: [risk] },
    { label: 'on', value: [targets.join(', ')] },
    { label: 'drafted', value: [time(drafted.at), ', as things stood then'] },
  ];
  const mind = warnings.map((warning) => problemLine(warning, words));
  return [
    { kind: 'facts', facts },
    { kind: 'diff', title: 'What it would change', lines: diff.map(diffLine) },
    ...(mind.length > 0 ? [{ kind: 'list', title: 'Mind', items: mind, more: 0 } as const] : []),
  ];
}

const explained: readonly Block[] = [
  {
    kind: 'text',
    text: [
      'Nothing happens by itself. Whoever presses Request asks for it as if they had typed it: the plan is drafted anew, the policy is asked about them, and others approve.',
    ],
  },
];

function actions({ proposal }: ProposalState, incident: string): readonly Action[] {
  const line = (key: string, label: string, style: Action['style'], text: string): Action => ({
    key,
    label,
    style,
    press: { kind: 'line', line: text, incident },
  });
  return [
    line('request', 'Request', 'primary', `request ${proposal}`),
    line('dismiss', 'Dismiss', 'plain', `dismiss ${proposal}`),
  ];
}

function footnote({ proposal }: ProposalState, isOpen: boolean): Text {
  return isOpen ? [code(proposal), ' · or type ', code(`request ${proposal}`)] : [code(proposal)];
}
