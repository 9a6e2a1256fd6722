import { proposerName } from '../incident/proposal.ts';
import type { HaltState } from '../operation/halt.ts';
import type { OperationState } from '../operation/operation.ts';
import type { Problem } from '../problem.ts';
import type { Action, Block, Card, Text, Tone } from './card.ts';
import { outcome } from './operation-outcome.ts';
import { approvals, diff, safety, wanted, warnings } from './operation-plan.ts';
import { steps } from './operation-steps.ts';
import { code, on, personSpan, strong, time, type Words } from './words.ts';

export interface OperationCardContext extends Words {
  /** Whether the alert that started the incident still fires; unknown outside an incident. */
  readonly alert: 'firing' | 'stopped' | 'none';
  /** The operation that holds our target, while we wait for it. */
  readonly heldBy: string;
  /** Why its rule lets none begin now, while it waits for that. */
  readonly full?: Problem | undefined;
  /** What keeps changes from beginning; nothing does when absent. */
  readonly halts?: HaltState;
  /** Of the console, where a second factor is given. */
  readonly publicUrl?: string | undefined;
}

/** The page of the console that shows a plan and takes a second factor for it. */
export function approvalAddress(publicUrl: string, operation: string): string {
  return `${publicUrl.replace(/\/$/, '')}/operations/${encodeURIComponent(operation)}/approve`;
}

/** The plan, its approvals and its progress: one card that lives from the request to the result, news first. */
export function operationCard(state: OperationState, context: OperationCardContext): Card {
  return {
    key: `operation/${state.id}`,
    tone: tones[state.status] ?? 'neutral',
    mark: state.status === 'asked' ? 'PLANNING' : state.status.toUpperCase(),
    title: title(state),
    blocks: [
      ...outcome(state, context),
      ...opening(state, context),
      ...warnings(state, context),
      // Who decides reads what changes first; who waits reads how far it is.
      ...(state.startedAt === undefined ? diff(state) : []),
      ...steps(state, context),
      ...(state.startedAt === undefined ? [] : diff(state)),
      ...safety(state),
      ...approvals(state, context),
      ...wanted(state, context),
    ],
    actions: actions(state, context),
    footnote: footnote(state),
  };
}

const tones: Readonly<Record<string, Tone>> = {
  waiting: 'warning',
  approved: 'info',
  running: 'info',
  verifying: 'info',
  done: 'good',
  failed: 'failed',
  refused: 'failed',
  unknown: 'critical',
  stale: 'failed',
};

/** The first line of every plan says service, environment, target. */
function title(state: OperationState): Text {
  const { asked, plan } = state;
  if (!asked) return [state.id];
  const target = plan?.targets[0]?.id;
  return [
    strong(`${asked.verb} ${asked.service}`),
    ` · ${asked.environment}`,
    ...(target ? [' · ', code(target)] : []),
  ];
}

function opening(state: OperationState, words: Words): readonly Block[] {
  const { asked, plan } = state;
  if (!asked) return [];
  const blast = Object.entries(plan?.blast ?? {}).map(
    ([name, value]) => `${spaced(name)} ${value}`,
  );
  const facts = [
    {
      label: 'asked',
      value: [
        personSpan(asked.requester.person, words),
        ' at ',
        time(asked.at),
        ...on(asked.requester.surface),
      ],
    },
    ...(asked.proposedBy
      ? [
          {
            label: 'proposed by',
            value: [proposerName(asked.proposedBy.proposer), ' ', code(asked.proposedBy.proposal)],
          },
        ]
      : []),
    ...(state.joined?.length
      ? [
          {
            label: 'asked too',
            value: state.joined.flatMap(({ person }, index) => [
              index === 0 ? '' : ', ',
              personSpan(person, words),
            ]),
          },
        ]
      : []),
    ...(asked.reason ? [{ label: 'reason', value: [asked.reason] }] : []),
    ...(asked.ticket ? [{ label: 'ticket', value: [asked.ticket] }] : []),
    ...(asked.undoes ? [{ label: 'takes back', value: [code(asked.undoes)] }] : []),
    ...(plan ? [{ label: 'risk', value: [plan.risk] }] : []),
    ...(blast.length > 0 ? [{ label: 'touches', value: [blast.join(' · ')] }] : []),
  ];
  return [{ kind: 'facts', facts }];
}

/** `unavailableAtMost` → `unavailable at most`. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function actions(state: OperationState, { publicUrl }: OperationCardContext): readonly Action[] {
  const { id, hash, asked } = state;
  const incident = asked?.incident ?? '';
  const line = (key: string, label: string, style: Action['style'], text: string): Action => ({
    key,
    label,
    style,
    press: { kind: 'line', line: text, incident },
  });
  if (state.status === 'waiting' && hash) {
    return [
      ...approveActions(state, hash, publicUrl),
      {
        key: 'decline',
        label: 'Decline',
        style: 'danger',
        press: { kind: 'decline', operation: id, hash },
      },
      // It opens a form: the hash and the reason are typed.
      ...(state.rule?.breakGlass && !state.rule.stepUp
        ? [line('break-glass', 'Break the glass…', 'plain', `break-glass ${id}`)]
        : []),
    ];
  }
  const canStop = ['approved', 'running', 'verifying'].includes(state.status);
  if (canStop && state.stoppedBy === undefined && !state.compensating) {
    return [line('stop', 'Stop', 'danger', `stop ${id}`)];
  }
  const reversible = state.steps.some(
    ({ step, appliedAt }) => appliedAt > 0 && step.undo !== 'irreversible',
  );
  const isOver = state.status === 'done' || state.status === 'failed';
  if (isOver && reversible && !state.compensated) {
    return [line('undo', 'Plan the undo', 'plain', `undo ${id}`)];
  }
  if (state.status === 'unknown') {
    return [
      line('settle-done', 'It is done', 'plain', `settle ${id} done`),
      line('settle-not-done', 'It is not done', 'plain', `settle ${id} not-done`),
    ];
  }
  if ((state.status === 'stale' || state.status === 'expired') && asked) {
    return [line('again', 'Plan again', 'plain', asked.line)];
  }
  return [];
}

/** Where a second factor is wanted no button can carry it: the way leads to the page that takes one. */
function approveActions(
  { id, rule, plan }: OperationState,
  hash: string,
  publicUrl: string | undefined,
): readonly Action[] {
  if (rule?.stepUp) {
    if (!publicUrl) return [];
    const press = { kind: 'open', url: approvalAddress(publicUrl, id) } as const;
    return [{ key: 'approve-there', label: 'Approve in the console', style: 'primary', press }];
  }
  return [
    {
      key: 'approve',
      label: 'Approve',
      style: 'primary',
      press: { kind: 'approve', operation: id, hash },
      ...(plan?.risk === 'danger' ? { confirm: 'fresh' } : {}),
    },
  ];
}

function footnote(state: OperationState): Text {
  return [
    code(state.id),
    ...(state.hash ? [' · plan ', code(state.hash.slice(0, 16))] : []),
    ...(state.rule ? [` · rule ${state.rule.where}`] : []),
    ...(state.checkpoint ? [` · ${state.checkpoint}`] : []),
  ];
}
