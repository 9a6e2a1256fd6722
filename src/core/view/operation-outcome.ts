import { everything, isLifting } from '../operation/halt.ts';
import type { OperationState, StepState } from '../operation/operation.ts';
import { unreadable } from '../operation/target.ts';
import { covers } from '../operation/window.ts';
import type { Problem } from '../problem.ts';
import type { Block, Text } from './card.ts';
import { glassBlocks } from './glass.ts';
import { haltBlocks } from './halts.ts';
import type { OperationCardContext } from './operation-card.ts';
import { stepName } from './operation-steps.ts';
import { code, duration, on, personSpan, problemBlock, strong, time } from './words.ts';

/** The news: what became of it, and whether anything was changed. Nothing while people still have to decide. */
export function outcome(state: OperationState, context: OperationCardContext): readonly Block[] {
  const said = headline(state, context);
  const news: readonly Block[] = [
    ...glassBlocks(state, context),
    ...voidedBlocks(state, context),
    ...(said.length > 0 ? [{ kind: 'text', text: said } as const] : []),
    ...halting(state, context),
    ...puttingOff(state, context),
  ];
  if (state.problem && !state.settledAs) {
    const block = problemBlock(state.problem, context);
    // An integration words its problem for one call; only here it is known what the steps before it did.
    if (state.startedAt === undefined) return [...news, block];
    const known = changed(state);
    const isOpen = state.status === 'unknown';
    return [...news, { ...block, changed: isOpen ? `${known} ${block.changed}` : known }];
  }
  const isOver = state.endedAt !== undefined && (state.status !== 'done' || state.settledAs);
  return isOver ? [...news, { kind: 'text', text: [changed(state)] }] : news;
}

/** Why approvals that were given count no more, for as long as it still waits. */
function voidedBlocks(
  { voided, status }: OperationState,
  context: OperationCardContext,
): readonly Block[] {
  if (!voided || status !== 'waiting') return [];
  const { jumpMs, people, at } = voided;
  const way = jumpMs > 0 ? 'forward' : 'back';
  const text: Text = [
    strong('APPROVE AGAIN'),
    `: the clock of the host jumped ${duration(Math.abs(jumpMs))} ${way} at `,
    time(at),
    ', so that nobody can say how old the approval by ',
    ...people.flatMap((person, index) => [index === 0 ? '' : ', ', personSpan(person, context)]),
    ' is.',
  ];
  return [{ kind: 'text', text }];
}

/** Whoever is to approve reads that it would wait, and why. */
function halting(
  state: OperationState,
  { halts, ...words }: OperationCardContext,
): readonly Block[] {
  const isAhead = ['waiting', 'approved', 'running'].includes(state.status);
  if (!halts || !state.plan || !isAhead || isLifting(state.plan)) return [];
  const { service } = state.plan;
  const applying = halts.freezes.filter(
    ({ scope, at }) => [everything, service].includes(scope) && at > (state.glass?.at ?? -1),
  );
  const open = halts.open.filter(
    ({ scopes, from }) =>
      scopes.some((scope) => covers(scope, service)) && from > (state.glass?.at ?? -1),
  );
  return haltBlocks({ ...halts, freezes: applying, open }, words);
}

function puttingOff({ status, putOff }: OperationState, context: OperationCardContext) {
  return putOff && status === 'approved' && context.heldBy === ''
    ? [problemBlock(putOff, context)]
    : [];
}

