import type { OperationIntent } from '../../../../src/core/operation/decide.ts';
import type { Evidence } from '../../../../src/core/person.ts';
import { canSeatAll } from '../invariants.ts';
import {
  type Demand,
  expiresAtTick,
  type Moment,
  type Press,
  type Turn,
  type Witness,
} from './night.ts';

/*
 * The promises of the gate, said once more without the gate's own code: from what people did and what was so at that
 * moment, and never from what the operation claims.
 */

type Of<T extends OperationIntent['type']> = Extract<OperationIntent, { readonly type: T }>;

/** Empty when all promises are kept. */
export function brokenBy(turn: Turn): readonly string[] {
  return turn.events.flatMap(({ type }) => {
    switch (type) {
      case 'OperationPlanned':
        return planPromises(turn);
      case 'ApprovalGiven':
        return pressPromises(turn);
      case 'GlassBroken':
        return glassPromises(turn);
      case 'OperationStarted':
        return beginPromises(turn);
      case 'GlassReviewed':
        return reviewPromises(turn);
      case 'OperationDeclined':
      case 'OperationCancelled':
      case 'StopRequested':
        return sayPromises(turn);
      case 'OperationSettled':
        return settlePromises(turn);
      default:
        return [];
    }
  });
}

/** What the witness writes down of a turn. */
export function remember(turn: Turn): Witness {
  const { witness, events } = turn;
  const has = (type: string) => events.some((event) => event.type === type);
  const { intent, moment, original, jump } = turn.move;
  // What was approved by a clock that nobody can trust any more is asked for again.
  if (jump !== undefined) {
    const ticks = Math.min(expiresAtTick + 1, Math.max(0, witness.ticks + jump));
    return { ...witness, approvals: [], ticks };
  }
  switch (intent.type) {
    case 'Ask':
      return has('OperationAsked') ? { ...witness, asker: intent.requester.person } : witness;
    case 'Plan':
      return has('OperationPlanned')
        ? {
            ...witness,
            ...demandedBy(intent, moment),
            ...(original && { original: original.name }),
          }
        : witness;
    case 'Approve':
      return has('ApprovalGiven') && pressPromises(turn).length === 0
        ? { ...witness, approvals: [...witness.approvals, pressOf(intent, turn)] }
        : witness;
    case 'BreakGlass':
      return has('GlassBroken') && glassPromises(turn).length === 0
        ? { ...witness, glass: pressOf(intent, turn) }
        : witness;
    case 'Withdraw':
      return {
        ...witness,
        approvals: witness.approvals.filter(({ person }) => person !== intent.by.person),
      };
    case 'Decline':
      return isNo(turn, intent) ? { ...witness, isOver: true } : witness;
    case 'Cancel':
      return intent.by.person === witness.asker ? { ...witness, isOver: true } : witness;
    case 'Expire':
      return isExpired(turn) ? { ...witness, isOver: true } : witness;
    default:
      return witness;
  }
}

/** An undo that was approved before asks for nobody any more. */
function demandedBy({ rule }: Of<'Plan'>, moment: Moment | undefined): Pick<Witness, 'demanded'> {
  if (rule.preapproved) return { demanded: { places: [] } };
  return moment?.demand ? { demanded: moment.demand } : {};
}

function planPromises(turn: Turn): readonly string[] {
  const { move, witness, night, before } = turn;
  const { intent, moment, original } = move;
  if (intent.type !== 'Plan') return [`planned by ${intent.type}`];
  const said: string[] = [];
  if (intent.plan.requester !== witness.asker) said.push('planned for somebody else');
  if (intent.rule.preapproved) {
    if (original?.covers(askerOf(turn), before.asked?.at ?? 0) !== true)
      said.push('an undo planned that nobody approved');
    return said;
  }
  if (intent.waiting && intent.waiting.operations.length >= intent.waiting.max) {
    said.push('planned over what a requester may have waiting');
  }
  if (intent.full) said.push('planned while its rule is full');
  const demand = moment?.demand;
  if (!demand) return [...said, 'planned though no rule allows it'];
  if (night.risk === 'danger' && seats(demand) < 2) said.push('danger planned with fewer than two');
  return said;
}

