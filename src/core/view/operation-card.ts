import type { OperationState, StepState } from '../operation/operation.ts';
import { seatsFilled } from '../operation/places.ts';
import type { Change, Plan } from '../operation/plan.ts';
import type { Action, Block, Card, DiffLine, StepLine, Text, Tone } from './card.ts';
import {
  code,
  duration,
  personSpan,
  problemBlock,
  problemLine,
  strong,
  time,
  type Words,
} from './words.ts';

export interface OperationCardContext extends Words {
  /** Short checkpoint, so that the chat is a witness: `cp 41 7f3a9c21`. */
  readonly checkpoint: string;
  /** Whether the alert that started the incident still fires; unknown outside an incident. */
  readonly alert: 'firing' | 'stopped' | 'none';
  /** The operation that holds our target, while we wait for it. */
  readonly heldBy: string;
}

/** The plan, its approvals and its progress: one card that lives from the request to the result. */
export function operationCard(state: OperationState, context: OperationCardContext): Card {
  return {
    key: `operation/${state.id}`,
    tone: tones[state.status] ?? 'neutral',
    mark: state.status === 'asked' ? 'PLANNING' : state.status.toUpperCase(),
    title: title(state),
    blocks: [
      ...opening(state, context),
      ...planBlocks(state, context),
      ...approvals(state, context),
      ...progress(state, context),
      ...ending(state, context),
    ],
    actions: actions(state),
    footnote: footnote(state, context),
  };
}

const tones: Readonly<Record<string, Tone>> = {
  waiting: 'warning',
  approved: 'info',
  running: 'info',
  verifying: 'info',
  done: 'good',
  failed: 'failed',
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
  const facts = [
    { label: 'asked', value: [personSpan(asked.requester.person, words), ' at ', time(asked.at)] },
    ...(asked.reason ? [{ label: 'reason', value: [asked.reason] }] : []),
    ...(asked.undoes ? [{ label: 'takes back', value: [code(asked.undoes)] }] : []),
    ...(plan ? [{ label: 'risk', value: [plan.risk] }] : []),
    ...(plan ? blast(plan) : []),
  ];
  return [{ kind: 'facts', facts }];
}

function blast(plan: Plan): readonly { readonly label: string; readonly value: Text }[] {
  const parts = Object.entries(plan.blast).map(([name, value]) => `${spaced(name)} ${value}`);
  return parts.length > 0 ? [{ label: 'touches', value: [parts.join(' · ')] }] : [];
}