function headline(state: OperationState, context: OperationCardContext): Text {
  const { endedBy, endedAt, startedAt } = state;
  const by: Text = endedBy
    ? ['by ', personSpan(endedBy.person, context), ...on(endedBy.surface)]
    : [];
  const when: Text = endedAt === undefined ? [] : [' at ', time(endedAt)];
  const why = endedBy?.reason ? `: ${endedBy.reason}` : '.';
  switch (state.status) {
    case 'asked':
      return ['Looks at the target to draft the plan. That changes nothing.'];
    case 'approved':
      if (halting(state, context).length > 0) {
        return [`${cleared(state)} Begins when nothing halts it.`];
      }
      if (context.heldBy === unreadable) {
        return [
          'Approved. Whether its target is held cannot be read, so that nothing begins there. Run ',
          code('tocsin journal verify'),
          ', and put the journal back from a backup.',
        ];
      }
      if (context.heldBy) {
        return [`${cleared(state)} Waits for `, code(context.heldBy), ' on the same target.'];
      }
      if (state.putOff) {
        return [`${cleared(state)} Begins once it is known whether that still counts.`];
      }
      return context.full ? limited(context.full) : [`${cleared(state)} Begins now.`];
    case 'running':
    case 'verifying':
      return underWay(state, context);
    case 'done':
    case 'failed':
      if (state.settledAs) {
        return ['Settled as ', strong(state.settledAs), ' ', ...by, ...when, why];
      }
      if (state.status === 'failed') return [];
      return ['Done', ...when, took(startedAt, endedAt), alerts[context.alert]];
    case 'declined':
      return ['Declined ', ...by, ...when, why];
    case 'cancelled':
      return ['Cancelled ', ...by, ...when, why];
    case 'expired':
      return ['Expired', ...when, ', before it could begin.'];
    default:
      return [];
  }
}

function limited({ facts }: Problem): Text {
  const { rule, max, operations, free } = facts;
  return operations === undefined
    ? [
        `Approved. The rule ${rule} lets ${max} begin within an hour: begins at `,
        time(Date.parse(String(free))),
        '.',
      ]
    : [
        `Approved. The rule ${rule} lets ${max} run at a time: waits for `,
        code(String(operations)),
        '.',
      ];
}

/** Nobody approved what the glass was broken for, and what needs no approval was approved by its rule. */
function cleared({ glass, rule }: OperationState): string {
  if (glass) return 'Not approved: the glass was broken.';
  if (rule?.places.length !== 0) return 'Approved.';
  return `Approved by rule ${rule.where}${rule.match.onCall ? ', on call' : ''}.`;
}

const alerts = { firing: ' The alert still fires.', stopped: ' The alert has stopped.', none: '' };

function underWay(state: OperationState, context: OperationCardContext): Text {
  // A stop never leaves half of it taken back.
  if (state.compensating) return ['A step failed. What was done is being taken back.'];
  return state.stoppedBy === undefined
    ? []
    : ['Stops before the next step, as ', personSpan(state.stoppedBy, context), ' asked.'];
}

function took(startedAt: number | undefined, endedAt: number | undefined): string {
  if (startedAt === undefined || endedAt === undefined) return '.';
  return `, in ${duration(endedAt - startedAt)}.`;
}

/** "Did anything change?" from what is on the record, not from what a single call believed. */
function changed(state: OperationState): string {
  const forward = state.steps.filter(({ compensation }) => !compensation);
  const back = state.steps.filter(({ compensation }) => compensation);
  const effective = forward.filter(isEffective);
  const open = state.steps.filter(({ phase }) => phase === 'unknown');
  if (effective.length + open.length === 0) return 'Nothing was changed.';
  const isNot = (step: StepState) => !isEffective(step) && step.phase !== 'unknown';
  return [
    named('Changed', effective),
    named('Taken back', back.filter(isEffective)),
    named('Not taken back', back.filter(isNot)),
    named(settled[state.settledAs ?? 'open'], open),
    named('Not changed', forward.filter(isNot)),
  ]
    .filter((part) => part !== '')
    .join(' ');
}

const settled = {
  open: 'Not known',
  done: 'Changed, as settled',
  'not-done': 'Not changed, as settled',
};

function isEffective({ appliedAt, phase }: StepState): boolean {
  return appliedAt > 0 && phase !== 'unknown';
}

function named(label: string, steps: readonly StepState[]): string {
  return steps.length === 0 ? '' : `${label}: ${steps.map(stepName).join('; ')}.`;
}