function pressPromises(turn: Turn): readonly string[] {
  const { witness, night } = turn;
  const { intent } = turn.move;
  const demand = witness.demanded;
  if (intent.type !== 'Approve' || !demand) return ['approved out of nothing'];
  const { by } = intent;
  const said: string[] = [];
  if (by.person === witness.asker) said.push('approved by whoever asked');
  if (!demand.places.some(({ from }) => belongs(by, from))) said.push('approved by a stranger');
  if (witness.approvals.some(({ person }) => person === by.person)) {
    said.push('approved twice by one person');
  }
  if (!namesRight(turn, intent)) said.push('another plan approved');
  if (isExpired(turn)) said.push('approved after the expiry');
  if (demand.stepUp && !isFactored(turn, by)) said.push('approved without the factor');
  if (night.risk === 'danger' && !intent.typed && !intent.fresh) {
    said.push('danger approved on an old card');
  }
  if (demand.surfaces && !demand.surfaces.includes(kindOf(by))) {
    said.push('approved from a surface that may not');
  }
  if (witness.isOver) said.push('approved after a no');
  return said;
}

function glassPromises(turn: Turn): readonly string[] {
  const { witness } = turn;
  const { intent } = turn.move;
  const demand = witness.demanded;
  if (intent.type !== 'BreakGlass' || !demand) return ['a glass broken out of nothing'];
  const { by, reason } = intent;
  const { glass } = demand;
  const said: string[] = [];
  if (!glass?.from.some((group) => belongs(by, group))) said.push('a glass broken by a stranger');
  if (reason.replaceAll(' ', '').length < 15) said.push('a glass broken without a reason');
  if ((intent.broken ?? 0) >= (glass?.perDay ?? 0)) said.push('a glass broken too often');
  if (!namesRight(turn, intent)) said.push('a glass broken for another plan');
  if (isExpired(turn)) said.push('a glass broken after the expiry');
  if (demand.stepUp && !isFactored(turn, by)) said.push('a glass broken without the factor');
  if (witness.isOver) said.push('a glass broken after a no');
  return said;
}

/** Approvals, the glass, or what was approved before: without one of the three nothing begins. */
function beginPromises(turn: Turn): readonly string[] {
  const { witness, before } = turn;
  const { intent, moment, original } = turn.move;
  if (intent.type !== 'Begin' || !moment) return [`begun by ${intent.type}`];
  const said: string[] = [];
  if (witness.isOver) said.push('begun after a no');
  if (before.startedAt !== undefined) said.push('begun twice');
  if (isExpired(turn)) said.push('begun after the expiry');
  if (intent.policy !== 'policy-1') said.push('begun under another policy');
  if (intent.halt) said.push('begun while it is halted');
  if (intent.full) said.push('begun while its rule is full');
  if (witness.original !== undefined) {
    const isSame = original?.name === witness.original;
    const isCovered = original?.covers(askerOf(turn), turn.at) === true;
    if (!isSame || !isCovered) said.push('an undo begun that nobody approved');
    if (isDenied(turn)) said.push('an undo begun that is denied by now');
    return said;
  }
  const demands = [witness.demanded, moment.demand];
  if (!demands[0]) return [...said, 'begun though no rule allowed it'];
  if (!demands[1]) return [...said, 'begun though no rule allows it by now'];
  const lacks = demands.flatMap((demand) => (demand ? lacksOf(turn, demand, intent) : []));
  if (witness.glass) return [...said, ...glassLacks(turn, intent)];
  return [...said, ...new Set(lacks)];
}

function lacksOf(
  { witness, night }: Turn,
  demand: Demand,
  { standing }: Of<'Begin'>,
): readonly string[] {
  const counting = witness.approvals
    .filter(({ surface }) => !demand.surfaces || demand.surfaces.includes(surface))
    .filter(({ factored }) => !demand.stepUp || factored)
    .flatMap(({ person }) => standing.filter((each) => each.person === person));
  const said: string[] = [];
  if (!canSeatAll(demand.places, counting)) said.push('begun with an empty seat');
  if (night.risk === 'danger' && new Set(counting.map(({ person }) => person)).size < 2) {
    said.push('danger begun by fewer than two');
  }
  const involved = [witness.asker, ...witness.approvals.map(({ person }) => person)];
  const vouched = demand.severityBy?.some((person) => !involved.includes(person)) ?? true;
  if (!vouched) said.push('begun on a severity that only those involved set');
  return said;
}