/** `unavailableAtMost` → `unavailable at most`. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function planBlocks(state: OperationState, words: Words): readonly Block[] {
  const { plan } = state;
  if (!plan) return [];
  const undo = plan.steps.flatMap((step) =>
    step.undo === 'irreversible'
      ? [[`${step.id}: irreversible`]]
      : step.undo.change.map((change) => [`${step.id}: ${spoken(change)}`]),
  );
  const compensations = plan.steps.flatMap((step) =>
    step.onFailure === 'stop'
      ? []
      : step.onFailure.compensate.map((each) => [
          `if ${step.id} fails: ${each.change.map(spoken).join(', ')}`,
        ]),
  );
  return [
    { kind: 'diff', title: 'What changes', lines: plan.diff.map(diffLine) },
    ...(state.startedAt === undefined
      ? [{ kind: 'steps', steps: plan.steps.map((step) => plannedStep(step)) } as const]
      : []),
    { kind: 'list', title: 'Undo', items: undo, more: 0 },
    ...(compensations.length > 0
      ? [{ kind: 'list', title: 'On failure', items: compensations, more: 0 } as const]
      : []),
    ...(plan.warnings.length > 0
      ? [
          {
            kind: 'list',
            title: 'Mind',
            items: plan.warnings.map((warning) => problemLine(warning, words)),
            more: 0,
          } as const,
        ]
      : []),
  ];
}

function plannedStep(step: Plan['steps'][number]): StepLine {
  const guard = step.guard === 'conditional' ? 'refused by the target if it moved' : 'unguarded';
  const failure = step.onFailure === 'stop' ? 'on failure: stop' : 'on failure: compensate';
  return {
    state: 'waiting',
    text: [`${step.id} ${step.change.map(spoken).join(', ')}`],
    details: [
      [
        `${guard} · ${failure} · verified: ${step.verify.what}, within ${duration(step.verify.withinMs)}`,
      ],
    ],
  };
}

function approvals(state: OperationState, words: Words): readonly Block[] {
  const { rule, plan } = state;
  if (!rule || !plan) return [];
  const given = state.approvals.map(
    ({ evidence, at }): Text => [
      personSpan(evidence.person, words),
      ' approved ',
      time(at),
      ` on ${evidence.surface}`,
    ],
  );
  const people = state.approvals.map(({ evidence }) => evidence);
  const missing = rule.places
    .map((place) => ({ ...place, missing: place.count - seatsFilled([place], people) }))
    .filter((place) => place.missing > 0)
    .map((place): Text => [`needs ${place.missing} of ${place.from}, not the requester`]);
  const waits = state.status === 'waiting' ? missing : [];
  if (given.length + waits.length === 0) return [];
  return [
    { kind: 'list', title: 'Approval', items: [...given, ...waits], more: 0 },
    ...(state.status === 'waiting'
      ? [{ kind: 'facts', facts: [{ label: 'expires', value: [time(plan.expiresAt)] }] } as const]
      : []),
  ];
}

function progress(state: OperationState, context: OperationCardContext): readonly Block[] {
  if (state.status === 'approved' && context.heldBy) {
    return [{ kind: 'text', text: ['Waits for ', code(context.heldBy), ' on the same target.'] }];
  }
  if (state.startedAt === undefined) return [];
  return [{ kind: 'steps', steps: state.steps.map((step) => runningStep(step, context)) }];
}

function runningStep(step: StepState, words: Words): StepLine {
  return {
    state: lineState(step),
    text: [`${step.step.id} ${step.step.change.map(spoken).join(', ')}`],
    details: [
      ...(step.progress && step.phase === 'applied'
        ? [[`${step.progress.what} (${step.progress.done}/${step.progress.of})`]]
        : []),
      ...(step.attempt > 1 ? [[`attempt ${step.attempt}`]] : []),
      ...(step.phase === 'failed' && step.problem ? [problemLine(step.problem, words)] : []),
    ],
  };
}

function lineState(step: StepState): StepLine['state'] {
  switch (step.phase) {
    case 'intended':
    case 'applied':
      return 'running';
    case 'verified':
      return 'done';
    case 'waiting':
      return step.compensation ? 'compensation' : 'waiting';
    default:
      return step.phase;
  }
}

function ending(state: OperationState, context: OperationCardContext): readonly Block[] {
  const took =
    state.startedAt !== undefined && state.endedAt !== undefined
      ? duration(state.endedAt - state.startedAt)
      : '';
  const blocks: Block[] = [];
  if (state.status === 'done' && !state.settledAs) {
    const alert = {
      firing: ' The alert still fires.',
      stopped: ' The alert has stopped.',
      none: '',
    };
    blocks.push({ kind: 'text', text: [`Done in ${took}.${alert[context.alert]}`] });
  }
  if (state.settledAs && state.endedBy) {
    blocks.push({
      kind: 'text',
      text: [
        'Settled as ',
        strong(state.settledAs),
        ' by ',
        personSpan(state.endedBy.person, context),
        reasonOf(state),
      ],
    });
  }
  if (state.endedBy && (state.status === 'declined' || state.status === 'cancelled')) {
    blocks.push({
      kind: 'text',
      text: [`${state.status} by `, personSpan(state.endedBy.person, context), reasonOf(state)],
    });
  }
  if (state.status === 'expired')
    blocks.push({ kind: 'text', text: ['Expired before it was approved. Nothing was changed.'] });
  if (state.stoppedBy && state.endedAt === undefined) {
    blocks.push({
      kind: 'text',
      text: ['Stops before the next step, asked by ', personSpan(state.stoppedBy, context)],
    });
  }
  if (state.problem && !state.settledAs) blocks.push(problemBlock(state.problem, context));
  return blocks;
}

function reasonOf(state: OperationState): string {
  return state.endedBy?.reason ? `: ${state.endedBy.reason}` : '';
}

function actions(state: OperationState): readonly Action[] {
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
      {
        key: 'approve',
        label: 'Approve',
        style: 'primary',
        press: { kind: 'approve', operation: id, hash },
      },
      {
        key: 'decline',
        label: 'Decline',
        style: 'danger',
        press: { kind: 'decline', operation: id, hash },
      },
    ];
  }
  if (state.status === 'running' || state.status === 'verifying') {
    return [line('stop', 'Stop', 'danger', `stop ${id}`)];
  }
  const reversible = state.steps.some(
    ({ step, appliedAt }) => appliedAt > 0 && step.undo !== 'irreversible',
  );
  if ((state.status === 'done' || state.status === 'failed') && reversible) {
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

function footnote(state: OperationState, context: OperationCardContext): Text {
  return [
    code(state.id),
    ...(state.hash ? [' · plan ', code(state.hash.slice(0, 16))] : []),
    ...(state.rule ? [` · rule ${state.rule.where}`] : []),
    ...(context.checkpoint ? [` · ${context.checkpoint}`] : []),
  ];
}

export function spoken(change: Change): string {
  if (change.what === 'added') return `${change.path} + ${change.to ?? ''}`.trim();
  if (change.what === 'removed') return `${change.path} − ${change.from ?? ''}`.trim();
  return change.from === undefined && change.to === undefined
    ? `${change.path} changed`
    : `${change.path} ${change.from ?? '∅'} → ${change.to ?? '∅'}`;
}

function diffLine(change: Change): DiffLine {
  const sign = { added: '+', removed: '-', changed: '~' } as const;
  return { sign: sign[change.what], text: spoken(change) };
}
