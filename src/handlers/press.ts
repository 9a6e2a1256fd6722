import { holderBefore } from '../core/operation/locks.ts';
import type { OperationState } from '../core/operation/operation.ts';
import { originOf } from '../core/origin.ts';
import { problem } from '../core/problem.ts';
import type { Answer, Press } from '../core/view/card.ts';
import { operationCard } from '../core/view/operation-card.ts';
import { alertOf } from '../core/view/thread.ts';
import { refused, said } from './answer.ts';
import { isProblem } from './command.ts';
import type { Desk } from './desk.ts';
import type { Pressed } from './dispatch.ts';
import { evidence, gateObjection } from './judgement.ts';
import { deskOf } from './privacy.ts';

/** A button of an operation's card. Whoever presses sees a plan that may have moved on: the whole hash says which was meant. */
export async function pressOperation(
  whole: Desk,
  what: Extract<Press, { readonly kind: 'approve' | 'decline' | 'view' }>,
  { actor, cause, shown, stepUp }: Pressed,
): Promise<Answer> {
  const known = await evidence(whole, actor);
  if (isProblem(known)) return refused(known, whole);
  const desk = deskOf(whole, known);
  const by = stepUp ? { ...known, stepUp } : known;
  const operation = await desk.operation(what.operation);
  if (!operation)
    return refused(problem('OPERATION_NOT_FOUND', { operation: what.operation }), desk);
  if (what.kind === 'view') return view(desk, operation);
  const at = desk.now();
  const denied = gateObjection(desk, { verb: what.kind, by, at }, operation);
  if (denied) {
    const where = { surface: by.surface, where: originOf(by) };
    const event = { type: 'RequestTurnedDown', v: 1, ...where } as const;
    const line = `${what.kind} ${what.operation}`;
    await desk.recordPerson(
      by.person,
      { ...event, line, problem: denied },
      { cause: `${cause}/refused`, by: by.person },
    );
    return refused(denied, desk);
  }
  const pressed = { at, by, hash: what.hash, typed: false } as const;
  const seen = { digest: shown.digest, surface: by.surface };
  const told = await desk.tellOperation(
    what.operation,
    what.kind === 'approve'
      ? { type: 'Approve', ...pressed, shown: seen, fresh: shown.fresh }
      : { type: 'Decline', ...pressed, reason: '' },
    { cause, by: by.person },
  );
  if (told.refused) return refused(told.refused, desk);
  return said(
    'asker',
    [told.changed ? 'It is on the record.' : 'It was on the record already.'],
    [],
  );
}

/** The whole card, made anew from the record. */
async function view(desk: Desk, operation: OperationState): Promise<Answer> {
  const named = operation.asked?.incident ?? '';
  const alert = alertOf(named === '' ? undefined : await desk.incident(named));
  const heldBy = holderBefore(operation, (id) => desk.target(id));
  return {
    to: 'asker',
    card: operationCard(operation, {
      ...desk.words,
      alert,
      heldBy,
      halts: desk.halts(),
      publicUrl: desk.publicUrl,
    }),
  };
}