function glassLacks(turn: Turn, { standing }: Of<'Begin'>): readonly string[] {
  const { glass, demanded } = turn.witness;
  const breaker = standing.find(({ person }) => person === glass?.person);
  return [demanded, turn.move.moment?.demand].flatMap((demand) => {
    const isNamed = demand?.glass?.from.some((group) => breaker && belongs(breaker, group));
    return [
      ...(isNamed ? [] : ['begun by a glass that is not theirs']),
      ...(demand?.stepUp && !glass?.factored ? ['begun by a glass without the factor'] : []),
    ];
  });
}

function reviewPromises({ witness, before, move }: Turn): readonly string[] {
  const { intent } = move;
  if (intent.type !== 'ReviewGlass') return [`reviewed by ${intent.type}`];
  const { by } = intent;
  const { demanded, glass, asker } = witness;
  const groups = [...(demanded?.places ?? []).map(({ from }) => from)];
  const isNamed = [...groups, ...(demanded?.glass?.from ?? [])].some((each) => belongs(by, each));
  const said: string[] = [];
  if (!glass) said.push('reviewed without a glass');
  if (by.person === glass?.person || by.person === asker)
    said.push('reviewed by those it is about');
  if (!isNamed) said.push('reviewed by a stranger');
  if (before.glass?.review) said.push('reviewed twice');
  if (before.endedAt === undefined) said.push('reviewed before its end');
  return said;
}

function sayPromises({ witness, move }: Turn): readonly string[] {
  const { intent } = move;
  if (!('by' in intent)) return [`ended by ${intent.type}`];
  const isAsker = intent.by.person === witness.asker;
  const isOnCall = intent.type === 'Stop' && belongs(intent.by, intent.onCall ?? '');
  const mayEnd = isAsker || isOnCall || hasSay(witness, intent.by);
  const isCancel = intent.type === 'Cancel' && !isAsker;
  return mayEnd && !isCancel ? [] : ['ended by somebody without a say'];
}

function settlePromises({ witness, move, before }: Turn): readonly string[] {
  const { intent } = move;
  if (intent.type !== 'Settle') return [`settled by ${intent.type}`];
  const said: string[] = [];
  if (intent.by.person === witness.asker) said.push('settled by whoever asked');
  if (!hasSay({ ...witness, asker: '' }, intent.by)) said.push('settled by a stranger');
  if (before.status !== 'unknown') said.push('settled though it is known');
  return said;
}

function hasSay({ demanded, glass, asker }: Witness, by: Evidence): boolean {
  const groups = demanded?.places.length ? demanded.places.map(({ from }) => from) : ['sre'];
  const isNamed = demanded !== undefined && groups.some((group) => belongs(by, group));
  return isNamed || glass?.person === by.person || by.person === asker;
}

/** A no by somebody who may say it, to the plan that is shown, before anything has begun. */
function isNo(turn: Turn, intent: Of<'Decline'>): boolean {
  const { before, witness } = turn;
  const isPending = before.status === 'waiting' || before.status === 'approved';
  return isPending && !isExpired(turn) && namesRight(turn, intent) && hasSay(witness, intent.by);
}

function isDenied({ move }: Turn): boolean {
  const verdict = move.moment?.verdict;
  return verdict !== undefined && !verdict.allowed && verdict.problem.code === 'POLICY_DENIED';
}

function isExpired({ witness, before }: Turn): boolean {
  return before.plan !== undefined && witness.ticks >= expiresAtTick;
}

function namesRight(
  { before }: Turn,
  { hash, typed }: { readonly hash: string; readonly typed: boolean },
): boolean {
  const right = before.hash ?? '';
  return typed ? hash.length >= 10 && hash === right.slice(0, hash.length) : hash === right;
}

function isFactored({ before, at }: Turn, { stepUp }: Evidence): boolean {
  return (
    stepUp !== undefined &&
    stepUp.hash === before.hash &&
    stepUp.at <= at &&
    at - stepUp.at <= 2 * 60_000
  );
}

function pressOf({ by }: { readonly by: Evidence }, turn: Turn): Press {
  return { person: by.person, surface: kindOf(by), factored: isFactored(turn, by) };
}

function askerOf({ before }: Turn): Evidence {
  return before.asked?.requester ?? nobody;
}

function seats({ places }: Demand): number {
  return places.reduce((sum, { count }) => sum + count, 0);
}

function belongs(person: Evidence, group: string): boolean {
  return person.memberships.some((membership) => membership.group === group);
}

function kindOf({ surface }: Evidence): string {
  return surface.replace(/\/.*/, '');
}

const nobody: Evidence = { person: '', surface: '', account: '', memberships: [] };
